import { describe, expect, it } from "vitest";
import { fifo } from "../../lib/policies/index.js";
import type { Policy } from "../../lib/reclaim/ops.js";
import { tryToFreePages } from "../../lib/reclaim/try-to-free-pages.js";
import { anonLayout } from "../tiny.js";
import { bench } from "./bench.js";

/** A policy that takes nothing; it notes each pass, and says that active pages were skipped if `skips`. */
function stubborn(skips: boolean, frees = -1) {
  const passes: { priority: number; force: boolean }[] = [];
  const policy: Policy = {
    ...fifo(),
    attach(ctx) {
      const ops = fifo().attach(ctx);
      return {
        ...ops,
        budget(sc) {
          if (sc.nrBatches > 0) return 0;
          passes.push({ priority: sc.priority, force: sc.forceDeactivate });
          if (skips) sc.skippedDeactivate = true;
          return passes.length - 1 === frees ? 64 : 0;
        },
      };
    },
  };
  const b = bench(policy, anonLayout(64));
  b.access(...Array.from({ length: 40 }, (_, i) => i));
  b.drain();
  const freed = tryToFreePages(b.core, b.core.memcg, 1);
  return { passes, freed, stalls: b.core.stat.allocstall };
}

describe("tryToFreePages", () => {
  /*
   *   round   priorities   active pages
   *   1       12 .. 0      as the policy sees fit
   *   2       12 .. 0      likewise: the kernel walks all memcgs this time
   *   3       12 .. 0      deactivated by force; only if they had been skipped
   */
  it("goes twice through the priorities without progress, a third time if active pages were skipped", () => {
    const priorities = Array.from({ length: 13 }, (_, i) => 12 - i);
    const plain = stubborn(false);
    expect(plain.passes.map(({ priority }) => priority)).toEqual([...priorities, ...priorities]);
    expect(plain.passes.some(({ force }) => force)).toBe(false);
    expect([plain.freed, plain.stalls]).toEqual([0, 1]);
    const skipped = stubborn(true);
    expect(skipped.passes.length).toBe(3 * 13);
    expect(skipped.passes.map(({ force }) => force)).toEqual(skipped.passes.map((_, i) => i >= 2 * 13));
  });

  it("stops at the priority that freed enough", () => {
    const { passes, freed } = stubborn(true, 3);
    expect([passes.length, freed]).toEqual([4, 32]);
  });

  it("starts no further round after any progress", () => {
    const late = stubborn(true, 13 + 12); // the last pass of round 2
    expect([late.passes.length, late.freed]).toEqual([26, 32]);
  });
});
