// What was dropped, as files with their paths: folders are walked to their ends.

export type Found = { path: string; file: File };
export type Collected = { found: Found[]; unreadable: string[] };

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** A reader gives a folder in parts; only an empty one is the end. */
async function childrenOf(entry: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = entry.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (part.length === 0) return all;
    all.push(...part);
  }
}

async function walk(entry: FileSystemEntry, into: Collected) {
  const path = entry.fullPath.replace(/^\//, '');
  try {
    if (entry.isFile) into.found.push({ path, file: await fileOf(entry as FileSystemFileEntry) });
    else for (const child of await childrenOf(entry as FileSystemDirectoryEntry)) await walk(child, into);
  } catch {
    into.unreadable.push(path);
  }
}

/** To be called while the event is handled: afterwards, what was dropped is gone. */
export function collectDropped(transfer: DataTransfer): Promise<Collected> {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  const roots = items.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  return (async () => {
    const into: Collected = { found: [], unreadable: [] };
    for (const root of roots) {
      if (root instanceof File) into.found.push({ path: root.name, file: root });
      else if (root) await walk(root, into);
    }
    return into;
  })();
}

export function collectChosen(files: Iterable<File>): Collected {
  const found = [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
  return { found, unreadable: [] };
}
