/* Forward page-table walks, what they skip, and look-around. */
import { expect } from "vitest";
import { fifo, lru, mglru } from "../../lib/policies/index.js";
import { PTRS_PER_PTE } from "../../lib/trace/trace.js";
import { type Counters, PAGES } from "../sim/runs.js";
import { anonLayout, traceOf } from "../tiny.js";
import { both, decisions, mixed, on, type Relations, reads } from "./runs.js";
export const WALK: Relations<
  "walk" | "walkEvery" | "nonleaf" | "filter" | "feeders" | "mmBits" | "mmMin" | "lookaround"
> = {
  walk() {
    const run = on(mglru, both);
    const off = run({ walk: "off" });
    expect([off.walk, off.walk_table, off.walk_pte, off.walk_young]).toEqual([0, 0, 0, 0]);
    expect(run().walk_young!).toBeGreaterThan(0);
    expect(on(mglru, reads)({ walk: "off" })).toEqual(on(mglru, reads)());
    expect(on(lru, reads)({ walk: "on" })).toEqual(on(lru, reads)());
  },

  walkEvery() {
    const walks = (walkEvery: number) => on(fifo, both)({ walk: "on", walkEvery });
    expect(walks(0.1).walk!).toBeGreaterThan(walks(1).walk!);
    expect(walks(1).walk!).toBeGreaterThan(walks(8).walk!);
    expect(decisions(walks(0.1)), "fifo does not ask").toEqual(decisions(walks(8)));
    const own = on(mglru, both);
    expect(own({ walkEvery: 0.1 }), "mglru walks when it ages").toEqual(own());
  },

  nonleaf() {
    // One hot table, three that are gone through once.
    const records = Array.from({ length: 8000 }, (_, i) => (i < PAGES ? i : i % PTRS_PER_PTE));
    const run = on(mglru, traceOf(anonLayout(PAGES), records));
    const [bits, none] = [run({ filter: "off" }), run({ filter: "off", nonleaf: "off" })];
    expect([none.walk_skip_nonleaf, bits.walk_skip_nonleaf! > 0]).toEqual([0, true]);
    expect(none.walk_table!).toBeGreaterThan(bits.walk_table!);
    expect(decisions(none), "a table that nobody went through has no young PTE").toEqual(decisions(bits));
  },

  filter() {
    const run = on(mglru, both);
    const off = run({ filter: "off" });
    expect([off.walk_skip_filter, off.filter_add]).toEqual([0, 0]);
    expect(run().filter_add!).toBeGreaterThan(0);
    const oracle = run({ filter: "oracle" });
    expect(oracle.filter_add, "nothing is fed to it").toBe(0);
    expect(oracle.walk_skip_filter!).toBeGreaterThan(0);
    const perYoung = (c: Counters) => c.walk_pte! / c.walk_young!;
    expect(perYoung(oracle), "what it lets through is dense").toBeLessThan(perYoung(off));
    expect(run({ filter: "exact" }), "few tables do not collide").toEqual(run());
    for (const filter of ["off", "oracle"] as const) {
      expect(on(mglru, reads)({ filter })).toEqual(on(mglru, reads)());
    }
  },

  feeders() {
    const run = on(mglru, both);
    const [all, walks, around] = [run(), run({ feeders: "walks" }), run({ feeders: "look-around" })];
    expect(walks.filter_add!).toBeLessThan(all.filter_add!);
    expect(around.filter_add!).toBeLessThan(all.filter_add!);
    expect(walks.walk_skip_filter!).toBeGreaterThan(0);
    expect(run({ feeders: "walks", lookaround: 0 }), "nobody else feeds it").toEqual(run({ lookaround: 0 }));
    expect(on(mglru, reads)({ feeders: "walks" })).toEqual(on(mglru, reads)());
  },

  mmBits() {
    const busy = on(fifo, mixed(true));
    const set = { walk: "on", walkEvery: 0.2 } as const;
    const [bits, none] = [busy(set), busy({ ...set, mmBits: "off" })];
    expect(none.walk_table!, "the idle process is walked, too").toBeGreaterThan(bits.walk_table!);
    expect(decisions(none)).toEqual(decisions(bits));
    expect(on(mglru, reads)({ mmBits: "off" })).toEqual(on(mglru, reads)());
  },

  mmMin() {
    // Process 1 has 40 pages, used all the time.
    const vmas = [700, 40].map((nr, process) => ({
      process,
      start: 2048 * process,
      nr,
      kind: "anon" as const,
    }));
    const records = Array.from({ length: 8000 }, (_, i) => (i % 4 === 0 ? 2048 + (i % 40) : (i * 11) % 700));
    const trace = traceOf({ nrSlots: 4096, vmas, files: [] }, records);
    const walks = (mmMin: number) => on(fifo, trace)({ walk: "on", walkEvery: 0.2, mmMin });
    expect(walks(64).walk_table!, "the small process is passed over").toBeLessThan(walks(0).walk_table!);
    expect(decisions(walks(64)), "fifo does not ask").toEqual(decisions(walks(0)));
    expect(walks(4096).walk, "nobody is large enough").toBe(0);
    expect(on(mglru, reads)({ mmMin: 64 })).toEqual(on(mglru, reads)());
  },

  lookaround() {
    const run = on(mglru, both);
    const off = run({ lookaround: 0 });
    expect([off.lookaround, off.lookaround_pte, off.lookaround_young]).toEqual([0, 0, 0]);
    for (const window of [16, 64, 512]) {
      const c = run({ lookaround: window });
      expect(c.lookaround!).toBeGreaterThan(0);
      expect(c.lookaround_pte!).toBeLessThanOrEqual(window * c.lookaround!);
      expect(c.rmap_walk!, "a neighbour found is a check saved").toBeLessThan(off.rmap_walk!);
    }
    for (const policy of [lru, mglru]) {
      expect(on(policy, reads)({ lookaround: 0 })).toEqual(on(policy, reads)({ lookaround: 512 }));
    }
  },
};
