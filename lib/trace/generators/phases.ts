/*
 * Phases: a working set that jumps. Each phase uses a window of Wn pages evenly; the next window starts
 * floor(N / phases) pages further, round the end of the region. What was hot is stale after a jump.
 *
 * Every phase has floor(T / phases) accesses, so a remainder of T is not played.
 * Draws: for each access the page, then the store.
 */
import { WRITE } from "../trace.js";
import type { Generator } from "./generator.js";
import { accesses, pages, writeProbability } from "./ranges.js";

/** A working set of Wn pages that moves on at each phase. */
export const phases: Generator<"N" | "T" | "phases" | "Wn" | "pw"> = {
  meaning: "a working set of Wn pages, evenly used, that moves by N/phases pages at each phase",
  params: {
    N: pages("pages of the region"),
    T: accesses,
    phases: { meaning: "number of phases", unit: "phases", min: 1, max: accesses.max },
    Wn: pages("pages of the working set"),
    pw: writeProbability,
  },
  limits: (p) => ({ Wn: [1, p.N], phases: [1, p.T] }),
  size: (p) => ({ records: Math.floor(p.T / p.phases) * p.phases, pages: p.N, secondPages: 0 }),
  fill(p, random, out) {
    const perPhase = Math.floor(p.T / p.phases);
    const step = Math.floor(p.N / p.phases);
    let n = 0;
    for (let phase = 0; phase < p.phases; phase++) {
      for (let i = 0; i < perPhase; i++) {
        const page = (phase * step + random.int(p.Wn)) % p.N;
        out[n++] = random.rnd() < p.pw ? page | WRITE : page;
      }
    }
  },
};
