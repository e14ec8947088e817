// Files that are dragged over the page: what is no file is left to whatever it is over.

/** Whether a drag brings files, and so would open them in place of the page if nobody took it. */
export function bringsFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}

/** Says that the files may be dropped here. */
export function welcome(event: DragEvent) {
  event.preventDefault();
  if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
}

/** Keeps the browser from opening files in place of the page, where nobody takes them. */
export function turnAway(event: DragEvent) {
  if (event.defaultPrevented || !bringsFiles(event)) return;
  event.preventDefault();
  if (event.dataTransfer) event.dataTransfer.dropEffect = 'none';
}
