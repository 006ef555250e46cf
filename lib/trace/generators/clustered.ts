/*
 * Clustered: a share of the pages is hot and stands in aligned clusters of c pages. With c = 64 the hot pages
 * are neighbours in few leaf page tables, with c = 1 they are strewn over all of them: the difference that
 * page-table walks, Bloom filters and look-around live on. A stride of 512 goes to the extreme, one page a table.
 *
 * First all N pages are stored to in order (on a file, too, and whatever pw is), then T accesses go to a hot
 * page with probability ph, else to any page. Hot pages number floor(N*hf/c) * c.
 * Draws: the permutation of clusters; then for each of the T accesses the choice hot or any, the page, the store.
 */
import { permutation } from "../../util/random.js";
import { WRITE } from "../trace.js";
import type { Generator } from "./generator.js";
import { accesses, MAX_TABLE_PAGES, pages, writeProbability } from "./ranges.js";

/** Hot pages in aligned clusters of c pages, among N pages that were all touched once. */
export const clustered: Generator<"N" | "T" | "c" | "hf" | "ph" | "pw"> = {
  meaning: "hot pages in aligned clusters of c pages, among N pages that are all stored to first",
  params: {
    N: pages("pages of the region", MAX_TABLE_PAGES),
    T: accesses,
    c: pages("pages of a cluster", MAX_TABLE_PAGES),
    hf: { meaning: "share of the pages that is hot", unit: "share", min: 0, max: 1, integer: false },
    ph: { meaning: "probability of a hot page", unit: "probability", min: 0, max: 1, integer: false },
    pw: writeProbability,
  },
  limits: (p) => ({ c: [1, p.N], hf: [p.c / p.N, 1] }),
  size: (p) => ({ records: p.N + p.T, pages: p.N, secondPages: 0 }),
  fill(p, random, out) {
    const clusters = permutation(random, Math.floor(p.N / p.c));
    const nrHot = Math.floor((p.N * p.hf) / p.c) * p.c;
    const hotPage = (): number => {
      const index = random.int(nrHot);
      return clusters[Math.floor(index / p.c)]! * p.c + (index % p.c);
    };
    for (let page = 0; page < p.N; page++) out[page] = page | WRITE;
    for (let i = p.N; i < p.N + p.T; i++) {
      const page = random.rnd() < p.ph ? hotPage() : random.int(p.N);
      out[i] = random.rnd() < p.pw ? page | WRITE : page;
    }
  },
};
