/* What becomes of a page that was found: its age, its place, the pass, dirty pages. */
import { expect } from "vitest";
import type { Settings } from "../../lib/mechanisms/settings.js";
import { fifo, lru, mglru } from "../../lib/policies/index.js";
import { generateTrace } from "../../lib/trace/generate.js";
import { type Counters, counters, evictions, PAGES } from "../sim/runs.js";
import { anon, both, on, once, type Relations, reads, same, writes } from "./runs.js";
export const AGES: Relations<
  | "ages"
  | "young"
  | "deactivation"
  | "insertion"
  | "aging"
  | "budget"
  | "retry"
  | "batch"
  | "addBatch"
  | "dirty"
> = {
  ages() {
    for (const [policy, set] of [
      [lru, { lookaround: 64 }],
      [mglru, {}],
    ] as const) {
      const run = on(policy, both);
      const [list, flags] = [run({ ...set, ages: "list" }), run({ ...set, ages: "flags" })];
      expect([list.flag_update, list.pgsorted]).toEqual([0, 0]);
      expect(flags.flag_update!).toBeGreaterThan(0);
    }
    expect(on(mglru, reads)({ ages: "list" })).toEqual(on(mglru, reads)());
  },

  young() {
    const run = on(lru, anon);
    const hits = (young: Settings["young"]) => run({ walk: "on", walkEvery: 0.2, ages: "flags", young });
    expect(hits("mark").flag_update).toBe(0);
    expect(hits("touch").flag_update!).toBeGreaterThan(0);
    expect(hits("promote").flag_update!).toBeGreaterThan(hits("touch").flag_update!);
    expect(hits("next"), "the next of two classes is the last").toEqual(hits("promote"));
    const chain = on(() => lru({ classes: 4 }), anon);
    const four = (young: Settings["young"]) => chain({ walk: "on", walkEvery: 0.2, ages: "flags", young });
    expect(four("next").flag_update!, "three steps to the top").toBeGreaterThan(four("promote").flag_update!);
    expect(chain({ young: "next" }).nr_alloc, "the tail promotes by one, too").not.toBe(chain().nr_alloc);
    expect(on(() => lru({ classes: 4 }), reads)({ young: "next" })).toEqual(
      on(() => lru({ classes: 4 }), reads)(),
    );
    const own = (young: Settings["young"]) => on(mglru, anon)({ young });
    expect(own("second").flag_update!, "the first hit only marks").toBeLessThan(own("promote").flag_update!);
    expect(on(mglru, reads)({ young: "second" })).toEqual(on(mglru, reads)());
  },

  deactivation() {
    const run = on(lru, both);
    const [scan, implicit] = [run(), run({ deactivation: "implicit" })];
    expect([implicit.pgrefill, scan.pgrefill! > 0]).toEqual([0, true]);
    expect(implicit.pgdeactivate!, "the class goes at once").toBeGreaterThan(0);
    const scanned = (c: Counters) => c.rmap_walk! / c.pgscan!;
    expect(scanned(implicit), "nobody looks at what is active").toBeLessThan(scanned(scan));
    expect(on(lru, once)({ deactivation: "implicit" }), "nothing is ever active").toEqual(on(lru, once)());
  },

  insertion() {
    const run = on(mglru, both);
    expect(run({ insertion: "marked" }).nr_alloc).not.toBe(run().nr_alloc);
    same(mglru, "insertion", ["young", "marked"]);
  },

  aging() {
    const run = on(mglru, both);
    expect(run({ aging: "count" }).walk).not.toBe(run().walk);
    same(mglru, "aging", ["spread", "count"]);
  },

  budget() {
    const run = on(mglru, both);
    const steal = (budget: Settings["budget"]) => {
      const c = run({ budget });
      return c.pgsteal! / c.allocstall!;
    };
    expect(steal("exact"), "no more than its share").toBeLessThanOrEqual(steal("batch"));
    expect(new Set(["batch", "exact", "abort"].map((b) => steal(b as Settings["budget"]))).size).toBe(3);
    same(mglru, "budget", ["batch", "exact", "abort"]);
  },

  retry() {
    const params = { N: 3000, H: 512, ratio: 6, pw: 0 };
    const scan = generateTrace({ generated: "hotscan", params, seed: 1, region: "file-mmap" });
    const run = (retry: Settings["retry"]): Counters =>
      counters(mglru(), scan, { memoryMax: 1024, profile: "7.3", set: { walk: "off", retry } });
    const mapped = (c: Counters) => c.pgfault! - c.pgmajfault!;
    expect(mapped(run("off")), "unmapped while a batch held them, and left in memory").toBeGreaterThan(0);
    expect(mapped(run("on")), "the batch has let go of them meanwhile").toBe(0);
    expect(on(mglru, anon)({ retry: "off" }), "dirty pages have no second try").toEqual(on(mglru, anon)());
    expect(on(fifo, both)({ retry: "on" }), "nobody holds what it takes").toEqual(on(fifo, both)());
  },

  batch() {
    const locks = (batch: number) => on(fifo, once)({ batch }).lru_lock!;
    expect(locks(1)).toBeGreaterThan(locks(32));
    expect(locks(32)).toBeGreaterThanOrEqual(locks(64));
    expect(on(lru, both)({ batch: 64 })).not.toEqual(on(lru, both)());
    expect(on(mglru, both)({ batch: 64 }), "MIN_LRU_BATCH").toEqual(on(mglru, both)());
    const order = (batch: number) => evictions(fifo(), once, { memoryMax: 400, set: { batch } });
    const [small, large] = [order(1), order(64)];
    const length = Math.min(small.length, large.length);
    expect(small.slice(0, length), "first in, first out").toEqual(large.slice(0, length));
    same(lru, "batch", [1, 32, 64]);
  },

  addBatch() {
    const run = (addBatch: number) => on(lru, once)({ addBatch }, { memoryMax: 3000 });
    expect([15, 31].map((nr) => run(nr).lru_lock)).toEqual([15, 31].map((nr) => Math.floor(PAGES / nr)));
    for (const [profile, addBatch] of [
      ["6.1", 15],
      ["7.3", 31],
    ] as const) {
      expect(on(mglru, both)({ addBatch }, { profile }), "the kernel's").toEqual(
        on(mglru, both)({}, { profile }),
      );
    }
    expect(on(mglru, both)({ addBatch: 15 })).not.toEqual(on(mglru, both)());
    same(lru, "addBatch", [1, 15, 31]);
  },

  dirty() {
    for (const policy of [fifo, lru, mglru]) {
      const run = on(policy, writes);
      const [offered, skipped, written] = [
        run({ dirty: "activate" }),
        run({ dirty: "skip" }),
        run({ dirty: "write" }),
      ];
      expect(skipped.pgscan!, "not offered, so not scanned").toBeLessThan(offered.pgscan!);
      for (const c of [offered, skipped, written]) expect(c.nr_written!).toBeGreaterThan(0);
      expect([offered.nr_vmscan_write, skipped.nr_vmscan_write]).toEqual([0, 0]);
      expect(written.nr_vmscan_write, "reclaim writes all there is to write").toBe(written.nr_written);
      expect(written.pgactivate!, "put back where it was").toBeLessThan(offered.pgactivate!);
      for (const clean of [reads, anon]) {
        for (const dirty of ["skip", "write"] as const) {
          expect(on(policy, clean)({ dirty })).toEqual(on(policy, clean)({ dirty: "activate" }));
        }
      }
    }
  },
};
