// CRC-32 of a file, read piece by piece beside its upload, so that the hub can tell that it has the same bytes.

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

const START = 0xffffffff;

export class Checksum {
  #at = 0;
  #value = START;
  /** Reads one after the other: who asks while one is under way waits for it, and none reads twice or past another. */
  #reading: Promise<void> = Promise.resolve();

  constructor(readonly blob: Blob) {}

  /** Reads on to this byte. Between two pieces the page may do other things. */
  readTo(end: number): Promise<void> {
    const reading = this.#reading.then(() => this.#read(end));
    this.#reading = reading.catch(() => {
      // What could not be read may be another file by now: whoever asks again reads it from its beginning.
      this.#at = 0;
      this.#value = START;
    });
    return reading;
  }

  async #read(end: number) {
    if (end <= this.#at) return;
    const reader = this.blob.slice(this.#at, end).stream().getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#take(value);
    }
  }

  /** What was read so far, in eight digits. */
  get digits(): string {
    return (~this.#value >>> 0).toString(16).padStart(8, '0');
  }

  #take(bytes: Uint8Array) {
    let value = this.#value;
    for (const byte of bytes) value = (value >>> 8) ^ (TABLE[(value ^ byte) & 0xff] ?? 0);
    this.#value = value;
    this.#at += bytes.length;
  }
}
