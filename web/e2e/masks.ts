// Masks as a test reads them: out of a zip, out of a PNG, and beside the polygon that they were made of.
import { inflateRawSync, inflateSync } from 'node:zlib';
import { expect } from 'vitest';
import type { Point } from './labeling';

/** The files of a zip, by name. */
export function unzip(zip: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [method, size, nameLength] = [
      zip.readUInt16LE(at + 10),
      zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28),
    ];
    const skip = zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
    const local = zip.readUInt32LE(at + 42);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const packed = zip.subarray(from, from + size);
    files.set(name, method === 0 ? packed : inflateRawSync(packed));
    at += 46 + nameLength + skip;
  }
  return files;
}

/** A grey picture: its size, and whether a pixel is anything but black. */
export function readMask(png: Buffer): {
  width: number;
  height: number;
  isSet: (x: number, y: number) => boolean;
} {
  const [width, height, depth, kind] = [png.readUInt32BE(16), png.readUInt32BE(20), png[24] ?? 8, png[25]];
  expect([0, 3]).toContain(kind);
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length;) {
    const size = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + size));
    at += size + 12;
  }
  const raw = inflateSync(Buffer.concat(parts));
  const stride = Math.ceil((width * depth) / 8);
  const rows = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x++) {
      const [value, left] = [raw[y * (stride + 1) + 1 + x] ?? 0, x > 0 ? (rows[y * stride + x - 1] ?? 0) : 0];
      const up = y > 0 ? (rows[(y - 1) * stride + x] ?? 0) : 0;
      const corner = x > 0 && y > 0 ? (rows[(y - 1) * stride + x - 1] ?? 0) : 0;
      rows[y * stride + x] = value + predicted(filter, left, up, corner);
    }
  }
  const isSet = (x: number, y: number) => {
    const bit = x * depth;
    const byte = rows[y * stride + (bit >> 3)] ?? 0;
    return ((byte >> (8 - depth - (bit & 7))) & ((1 << depth) - 1)) !== 0;
  };
  return { width, height, isSet };
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) return 0;
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** Whether the centre of a pixel lies inside a polygon, by the even-odd rule. */
export function covers(polygon: Point[], x: number, y: number): boolean {
  const [px, py] = [x + 0.5, y + 0.5];
  let inside = false;
  let before = polygon.at(-1) as Point;
  for (const at of polygon) {
    if (at[1] > py !== before[1] > py) {
      if (px < ((before[0] - at[0]) * (py - at[1])) / (before[1] - at[1]) + at[0]) inside = !inside;
    }
    before = at;
  }
  return inside;
}
