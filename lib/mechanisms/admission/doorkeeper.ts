/*
 * The doorkeeper: nobody comes in at the first request. Most pages of most streams are asked for once; they cost a few bits
 * here instead of somebody's place.
 *
 *   request -> seen lately? -- yes: come in
 *                  `-- no: remembered, not let in
 *
 * "Lately" is at most 16 requests for each object of the cache; then all is forgotten. A Bloom filter remembers: it takes one
 * in a hundred for seen that was not.
 *
 * Source: Einziger, Friedman and Manes, TinyLFU: a highly efficient cache admission policy, ACM Trans. Storage 13(4), 2017, 3.4.2.
 * Differs from it: there it saves counters of the sketch behind it, and lets everybody by; here it can stand alone.
 */
import type { Admission } from "./admission.js";
import type { PageHashes } from "./page-hashes.js";

/** Requests that are remembered, for each object of the cache. */
const PERIOD = 16;
/** Bits for each request, at least, and bits that a page sets: one in a hundred is taken for another. */
const BITS = 10;
const HASHES = 5;

/** A Bloom filter over pages. */
export class SeenPages {
  private readonly words: Uint32Array;

  /** @param pages - Pages that it is made for. */
  constructor(
    pages: number,
    private readonly places: PageHashes,
  ) {
    this.words = new Uint32Array(2 ** Math.max(0, Math.ceil(Math.log2((pages * BITS) / 32))));
  }

  /** True if the page is remembered, or looks as if it was. */
  has(page: number): boolean {
    return this.look(page, false);
  }

  /** Remember a page. True if it was remembered already, or looks as if it was. */
  add(page: number): boolean {
    return this.look(page, true);
  }

  private look(page: number, mark: boolean): boolean {
    const { words, places } = this;
    places.find(page);
    const mask = words.length * 32 - 1;
    let { at } = places;
    let seen = true;
    for (let i = 0; i < HASHES; i++, at += places.step) {
      const bit = at & mask;
      const flag = 1 << (bit & 31);
      if ((words[bit >> 5]! & flag) !== 0) continue;
      seen = false;
      if (mark) words[bit >> 5]! |= flag;
    }
    return seen;
  }

  clear(): void {
    this.words.fill(0);
  }
}

export function doorkeeper(max: number, hashes: PageHashes): Admission {
  const pages = new SeenPages(PERIOD * max, hashes);
  let left = PERIOD * max;
  let seen = true;
  return {
    note(page) {
      seen = pages.add(page);
      if (--left > 0) return;
      left = PERIOD * max;
      pages.clear();
    },
    wants: () => seen,
    prefers: () => true,
  };
}
