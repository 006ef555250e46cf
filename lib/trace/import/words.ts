import { inputError } from "../../util/error.js";

/** Most records of a trace: its digest hashes them in one piece, which may have up to 2^31 - 1 bytes. */
export const MAX_RECORDS: number = 2 ** 28;

/** A growing list of 32-bit words in shared memory, as the records and counts of a trace stand in. */
export class Words {
  private data: Uint32Array;
  nr = 0;

  /** @param expected - Words that will come, if that is known: then nothing is copied. */
  constructor(expected: number = 1 << 16) {
    this.data = shared(Math.min(Math.max(1, expected), MAX_RECORDS));
  }

  /** Appends a word. @throws InputError beyond {@link MAX_RECORDS}, naming `place`. */
  push(word: number, place: () => string): void {
    if (this.nr === this.data.length) this.grow(place);
    this.data[this.nr++] = word;
  }

  /** The words so far: a view of the same memory, or a copy of its length where much of it is spare. */
  take(): Uint32Array {
    const view = this.data.subarray(0, this.nr);
    if (this.nr === this.data.length) return view;
    const exact = shared(this.nr);
    exact.set(view);
    return exact;
  }

  private grow(place: () => string): void {
    if (this.nr >= MAX_RECORDS)
      inputError(`too many records: over ${MAX_RECORDS} (${place()}); split the trace`);
    const larger = shared(Math.min(2 * this.nr, MAX_RECORDS));
    larger.set(this.data);
    this.data = larger;
  }
}

/** Words in shared memory, all 0. */
export function shared(nr: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(nr * Uint32Array.BYTES_PER_ELEMENT));
}
