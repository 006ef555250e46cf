import { inputError } from "../../util/error.js";
import { SLOT_MASK } from "../trace.js";

/** Most ids: the slot range of a record, minus one leaf table. */
const MAX_IDS: number = SLOT_MASK - 512;

/**
 * Gives 64-bit keys dense ids, in order of appearance. A flat table with open addressing: 16 to 32 bytes a key, no objects.
 */
export class Interner {
  /** Number of ids given. */
  nr = 0;
  /** The keys by id: low and high 32 bits. Only the first `nr` are in use. */
  lo: Uint32Array = new Uint32Array(1 << 10);
  hi: Uint32Array = new Uint32Array(1 << 10);
  /** Id + 1 of the key that hashed here; 0 is free. At most half of it is in use. */
  private table = new Int32Array(1 << 11);
  private shift = 32 - 11;

  /** The id of a key, new or known. @throws InputError beyond the slot range, naming `place`. */
  id(lo: number, hi: number, place: () => string): number {
    let { table } = this;
    const mask = table.length - 1;
    let at = this.slot(lo, hi);
    for (let found = table[at]!; found !== 0; found = table[at]!) {
      if (this.lo[found - 1] === lo && this.hi[found - 1] === hi) return found - 1;
      at = (at + 1) & mask;
    }
    if (this.nr === MAX_IDS)
      inputError(`too many different pages: over ${MAX_IDS} (${place()}); split the trace`);
    if (this.nr === this.lo.length) {
      this.grow();
      table = this.table;
      at = this.free(lo, hi);
    }
    this.lo[this.nr] = lo;
    this.hi[this.nr] = hi;
    table[at] = ++this.nr;
    return this.nr - 1;
  }

  private slot(lo: number, hi: number): number {
    const mixed = Math.imul(lo ^ Math.imul(hi, 0x85ebca6b), 0x9e3779b1);
    return (mixed ^ (mixed >>> 15)) >>> this.shift;
  }

  private free(lo: number, hi: number): number {
    let at = this.slot(lo, hi);
    while (this.table[at] !== 0) at = (at + 1) & (this.table.length - 1);
    return at;
  }

  private grow(): void {
    const { nr } = this;
    const twice = (old: Uint32Array): Uint32Array => {
      const larger = new Uint32Array(2 * nr);
      larger.set(old);
      return larger;
    };
    this.lo = twice(this.lo);
    this.hi = twice(this.hi);
    this.table = new Int32Array(4 * nr);
    this.shift--;
    for (let id = 0; id < nr; id++) this.table[this.free(this.lo[id]!, this.hi[id]!)] = id + 1;
  }
}

/** Ids in ascending order of their keys. Shape: Uint32Array[nr], the id at each rank. */
export function idsByKey({ nr, lo, hi }: Interner): Uint32Array {
  return new Uint32Array(nr).map((_, id) => id).sort((a, b) => hi[a]! - hi[b]! || lo[a]! - lo[b]!);
}
