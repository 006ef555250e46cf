/*
 * Two hashes of a page, from which a filter makes as many places as it wants: place i is first + i * step.
 *
 * Source: Kirsch and Mitzenmacher, Less hashing, same performance: building a better Bloom filter, ESA 2006.
 * Differs from it: places repeat if the step shares a factor with the size. The seeds are libCacheSim's, as is that pages are
 * counted from 1: what a filter confuses is the hash's choice, and with the same hash results can be compared.
 */
import { xxh64Low } from "../../util/xxh64.js";

/** Seeds of the two hashes. */
const SEED = 0x12345678;
const STEP_SEED = 0x12344321;

/** The hashes of pages, kept once they are known. */
export class PageHashes {
  /** Those of the page that was asked for last, in 32 bits. */
  at = 0;
  step = 0;
  /** Both of each page; step 0: not known. Shape: [2 * pages], pairs. */
  private readonly known: Uint32Array;

  /** @param pages - Hashes of pages below this are kept, in 8 bytes each; of others they are worked out each time. */
  constructor(pages: number) {
    this.known = new Uint32Array(2 * pages);
  }

  /** Put the hashes of a page into `at` and `step`. */
  find(page: number): void {
    const { known } = this;
    const pair = 2 * page;
    const keeps = pair < known.length;
    if (keeps && known[pair + 1] !== 0) {
      this.at = known[pair]!;
      this.step = known[pair + 1]!;
      return;
    }
    this.at = xxh64Low(page + 1, SEED);
    this.step = xxh64Low(page + 1, STEP_SEED);
    if (!keeps) return;
    known[pair] = this.at;
    known[pair + 1] = this.step;
  }
}
