/*
 * Mix: a program with a hot anonymous heap that reads a file once, front to back. The two kinds compete for
 * one limit, so it asks how a policy balances anonymous and file pages.
 *
 *   anon x 4H | anon x ratio, file page 0 | anon x ratio, file page 1 | ... | anon x ratio, file page nf-1
 *
 * Draws: the permutation of ranks; then for each anonymous access the page, then the store. File accesses are
 * loads and draw nothing.
 */
import { WRITE } from "../trace.js";
import { type Generator, SECOND } from "./generator.js";
import { MAX_TABLE_PAGES, pages, ratio, writeProbability, zipfExponent } from "./ranges.js";
import { zipfPages } from "./zipf-pages.js";

/** A hot anonymous set (Zipf over H pages) and a file of nf pages, read once in order. */
export const mix: Generator<"H" | "nf" | "s" | "ratio" | "pw"> = {
  meaning: "a hot anonymous set, Zipf over H pages, and a file of nf pages read once in order",
  params: {
    H: pages("pages of the anonymous set", MAX_TABLE_PAGES),
    nf: pages("pages of the file"),
    s: zipfExponent,
    ratio,
    pw: writeProbability,
  },
  size: (p) => ({ records: 4 * p.H + p.nf * (p.ratio + 1), pages: p.H, secondPages: p.nf }),
  fill(p, random, out) {
    const nextHot = zipfPages(random, p.s, p.H);
    let n = 0;
    const hot = (): void => {
      const page = nextHot();
      out[n++] = random.rnd() < p.pw ? page | WRITE : page;
    };
    for (let i = 0; i < 4 * p.H; i++) hot();
    for (let filePage = 0; filePage < p.nf; filePage++) {
      for (let i = 0; i < p.ratio; i++) hot();
      out[n++] = filePage | SECOND;
    }
  },
};
