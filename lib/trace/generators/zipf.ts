/*
 * Zipf: a few pages take most accesses, with no locality in time beyond that. Popularity never changes, so
 * frequency is the whole truth and recency only an estimate of it. With pw above 0 on a file it dirties page
 * cache, which brings in writeback (workload `dirty`).
 *
 * Draws: the permutation of ranks; then for each access the page, then the store.
 */
import { WRITE } from "../trace.js";
import type { Generator } from "./generator.js";
import { accesses, MAX_TABLE_PAGES, pages, writeProbability, zipfExponent } from "./ranges.js";
import { zipfPages } from "./zipf-pages.js";

/** Accesses over N pages whose popularity follows Zipf's law. */
export const zipf: Generator<"N" | "T" | "s" | "pw"> = {
  meaning: "accesses over N pages whose popularity follows Zipf's law, popular pages scattered",
  params: {
    N: pages("pages of the region", MAX_TABLE_PAGES),
    T: accesses,
    s: zipfExponent,
    pw: writeProbability,
  },
  size: (p) => ({ records: p.T, pages: p.N, secondPages: 0 }),
  fill(p, random, out) {
    const nextPage = zipfPages(random, p.s, p.N);
    for (let i = 0; i < p.T; i++) {
      const page = nextPage();
      out[i] = random.rnd() < p.pw ? page | WRITE : page;
    }
  },
};
