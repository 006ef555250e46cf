/*
 * Uniform: all pages are equally likely at each access. No policy beats another by more than noise,
 * because the past says nothing about the future.
 *
 * Draws: for each access the page, then the store.
 */
import { WRITE } from "../trace.js";
import type { Generator } from "./generator.js";
import { accesses, pages, writeProbability } from "./ranges.js";

/** Accesses spread evenly over N pages. */
export const uniform: Generator<"N" | "T" | "pw"> = {
  meaning: "accesses spread evenly over N pages",
  params: { N: pages("pages of the region"), T: accesses, pw: writeProbability },
  size: (p) => ({ records: p.T, pages: p.N, secondPages: 0 }),
  fill(p, random, out) {
    for (let i = 0; i < p.T; i++) {
      const page = random.int(p.N);
      out[i] = random.rnd() < p.pw ? page | WRITE : page;
    }
  },
};
