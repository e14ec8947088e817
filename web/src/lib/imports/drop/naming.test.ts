import { expect, it } from 'vitest';
import { endingOf, isNoList, nameOf, nameOfImport, refusalOf } from './naming';

it('calls the same file the same, and another one otherwise', () => {
  const name = nameOf('a/photo.JPG', 12, 1_700_000_000_000);
  expect(name).toMatch(/^[0-9a-f]{32}\.jpg$/);
  expect(nameOf('a/photo.JPG', 12, 1_700_000_000_000)).toBe(name);
  const others = [
    nameOf('b/photo.JPG', 12, 1_700_000_000_000),
    nameOf('a/photo.JPG', 13, 1_700_000_000_000),
    nameOf('a/photo.JPG', 12, 1_700_000_000_001),
  ];
  expect(new Set([name, ...others]).size).toBe(4);
});

it('has names of their own for a hundred thousand files', () => {
  const names = Array.from({ length: 100_000 }, (_, n) => nameOf(`folder/img_${n}.png`, 100, 5));
  expect(new Set(names).size).toBe(100_000);
});

it('knows what cannot be labeled before it is sent', () => {
  expect(refusalOf('a/b.Png', 1)).toBeNull();
  expect(refusalOf('scan.nii.gz', 1)).toBeNull();
  expect(endingOf('x/scan.nii.gz')).toBe('nii.gz');
  for (const path of ['setup.exe', '.DS_Store', 'png', '.png', 'a.png/readme', 'archive.gz'])
    expect(refusalOf(path, 1), path).toBe('type');
  expect(refusalOf('a.png', 0)).toBe('empty');
});

it('knows a list of addresses from files that are copied', () => {
  for (const path of ['rows.csv', 'a/Rows.JSON', 'rows.ndjson.gz', 'rows.jsonl', 'rows.tsv'])
    expect([refusalOf(path, 1), isNoList(path)], path).toEqual(['list', false]);
  for (const path of ['cat.JPG', 'scan.nii.gz', 'clip.mp4']) expect(isNoList(path), path).toBe(true);
  // May be either: each tab takes it.
  expect([refusalOf('rows.txt', 1), isNoList('rows.txt')]).toEqual([null, false]);
  expect(isNoList('rows')).toBe(false);
});

it('calls an import by its file, or by how many there are', () => {
  const of = (...paths: string[]) => nameOfImport(paths.map((externalId) => ({ externalId })));
  expect(of('a.jpg', 'b.jpg', 'c.jpg')).toBe('3 dropped files');
  expect(of('holiday/day 1/a.jpg')).toBe('a.jpg');
  // The hub takes names of 200 characters without any that cannot be seen.
  expect(of('a\nb.jpg')).toBe('a b.jpg');
  expect([...of(`${'😀'.repeat(300)}.jpg`)]).toHaveLength(200);
  expect(of('\t')).toBe('1 dropped file');
});
