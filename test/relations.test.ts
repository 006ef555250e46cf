/*
 * What must hold between runs, whatever the numbers are.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Settings } from "../lib/mechanisms/settings.js";
import { NIL } from "../lib/mm/folio.js";
import * as shelf from "../lib/policies/index.js";
import type { Policy } from "../lib/reclaim/ops.js";
import type { CellSpec } from "../lib/sim/cell.js";
import { checkInvariants } from "../lib/sim/invariants.js";
import { boot } from "../lib/sim/machine.js";
import { replay } from "../lib/sim/replay.js";
import { simulate } from "../lib/sim/run-cell.js";
import { minFaults } from "../lib/study/min.js";
import { PTRS_PER_PTE, SLOT_MASK, type Trace, type TraceLayout, type Vma } from "../lib/trace/trace.js";
import { mulberry32, permutation } from "../lib/util/random.js";
import { anonLayout, CELL, fileLayout, sharedTraces, traceOf } from "./tiny.js";

type Cell = Partial<Omit<CellSpec, "set">> & { readonly set?: Partial<Settings> };
type Counters = Readonly<Record<string, number>>;

function counters(policy: Policy, trace: Trace, { set = {}, ...cell }: Cell = {}): Counters {
  return simulate({ ...CELL, ...cell, set: { ...set } }, trace, policy).counters;
}

/** The pages that a run evicted, in order. */
function evictions(policy: Policy, trace: Trace, { set = {}, ...cell }: Cell = {}): number[] {
  const core = boot({ ...CELL, ...cell, set: { ...set } }, trace, policy);
  const evicted: number[] = [];
  const free = core.free.bind(core);
  core.free = (folio, shadow) => {
    if (shadow !== 0) evicted.push(core.folios.page[folio]!);
    free(folio, shadow);
  };
  replay(core, trace);
  checkInvariants(core);
  return evicted;
}

const ALL = Object.entries(shelf);
const memories = fc.integer({ min: 256, max: 500 });
const SHORT = { numRuns: 12, seed: 31 };

/** Loads in a moving window and elsewhere, over a layout with one range or file. */
const streams = fc.record({ seed: fc.nat(), hot: fc.integer({ min: 20, max: 400 }) });
const PAGES = 2048;

function stream({ seed, hot }: { seed: number; hot: number }, first = 0, nr = 8000): number[] {
  const random = mulberry32(seed);
  return Array.from({ length: nr }, (_, i) => {
    const page = random.int(3) < 2 ? (Math.floor(i / 500) * 31 + random.int(hot)) % PAGES : random.int(PAGES);
    return first + page;
  });
}

describe.each(ALL)("%s", (_name, policy) => {
  it("brings in no fewer pages than MIN, and no page again while all fits", () => {
    fc.assert(
      fc.property(sharedTraces, memories, (trace, memoryMax) => {
        const { status, counters: c } = simulate({ ...CELL, memoryMax }, trace, policy());
        if (status !== "ok") return;
        const min = minFaults(trace, memoryMax);
        expect(c.nr_alloc!).toBeGreaterThanOrEqual(min.allocations + min.refaults);
        const roomy = counters(policy(), trace, { memoryMax: 2000 });
        expect([roomy.nr_alloc, roomy.pgscan]).toEqual([min.allocations, 0]);
      }),
      SHORT,
    );
  });

  it("computes the same bytes from the same spec, and other ones from another memory", () => {
    const trace = traceOf(anonLayout(PAGES), stream({ seed: 5, hot: 200 }));
    const text = (memoryMax: number) => JSON.stringify(simulate({ ...CELL, memoryMax }, trace, policy()));
    expect(text(300)).toBe(text(300));
    expect(text(300)).not.toBe(text(700));
  });

  it("never steals anonymous memory without swap, and runs out of it instead", () => {
    const trace = traceOf(anonLayout(PAGES), stream({ seed: 5, hot: 200 }));
    const { status, counters: c } = simulate({ ...CELL, swap: "none" }, trace, policy());
    expect([status, c.pgsteal, c.pgscan_anon, c.pswpout]).toEqual(["oom", 0, 0, 0]);
  });

  it("spends no list or PTE on what is switched off", () => {
    fc.assert(
      fc.property(sharedTraces, memories, (trace, memoryMax) => {
        const c = counters(policy(), trace, {
          memoryMax,
          set: { lookaround: 0, walk: "off", workingset: "off" },
        });
        expect([c.lookaround, c.lookaround_pte, c.lookaround_young]).toEqual([0, 0, 0]);
        expect([c.walk, c.walk_table, c.walk_pte, c.walk_young, c.filter_add]).toEqual([0, 0, 0, 0, 0]);
        expect([c.walk_skip_filter, c.walk_skip_nonleaf]).toEqual([0, 0]);
        expect([c.workingset_activate_anon, c.workingset_activate_file]).toEqual([0, 0]);
        const blind = counters(policy(), trace, { memoryMax, set: { references: "off" } });
        expect([blind.rmap_walk, blind.rmap_pte, blind.lookaround]).toEqual([0, 0, 0]);
      }),
      SHORT,
    );
  });

  it("swaps in what it swapped out, no more", () => {
    fc.assert(
      fc.property(sharedTraces, memories, (trace, memoryMax) => {
        const c = counters(policy(), trace, { memoryMax });
        expect(c.pswpin!).toBeLessThanOrEqual(c.pswpout!);
        expect(c.pswpin, "an anonymous refault is a swap-in").toBe(c.workingset_refault_anon);
        expect(c.pswpout, "every anonymous page that leaves is written").toBe(c.pgsteal_anon);
      }),
      SHORT,
    );
  });

  it("does not care for the order in which processes are numbered, nor for the names of files", () => {
    const renamed = (trace: Trace): Trace => ({
      ...trace,
      layout: {
        ...trace.layout,
        vmas: trace.layout.vmas.map((vma): Vma => ({ ...vma, process: 1 - vma.process })),
        files: trace.layout.files.map((file, i) => ({ ...file, name: `other ${i}` })),
      },
    });
    fc.assert(
      fc.property(sharedTraces, memories, (trace, memoryMax) => {
        expect(counters(policy(), renamed(trace), { memoryMax })).toEqual(
          counters(policy(), trace, { memoryMax }),
        );
      }),
      { ...SHORT, numRuns: 6 },
    );
  });
});

describe("a policy that never asks", () => {
  const DETECTORS: readonly Partial<Settings>[] = [
    { references: "rmap" },
    { references: "rmap", lookaround: 64 },
    { walk: "on", walkEvery: 0.1 },
    { walk: "on", filter: "bloom", nonleaf: "on", references: "rmap", lookaround: 16 },
    { references: "flags", walk: "on" },
    { fd: "two-touch" },
    { fd: "mark" },
    { workingset: "generations" },
    { workingset: "off" },
  ];
  it.each([["fifo", shelf.fifo] as const, ["random", shelf.random] as const])(
    "%s evicts the same pages in the same order, whatever detects accesses",
    (_name, policy) => {
      fc.assert(
        fc.property(sharedTraces, memories, (trace, memoryMax) => {
          const plain = evictions(policy(), trace, { memoryMax });
          for (const set of DETECTORS) expect(evictions(policy(), trace, { memoryMax, set })).toEqual(plain);
        }),
        { numRuns: 8, seed: 31 },
      );
    },
  );

  it("and one that asks does not: the relation can fail", () => {
    const trace = traceOf(anonLayout(PAGES), stream({ seed: 5, hot: 200 }));
    expect(evictions(shelf.clock(), trace, { set: { references: "off" } })).not.toEqual(
      evictions(shelf.clock(), trace),
    );
  });
});

describe("renaming pages", () => {
  /** The same accesses to other slots of the same range. */
  function permuted(records: readonly number[], order: ArrayLike<number>): number[] {
    return records.map((slot) => order[slot]!);
  }

  it.each<[string, () => Policy, Partial<Settings>]>([
    ["fifo", shelf.fifo, {}],
    ["random", shelf.random, {}],
    ["clock", shelf.clock, {}],
    ["sieve", shelf.sieve, {}],
    ["lru", shelf.lru, {}],
    ["lru, 4 classes", () => shelf.lru({ classes: 4 }), {}],
    ["mglru without walk and look-around", shelf.mglru, { walk: "off", lookaround: 0 }],
  ])("%s: permuting the pages of a range changes nothing", (_name, policy, set) => {
    fc.assert(
      fc.property(streams, fc.nat(), memories, fc.boolean(), (params, seed, memoryMax, anon) => {
        const layout = anon ? anonLayout(PAGES) : fileLayout(PAGES);
        const records = stream(params);
        const order = permutation(mulberry32(seed), PAGES);
        const a = counters(policy(), traceOf(layout, records), { memoryMax, set });
        expect(counters(policy(), traceOf(layout, permuted(records, order)), { memoryMax, set })).toEqual(a);
      }),
      { numRuns: 6, seed: 31 },
    );
  });

  /*
   * A walk reports what it finds in address order, so moving tables changes the order of flags written, not
   * what is flagged: with flag ages nothing else can change. The exact filter knows tables by name only.
   */
  it("mglru: permuting whole leaf tables changes nothing", () => {
    const layout: TraceLayout = {
      nrSlots: PAGES,
      vmas: Array.from({ length: PAGES / PTRS_PER_PTE }, (_, t) => ({
        process: 0,
        start: t * PTRS_PER_PTE,
        nr: PTRS_PER_PTE,
        kind: "anon" as const,
      })),
      files: [],
    };
    fc.assert(
      fc.property(streams, fc.nat(), memories, (params, seed, memoryMax) => {
        const records = stream(params);
        const order = permutation(mulberry32(seed), PAGES / PTRS_PER_PTE);
        const moved = records.map(
          (slot) => order[Math.floor(slot / PTRS_PER_PTE)]! * PTRS_PER_PTE + (slot % PTRS_PER_PTE),
        );
        const cell = { memoryMax, set: { filter: "exact" } } as const;
        expect(counters(shelf.mglru(), traceOf(layout, moved), cell)).toEqual(
          counters(shelf.mglru(), traceOf(layout, records), cell),
        );
      }),
      { numRuns: 6, seed: 31 },
    );
  });
});

describe("mechanisms", () => {
  it("with fewer tables than collide, the Bloom filter and the exact one are the same machine", () => {
    fc.assert(
      fc.property(sharedTraces, memories, (trace, memoryMax) => {
        for (const policy of [shelf.mglru, shelf.lru]) {
          const run = (filter: "bloom" | "exact") =>
            counters(policy(), trace, { memoryMax, set: { walk: "on", filter, lookaround: 64 } });
          expect(run("bloom")).toEqual(run("exact"));
        }
      }),
      SHORT,
    );
  });

  it("a filter never makes fifo's walks visit more tables, exact no more than Bloom", () => {
    fc.assert(
      fc.property(streams, memories, (params, memoryMax) => {
        // Strewn over 400 tables of which each holds 5 pages, so that some are in the filter and some collide.
        const layout: TraceLayout = anonLayout(400 * PTRS_PER_PTE);
        const records = stream(params).map((page) => (page % 400) * PTRS_PER_PTE + Math.floor(page / 400));
        const trace = traceOf(layout, records);
        const tables = (filter: "off" | "bloom" | "exact") =>
          counters(shelf.fifo(), trace, { memoryMax, set: { walk: "on", walkEvery: 0.2, filter } })
            .walk_table!;
        expect(tables("exact")).toBeLessThanOrEqual(tables("bloom"));
        expect(tables("bloom")).toBeLessThanOrEqual(tables("off"));
      }),
      { numRuns: 4, seed: 31 },
    );
  });

  it("a walk with the non-leaf bit finds exactly what a walk without it finds, in fewer tables", () => {
    fc.assert(
      fc.property(streams, memories, (params, memoryMax) => {
        const trace = traceOf(anonLayout(PAGES), stream(params));
        const run = (nonleaf: "on" | "off") =>
          counters(shelf.lru(), trace, { memoryMax, set: { walk: "on", nonleaf, references: "flags" } });
        const {
          walk_table: on,
          walk_pte: a,
          walk_skip_nonleaf: skipped,
          reclaim_cpu_ns: x,
          ...rest
        } = run("on");
        const {
          walk_table: off,
          walk_pte: b,
          walk_skip_nonleaf: none,
          reclaim_cpu_ns: y,
          ...same
        } = run("off");
        expect(rest).toEqual(same);
        expect([on! + skipped!, none]).toEqual([off, 0]);
        expect(a!).toBeLessThanOrEqual(b!);
        expect(x === y || on !== off).toBe(true);
      }),
      SHORT,
    );
  });

  it("reads through descriptors leave nothing for page tables to find", () => {
    fc.assert(
      fc.property(streams, memories, (params, memoryMax) => {
        const layout: TraceLayout = { nrSlots: 0, vmas: [], files: [{ name: "f", nr: PAGES }] };
        const trace = traceOf(layout, stream(params));
        for (const [, policy] of ALL) {
          const c = counters(policy(), trace, { memoryMax });
          expect([c.rmap_walk, c.walk_pte, c.walk_young, c.lookaround, c.pgfault]).toEqual([0, 0, 0, 0, 0]);
          expect(c.nr_fd_access).toBe(trace.records.length);
          const walkless = counters(policy(), trace, { memoryMax, set: { walk: "off", lookaround: 0 } });
          expect(walkless.nr_alloc).toBe(c.nr_alloc);
        }
      }),
      { ...SHORT, numRuns: 5 },
    );
  });

  it("lru: flagged ages make active at once what moved ones make active a batch later", () => {
    const layout: TraceLayout = { nrSlots: 0, vmas: [], files: [{ name: "f", nr: PAGES }] };
    // every page twice in a row: it is active before it is ever scanned, by either route
    const twice = stream({ seed: 3, hot: 300 }).flatMap((slot) => [slot, slot]);
    const run = (ages: "flags" | "list") =>
      counters(shelf.lru(), traceOf(layout, twice), { memoryMax: 4096, set: { ages } });
    const [flags, list] = [run("flags"), run("list")];
    expect([flags.pgscan, list.pgscan]).toEqual([0, 0]);
    const waiting = flags.active_file_now! - list.active_file_now!;
    expect(waiting).toBeGreaterThanOrEqual(0);
    expect(waiting).toBeLessThan(31);
    expect(flags.list_move!).toBeLessThan(list.list_move!);
  });
});

describe("memory and faults", () => {
  const loop = (nr: number, rounds: number) => Array.from({ length: nr * rounds }, (_, i) => i % nr);

  it("more memory than pages helps everybody alike; a loop just larger than memory is FIFO's worst case", () => {
    for (const [, policy] of ALL) {
      expect(counters(policy(), traceOf(anonLayout(512), loop(512, 4)), { memoryMax: 640 }).nr_alloc).toBe(
        512,
      );
    }
    const c = counters(shelf.fifo(), traceOf(anonLayout(512), loop(512, 4)), { memoryMax: 450 });
    expect(c.nr_alloc).toBe(4 * 512);
    expect(
      counters(shelf.random(), traceOf(anonLayout(512), loop(512, 4)), { memoryMax: 450 }).nr_alloc!,
    ).toBeLessThan(3 * 512);
  });

  /*
   * The inclusion property holds for LRU stacks, which none of these policies is (batches of 32, second
   * chances), and FIFO is known to break it. What does hold for MIN is checked here, since bounds rest on it.
   */
  it("MIN never loses from more memory", () => {
    fc.assert(
      fc.property(sharedTraces, memories, fc.nat(200), (trace, small, more) => {
        expect(minFaults(trace, small + more).refaults).toBeLessThanOrEqual(minFaults(trace, small).refaults);
      }),
      SHORT,
    );
  });
});

describe("replay", () => {
  it("counts every record, and stops between records for an event", () => {
    const trace = traceOf(
      anonLayout(8),
      [0, 1, 2, 0, 1],
      [
        { at: 0, op: "unmap", start: 0, nr: 8 },
        { at: 3, op: "unmap", start: 0, nr: 1 },
        { at: 3, op: "unmap", start: 1, nr: 1 },
        { at: 5, op: "unmap", start: 2, nr: 1 },
      ],
    );
    const core = boot(CELL, trace, shelf.fifo());
    replay(core, trace);
    checkInvariants(core);
    expect(core.stat.nr_alloc).toBe(5);
    const page = (slot: number) => core.memory.folioOf[core.memory.map.pageOf[slot]!]!;
    expect([page(0) === NIL, page(1) === NIL, page(2) === NIL]).toEqual([false, false, true]);
  });

  it("an empty trace runs", () => {
    expect(counters(shelf.mglru(), traceOf(anonLayout(8), [])).nr_alloc).toBe(0);
    expect(SLOT_MASK).toBeGreaterThan(PAGES);
  });

  it("the last record may be a hit, a fault or a read", () => {
    for (const records of [
      [0, 0],
      [0, 1],
      [0, 512],
      [512, 512],
    ]) {
      const c = counters(shelf.lru(), traceOf(fileLayout(8), records));
      expect(c.nr_access).toBe(2);
      expect(c.pgfault! + c.nr_fd_access!).toBe(records[0] === 0 && records[1] === 0 ? 1 : 2);
    }
  });
});
