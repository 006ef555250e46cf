/*
 * Hot set + scan: H hot pages, and one pass over the N - H others that are never used again. The question is
 * whether the scan pushes the hot set out.
 *
 *   hot x 4H | hot x ratio, page H | hot x ratio, page H+1 | ... | hot x ratio, page N-1
 *
 * Draws: for each hot access the page, then the store; for each page of the scan the store.
 */
import { WRITE } from "../trace.js";
import type { Generator } from "./generator.js";
import { pages, ratio, writeProbability } from "./ranges.js";

/** A hot set of H pages, and one scan of the N - H others. */
export const hotscan: Generator<"N" | "H" | "ratio" | "pw"> = {
  meaning: "a hot set of H pages, evenly used, and one scan of the N - H others",
  params: {
    N: pages("pages of the region, hot and scanned"),
    H: pages("pages of the hot set"),
    ratio,
    pw: writeProbability,
  },
  limits: (p) => ({ H: [1, p.N] }),
  size: (p) => ({ records: 4 * p.H + (p.N - p.H) * (p.ratio + 1), pages: p.N, secondPages: 0 }),
  fill(p, random, out) {
    let n = 0;
    const put = (page: number): void => {
      out[n++] = random.rnd() < p.pw ? page | WRITE : page;
    };
    for (let i = 0; i < 4 * p.H; i++) put(random.int(p.H));
    for (let scan = p.H; scan < p.N; scan++) {
      for (let i = 0; i < p.ratio; i++) put(random.int(p.H));
      put(scan);
    }
  },
};
