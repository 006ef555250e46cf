import { describe, expect, it } from "vitest";
import type { Settings } from "../../lib/mechanisms/settings.js";
import { ANON, FILE } from "../../lib/mm/folio.js";
import { mglru } from "../../lib/policies/index.js";
import { bench } from "../reclaim/bench.js";
import { SHARED } from "../tiny.js";

const [ANON_SLOT, FILE_SLOT] = [5, 400 + 250];

/** One anonymous and one file page, faulted and grown old together: both in their type's oldest generation. */
function oldPair(swappiness: number, set: Partial<Settings> = {}) {
  const b = bench(mglru(), SHARED, undefined, { walk: "off", references: "off", ...set }, { swappiness });
  b.access(ANON_SLOT, FILE_SLOT);
  b.drain();
  const { sc } = b.core;
  const { ops } = b.core.attached[0]!;
  sc.swappiness = swappiness;
  for (let i = 0; i < 2; i++) {
    sc.priority = 0;
    sc.beginPass();
    sc.beginBatch(0);
    ops.isolate(sc);
    ops.budget(sc);
  }
  return b;
}

describe("MGLRU", () => {
  // Nothing has refaulted, so the controller of the tiers says file.
  it.each([
    [1, FILE_SLOT],
    [60, FILE_SLOT],
    [199, FILE_SLOT],
    [200, ANON_SLOT],
  ])(
    "at swappiness %i, of two types whose oldest generations are of one age, slot %i goes first",
    (swappiness, first) => {
      const b = oldPair(swappiness);
      const { minSeq } = b.core.lruvecs[0]!.clock;
      expect(minSeq[ANON]).toBe(minSeq[FILE]);
      for (let i = 0; i < 3 && b.evicted.length === 0; i++) b.step();
      expect(b.evicted).toEqual([first]);
    },
  );

  it("asks the young slot: what a walk finds is promoted at once, or as the experiment says", () => {
    for (const [young, promoted] of [
      ["promote", 1],
      ["touch", 0],
      ["mark", 0],
    ] as const) {
      const b = bench(mglru(), SHARED, undefined, { young, filter: "off" });
      b.access(ANON_SLOT);
      b.drain();
      const { sc } = b.core;
      const { ops } = b.core.attached[0]!;
      sc.priority = 0;
      sc.swappiness = 60;
      for (let i = 0; i < 2; i++) {
        sc.beginPass();
        sc.beginBatch(0);
        ops.isolate(sc);
        b.core.memory.hasRun[0] = 1;
        b.access(ANON_SLOT);
        ops.budget(sc);
      }
      expect(b.core.stat.walk_young, young).toBe(2);
      expect(b.core.stat.flag_update, young).toBe(promoted);
    }
  });
});
