/*
 * Every switch by a relation: what turning it must change, and what it must leave alone to the last counter. The
 * traces are small and fixed: descriptor reads and writes alone (no page table), anonymous pages alone (nothing read
 * through a descriptor, nothing executable), and both kinds mixed in two processes.
 */
import { describe, expect, it } from "vitest";
import type { Settings } from "../lib/mechanisms/settings.js";
import { clock, fifo, lru, mglru, plainLru } from "../lib/policies/index.js";
import type { Policy } from "../lib/reclaim/ops.js";
import { SWITCHES } from "../lib/sim/switchboard.js";
import { PTRS_PER_PTE, type Trace, type TraceLayout, WRITE } from "../lib/trace/trace.js";
import { type Cell, type Counters, counters, evictions, PAGES, stream } from "./sim/runs.js";
import { mixed, OF_THE_MACHINE } from "./switches-machine.js";
import { anonLayout, fileLayout, traceOf } from "./tiny.js";

type Run = (set?: Partial<Settings>, cell?: Cell) => Counters;

/** Runs of one policy over one trace, at 400 pages. */
const on =
  (policy: () => Policy, trace: Trace): Run =>
  (set = {}, cell = {}) =>
    counters(policy(), trace, { memoryMax: 400, set, ...cell });

const DESCRIPTORS: TraceLayout = { nrSlots: 0, vmas: [], files: [{ name: "f", nr: PAGES }] };
const reads = traceOf(DESCRIPTORS, stream({ seed: 5, hot: 200 }));
const writes = traceOf(
  DESCRIPTORS,
  stream({ seed: 5, hot: 200 }).map((slot, i) => (i % 3 === 0 ? slot | WRITE : slot) >>> 0),
);
const anon = traceOf(anonLayout(PAGES), stream({ seed: 5, hot: 200 }));
const code = (exec: boolean): Trace => traceOf(fileLayout(PAGES, exec), stream({ seed: 5, hot: 150 }));

const both = mixed();

/** Counters but for the work of finding young pages. */
function decisions(c: Counters): Counters {
  const work = /^(rmap|lookaround|walk|filter)_?|^lru_lock$|^reclaim_cpu_ns$/;
  return Object.fromEntries(Object.entries(c).filter(([name]) => !work.test(name)));
}

/** A relation for each switch. */
const RELATIONS: Readonly<Record<keyof Settings, () => void>> = {
  ...OF_THE_MACHINE,

  references() {
    const blind = on(lru, both)({ references: "off" });
    expect([blind.rmap_walk, blind.rmap_pte, blind.lookaround]).toEqual([0, 0, 0]);
    const flags = on(lru, both)({ references: "flags", walk: "on" });
    expect([flags.rmap_walk, flags.rmap_pte]).toEqual([0, 0]);
    expect(flags.pgactivate!, "marks of walks count").toBeGreaterThan(blind.pgactivate!);
    for (const policy of [lru, mglru]) {
      expect(on(policy, reads)({ references: "off" })).toEqual(on(policy, reads)());
    }
  },

  hits() {
    const run = on(plainLru, anon);
    const [marked, told] = [run(), run({ hits: "told" })];
    expect(told.rmap_walk, "nobody looks at accessed bits").toBe(0);
    expect(told.pgscan, "what is at the tail goes").toBe(told.pgsteal);
    expect(told.nr_alloc).not.toBe(marked.nr_alloc);
    const mapped = traceOf(fileLayout(PAGES), stream({ seed: 5, hot: 200 }));
    const by = (trace: Trace) => on(plainLru, trace)({ hits: "told" }).nr_alloc;
    expect(by(mapped), "an access is an access, mapped or through a descriptor").toBe(by(reads));
    expect(() => on(clock, anon)({ hits: "told" }), "clock has no hit hook").toThrow(/refused: hits=told/);
    expect(() => run({ hits: "told", references: "rmap" })).toThrow(
      /refused: references=rmap with hits=told/,
    );
    same(plainLru, "hits", ["marked", "told"]);
  },

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
    expect(run({ filter: "exact" }), "few tables do not collide").toEqual(run());
    expect(on(mglru, reads)({ filter: "off" })).toEqual(on(mglru, reads)());
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

  fd() {
    const ways = ["two-touch", "refs", "refs-hot", "mark", "off"] as const;
    const read = ways.map((fd) => on(lru, reads)({ fd }));
    expect(new Set(read.map((c) => c.nr_alloc)).size).toBeGreaterThan(2);
    expect(read[4]!.pgactivate, "reads that leave nothing protect nothing").toBe(
      read[4]!.workingset_activate_file,
    );
    const touched = ways.map((fd) => on(lru, anon)({ fd }));
    for (const c of touched) expect(c, "page tables are no descriptors").toEqual(touched[0]);
  },

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
    const own = (young: Settings["young"]) => on(mglru, anon)({ young });
    expect(own("second").flag_update!, "the first hit only marks").toBeLessThan(own("promote").flag_update!);
    expect(on(mglru, reads)({ young: "second" })).toEqual(on(mglru, reads)());
  },

  exec() {
    for (const kernel of ["6.12", "7.3"] as const) {
      for (const policy of [lru, mglru]) {
        const cell = { profile: kernel };
        const data = on(policy, code(false))({}, cell);
        expect(on(policy, code(true))({ exec: "off" }, cell), "code is like data").toEqual(data);
        const rule = on(policy, code(true))({ exec: "on" }, cell);
        // In 7.3 the fault itself marks a page of MGLRU, so that its first young PTE is its second use anyhow.
        if (policy === mglru && kernel === "7.3") expect(rule).toEqual(data);
        else expect(rule).not.toEqual(data);
        expect(on(policy, both)({ exec: "off" }, cell)).toEqual(on(policy, both)({}, cell));
      }
    }
  },

  workingset() {
    const run = on(mglru, both);
    const off = run({ workingset: "off" });
    expect([off.workingset_activate_anon, off.workingset_activate_file]).toEqual([0, 0]);
    const ways = ["distance", "generations", "generations-4", "off"] as const;
    const brought = (policy: () => Policy) =>
      ways.map((workingset) => on(policy, both)({ workingset }).nr_alloc);
    expect(new Set(brought(lru)).size).toBe(4);
    expect(new Set(brought(mglru)).size).toBeGreaterThan(1);
    expect(run().workingset_activate_anon!).toBeGreaterThan(0);
    const once = traceOf(
      anonLayout(PAGES),
      Array.from({ length: PAGES }, (_, i) => i),
    );
    for (const policy of [lru, mglru]) {
      const c = ways.map((workingset) => on(policy, once)({ workingset }));
      for (const other of c) expect(decisions(other), "nothing comes back").toEqual(decisions(c[0]!));
    }
  },

  tiers() {
    const run = on(mglru, reads);
    expect(run({ tiers: "off" }).tier_protected).toBe(0);
    expect(run({ tiers: "always" }).tier_protected!).toBeGreaterThan(run({ tiers: "pid" }).tier_protected!);
    const kept = (tiers: Settings["tiers"]) => run({ tiers }, { memoryMax: 300 }).tier_protected!;
    expect(kept("pid-wide"), "3:2 protects sooner than 2:1").toBeGreaterThanOrEqual(kept("pid"));
    const untold = ["pid", "pid-wide", "always", "off"].map((tiers) =>
      on(mglru, anon)({ tiers, workingset: "off" } as Partial<Settings>),
    );
    for (const c of untold) expect(c, "no reads and no memory of them, no tiers").toEqual(untold[0]);
  },

  balance() {
    const ways = ["cost", "tiers", "tier-sums", "swappiness"] as const;
    const files = (policy: () => Policy, swap: "zram" | "none") =>
      ways.map((balance) => on(policy, reads)({ balance }, { swap }));
    for (const policy of [lru, mglru]) {
      const shares = ways.map((balance) => on(policy, both)({ balance }).pgscan_anon);
      expect(new Set(shares).size).toBeGreaterThan(1);
      for (const c of files(policy, "none")) {
        expect(c, "without swap there is no choice").toEqual(files(policy, "none")[0]);
      }
    }
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

  dirty() {
    const run = on(mglru, writes);
    const [offered, skipped] = [run(), run({ dirty: "skip" })];
    expect(skipped.pgscan!, "not offered, so not scanned").toBeLessThan(offered.pgscan!);
    expect([offered.nr_written! > 0, skipped.nr_written! > 0]).toEqual([true, true]);
    expect(on(mglru, reads)({ dirty: "skip" })).toEqual(on(mglru, reads)());
    expect(on(mglru, anon)({ dirty: "skip" })).toEqual(on(mglru, anon)());
  },
};

/** While all fits, the values of a switch are the same machine. */
function same(policy: () => Policy, name: keyof Settings, values: readonly string[]): void {
  for (const trace of [reads, anon]) {
    const roomy = values.map((value) => on(policy, trace)({ [name]: value }, { memoryMax: 3000 }));
    for (const c of roomy) expect([c.pgscan, c.nr_alloc]).toEqual([0, roomy[0]!.nr_alloc]);
  }
}

describe("a switch changes what it says, and nothing else", () => {
  it.each(Object.keys(SWITCHES) as (keyof Settings)[])("%s", (name) => RELATIONS[name]());

  it("clock: detectors find the same pages to spare", () => {
    const plain = evictions(clock(), anon, { memoryMax: 400 });
    expect(evictions(clock(), anon, { memoryMax: 400, set: { exec: "on", feeders: "both" } })).toEqual(plain);
    expect(evictions(clock(), anon, { memoryMax: 400, set: { references: "off" } })).not.toEqual(plain);
  });
});
