/*
 * The conformance scenarios of MGLRU: small enough to be followed by hand, in the kernels 6.1, 6.12 and 7.3. Those of the
 * traditional LRU: scenarios-lru.test.ts; with several memcgs:
 * scenarios-memcg.test.ts. One page a folio, one CPU, one memcg. A fresh lruvec has generations 0 to 3.
 */
import { describe, expect, it } from "vitest";
import { FILE, LRU_REFS_MASK, PG_READ_TWICE, PG_REFERENCED, PG_WORKINGSET } from "../lib/mm/folio.js";
import { PTE_YOUNG } from "../lib/mm/memory.js";
import { mglru } from "../lib/policies/index.js";
import { tryToFreePages } from "../lib/reclaim/try-to-free-pages.js";
import { KERNELS, type Machine, machine, run } from "./scenarios.js";
import { anonLayout, fileLayout } from "./tiny.js";

/** Anonymous memory, some of it declared without recency, and a mapped file. */
const MIXED = {
  nrSlots: 1024,
  vmas: [
    { process: 0, start: 0, nr: 10, kind: "anon" },
    { process: 0, start: 20, nr: 10, kind: "anon", recency: false },
    { process: 0, start: 512, nr: 100, kind: "file", file: 0, offset: 0 },
  ],
  files: [{ name: "file", nr: 100 }],
} as const;
const [ANON_SLOT, COLD_SLOT, FILE_SLOT, FD] = [0, 20, 512, 1024];

/** Oldest generation of file pages, and the youngest of all. */
const clockOf = ({ lruvec: { clock } }: Machine): number[] => [clock.minSeq[FILE]!, clock.maxSeq];

/** One page read and evicted, which empties the generations 0 and 1. */
function emptyOldest(m: Machine): void {
  m.read(0);
  while (m.core.stat.pgsteal === 0) m.pass(0);
  expect(clockOf(m)).toEqual([2, 3]);
}

describe.each(KERNELS)("MGLRU, %s", (kernel) => {
  const marked = kernel === "7.3";

  /*
   * Source: include/linux/mm_inline.h, lru_gen_add_folio(), lru_gen_folio_seq() (7.3); mm/swap.c, mm/folio.c (7.3),
   * folio_add_lru().
   *
   *                                              6.1, 6.12    7.3
   *   read, marked before the batch drained      1            1
   *   read, the batch drained first              1            0
   *   file page faulted in                       3            1
   *   anonymous page faulted in                  3            2
   *   the same without recency                   2            2      as after MADV_COLD, which is not simulated
   */
  it("8: where a folio enters the generations", () => {
    const m = machine(mglru(), MIXED, kernel, { swap: "zram" });
    expect([...m.lruvec.clock.minSeq, m.lruvec.clock.maxSeq]).toEqual([0, 0, 3]);
    const size = m.core.params.batchSize;
    m.read(...run(0, size));
    m.touch(FILE_SLOT + 50, ANON_SLOT, COLD_SLOT);
    m.drain();
    expect([m.seq(FD), m.seq(FD + size - 1)]).toEqual(marked ? [1, 0] : [1, 1]);
    expect([m.seq(FILE_SLOT + 50), m.seq(ANON_SLOT), m.seq(COLD_SLOT)]).toEqual(
      marked ? [1, 2, 2] : [3, 3, 2],
    );
    m.check();
  });

  /*
   * Source: mm/swap.c, folio_inc_refs(), 7.3: mm/folio.c, lru_gen_inc_refs(); mm_inline.h, lru_tier_from_refs();
   * mm/vmscan.c, sort_folio(). No tier has refaulted, so all may be evicted but for what was read five times: it goes one
   * generation up, two of them to the tail in 6.1 and 6.12, so that they change places, to the head in 7.3.
   *
   *   reads      1   2   3   4   5   5
   *   page       0   1   2   3   4   5
   *   tier       0   1   2   2   3   3
   */
  it("9: reads make tiers; five reads protect once", () => {
    const m = machine(mglru(), MIXED, kernel);
    const reads = [1, 2, 3, 4, 5, 5];
    for (const [page, nr] of reads.entries()) m.read(...new Array(nr).fill(page));
    expect(reads.map((_, page) => m.core.reads.tier(m.flags(FD + page)))).toEqual([0, 1, 2, 2, 3, 3]);
    m.pass(0, 6);
    expect([m.core.stat.pgsteal, m.core.stat.tier_protected]).toEqual([4, 2]);
    expect([m.seq(FD + 4), m.seq(FD + 5)]).toEqual([2, 2]);
    expect(m.pages(FILE, 2)).toEqual(marked ? [5, 4] : [4, 5]);
    // 7.3 remembers that they were hot: tier 3, but of no reads; the others start over
    const counts = LRU_REFS_MASK | PG_REFERENCED | PG_READ_TWICE;
    expect(m.flags(FD + 4) & (counts | PG_WORKINGSET)).toBe(marked ? PG_WORKINGSET : 0);
    expect(m.core.reads.tier(m.flags(FD + 4))).toBe(marked ? 3 : 0);
    m.pass(0);
    m.pass(0);
    expect([m.core.stat.pgsteal, m.core.stat.tier_protected], "not twice").toEqual([6, 2]);
    m.check();
  });

  /*
   * Source: mm/vmscan.c, positive_ctrl_err(), get_tier_idx(). Tier 0: 100 of 1000 came back. A page of tier 1 may go if
   * refaulted * (1000 + 64) * gain 0 <= (100 + 1) * total * gain 1, or if fewer than 64 came back.
   *
   *   tier 1          6.1, 6.12: gains 1, 2                7.3: gains 2, 3
   *   200 of 1000     212,800 > 202,000    stays           425,600 > 303,000    stays
   *   140 of 1000     148,960 <= 202,000   goes            297,920 <= 303,000   goes
   *   142 of 1000     151,088 <= 202,000   goes            302,176 <= 303,000   goes
   *   143 of 1000     152,152 <= 202,000   goes            304,304 > 303,000    stays
   *   189 of 1000     201,096 <= 202,000   goes            402,192 > 303,000    stays
   *   190 of 1000     202,160 > 202,000    stays           404,320 > 303,000    stays
   *   63 of 63        too few to tell      goes            too few to tell      goes
   *   64 of 64        68,096 > 12,928      stays           136,192 > 19,392     stays
   */
  it.each([
    [200, 1000, "stays", "stays"],
    [140, 1000, "goes", "goes"],
    [142, 1000, "goes", "goes"],
    [143, 1000, "goes", "stays"],
    [189, 1000, "goes", "stays"],
    [190, 1000, "stays", "stays"],
    [63, 63, "goes", "goes"],
    [64, 64, "stays", "stays"],
  ] as const)(
    "10: of tier 1 %i of %i came back: a page of it %s (7.3: %s)",
    (refaulted, total, early, late) => {
      const m = machine(mglru(), MIXED, kernel);
      emptyOldest(m); // or else its end would halve the counts
      const { tiers } = m.core.mechanisms;
      tiers.noteEvicted(FILE, 0, 1000);
      tiers.noteRefaulted(FILE, 0, 100);
      tiers.noteEvicted(FILE, 1, total);
      tiers.noteRefaulted(FILE, 1, refaulted);
      m.read(1, 1);
      // A pass that starts a generation may leave the eviction to the next one.
      for (let i = 0; i < 3 && m.core.stat.tier_protected + m.core.stat.pgsteal === 1; i++) m.pass(0);
      const stays = (marked ? late : early) === "stays";
      expect([m.core.stat.tier_protected, m.core.stat.pgsteal]).toEqual(stays ? [1, 1] : [0, 2]);
    },
  );

  /*
   * Source: mm/vmscan.c, try_to_shrink_lruvec(), get_nr_to_scan(), isolate_folios().
   *
   *   priority         12   11   10   9         10,000 pages that were read once
   *   6.1, 6.12        64                       a budget of 10,000 >> 12 = 2 begins a batch, and a batch is 64
   *   7.3              2    4    9    19        10,000, 9,998, 9,994, 9,985 >> priority: 34 in all
   */
  it("11: a small group gives a whole batch at once, in 7.3 its budget at each priority", () => {
    const group = (): Machine => {
      const m = machine(mglru(), fileLayout(10_000), kernel);
      for (const page of run(0, 10_000)) m.read(page);
      m.drain();
      return m;
    };
    const m = group();
    const freed = [12, 11, 10, 9].map((priority) => m.pass(priority, 1000).freed);
    expect(marked ? freed : freed[0]).toEqual(marked ? [2, 4, 9, 19] : 64);
    const { core } = group();
    expect(tryToFreePages(core, core.memcg, 1)).toBe(marked ? 34 : 64);
    expect([core.stat.pgscan, core.sc.priority]).toEqual(marked ? [34, 9] : [64, 12]);
  });

  /*
   * Source: mm/vmscan.c, suitable_to_scan(), walk_pte_range(), walk_pmd_range(); lru_gen_look_around(). One young PTE for
   * a cache line of 8.
   *
   *   walk 1   forced; all is young after the faults: the table goes into the next filter
   *   walk 2   visits it, finds `young` young PTEs: kept, or not
   *   walk 3   visits it, or not
   *
   * In 6.1 a process with fewer than 64 pages would not be walked at all (mmMin).
   */
  it.each([
    ["a table of 512", 512, 64],
    ["a range of 10", 10, 2],
  ])("12: %s (%i PTEs) stays in the filter with %i young ones, not with one less", (_name, nr, least) => {
    for (const young of [least, least - 1]) {
      const set = { nonleaf: "off", mmMin: 0 };
      const m = machine(mglru(), anonLayout(nr), kernel, { swap: "zram", set });
      m.touch(...run(0, nr));
      m.drain();
      walk(m);
      m.touch(...run(0, young));
      expect(walk(m)).toBe(1);
      expect(m.core.stat.walk_young).toBe(nr + young);
      expect(walk(m)).toBe(young === least ? 1 : 0);
    }
  });

  it("12: a look-around that finds 8 of 64 young sends the next walk to the table, one that finds 7 does not", () => {
    for (const young of [8, 7]) {
      const m = machine(mglru(), anonLayout(512), kernel, { swap: "zram", set: { nonleaf: "off" } });
      m.touch(...run(0, 512));
      m.drain();
      walk(m);
      walk(m); // finds nothing young: the table is dropped
      m.touch(...run(100, young));
      m.core.mechanisms.references.check(m.folio(100)); // the window is 68 to 131
      expect([m.core.stat.lookaround_pte, m.core.memory.pte[99 + young]! & PTE_YOUNG]).toEqual([64, 0]);
      expect(walk(m)).toBe(young === 8 ? 1 : 0);
    }
  });
});

/** One walk, with the process on the CPU since the last. Returns the tables that it visited. */
function walk({ core, lruvec }: Machine): number {
  const before = core.stat.walk_table;
  core.memory.noteSwitch();
  core.mechanisms.walk.run(lruvec, true);
  return core.stat.walk_table - before;
}

describe("MGLRU, aging", () => {
  /** `nr` pages read, the rest of the file faulted in; three generations, 1 to 3, and the read pages in 1. */
  function threeGenerations(kernel: (typeof KERNELS)[number], nr: number, faulted: number): Machine {
    const m = machine(mglru(), fileLayout(16_384), kernel, { set: { walk: "off" } });
    for (const page of run(0, nr)) m.read(page);
    m.drain();
    const inOldest = m.lists.size(FILE, 0); // 7.3: those read when the batch was full
    if (inOldest > 0) m.pass(0, inOldest);
    else m.pass(12);
    for (const slot of run(nr, faulted)) m.touch(slot);
    m.drain();
    expect([clockOf(m), m.lists.size(FILE, 1)]).toEqual([[1, 3], nr - inOldest]);
    return m;
  }

  // Source: mm/vmscan.c, should_run_aging(), 7.3.
  it("13: 7.3 with three generations ages at priority 11, then evicts from the oldest; at 12 it only evicts", () => {
    const m = threeGenerations("7.3", 4097, 0);
    expect([m.pass(12).scanned, clockOf(m)]).toEqual([0, [1, 3]]); // under 4096 are left
    expect([m.pass(11).freed, clockOf(m)]).toEqual([1, [1, 4]]);
    expect([m.pass(11).freed, clockOf(m)], "with four generations it does not").toEqual([1, [1, 4]]);
    const large = threeGenerations("7.3", 8192, 0);
    expect([large.pass(12).freed, clockOf(large)]).toEqual([1, [1, 3]]);
  });

  /*
   * Source: mm/vmscan.c, should_run_aging(), get_nr_to_scan(), 6.1 and 6.12. Old pages 4096 in generation 1, young ones in
   * generation 3: aging is due from 4097 on (half of 8193 is 4096.5). 6.1 then evicts, 6.12 leaves that to the next priority.
   */
  it.each([
    ["6.1", 4096, false, 64],
    ["6.1", 4097, true, 64],
    ["6.12", 4096, false, 64],
    ["6.12", 4097, true, 0],
  ] as const)(
    "13: %s, three generations, %i pages young: ages at priority 11: %s, evicts %i",
    (kernel, young, ages, freed) => {
      const m = threeGenerations(kernel, 4096, young);
      expect([m.pass(12).freed > 0, clockOf(m)], "at priority 12 it does not age").toEqual([true, [1, 3]]);
      const again = threeGenerations(kernel, 4096, young);
      expect([again.pass(11).freed, clockOf(again)]).toEqual([freed, [1, ages ? 4 : 3]]);
    },
  );

  /*
   * With two generations nothing can be evicted before a new one has started. Source: as above, and try_to_shrink_lruvec().
   *
   *              priority 12                 priority 11
   *   6.1        neither                     ages, then evicts
   *   6.12       neither                     ages
   *   7.3        ages, then evicts           three generations are too few, too: the same
   */
  const fromTwo = (kernel: (typeof KERNELS)[number]): number[][] => {
    const m = machine(mglru(), fileLayout(8192 + 64), kernel, { set: { walk: "off" } });
    emptyOldest(m);
    for (const page of run(64, 8192)) m.read(page);
    m.drain();
    return [12, 11].map((priority) => [m.pass(priority, 1000).freed, m.lruvec.clock.maxSeq]);
  };

  it.each([
    ["6.1", [0, 3], [64, 4]],
    ["6.12", [0, 3], [0, 4]],
    ["7.3", [2, 4], [3, 5]],
  ] as const)(
    "13: %s with two generations: freed and youngest at 12 %j, then at 11 %j",
    (kernel, ...seen) => {
      expect(fromTwo(kernel)).toEqual(seen);
    },
  );
});
