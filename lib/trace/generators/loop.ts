/*
 * Loop: N pages in order, again and again. Whatever evicts the oldest page misses every time once N pages do
 * not fit; MIN keeps most of them.
 *
 * Draws: for each access the store.
 */
import { WRITE } from "../trace.js";
import type { Generator } from "./generator.js";
import { accesses, pages, writeProbability } from "./ranges.js";

/** N pages in order, over and over. */
export const loop: Generator<"N" | "T" | "pw"> = {
  meaning: "N pages in order, over and over",
  params: { N: pages("pages of the loop"), T: accesses, pw: writeProbability },
  size: (p) => ({ records: p.T, pages: p.N, secondPages: 0 }),
  fill(p, random, out) {
    for (let i = 0; i < p.T; i++) {
      const page = i % p.N;
      out[i] = random.rnd() < p.pw ? page | WRITE : page;
    }
  },
};
