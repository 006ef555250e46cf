import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noWalk, type PageTableWalk, pageTableWalk } from "../../lib/mechanisms/access/page-table-walk.js";
import { exactTableSet, flippingFilter, scanAllTables } from "../../lib/mechanisms/access/table-filter.js";
import { BY_WALK } from "../../lib/mm/access.js";
import { PTE_TOUCHED, PTE_YOUNG } from "../../lib/mm/memory.js";
import type { TraceLayout } from "../../lib/trace/trace.js";
import { SHARED } from "../tiny.js";
import { type FakeHost, fakeHost, OLD, YOUNG } from "./fake-host.js";

const TWO: TraceLayout = {
  nrSlots: 2 * 512,
  vmas: [
    { process: 0, start: 0, nr: 512, kind: "anon" },
    { process: 0, start: 512, nr: 512, kind: "anon" },
  ],
  files: [],
};

/** Walk, the processes having run meanwhile. */
function again(host: FakeHost, walk: PageTableWalk): void {
  for (const process of host.memory.started) host.memory.hasRun[process] = 1;
  walk.run(host.lruvec, true);
}

describe("page-table walk", () => {
  it("finds every young PTE, once, in address order, and clears it", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1023), { maxLength: 60 }), fc.nat(1023), (slots, oldSlot) => {
        const host = fakeHost(TWO);
        for (const slot of slots) host.map(slot);
        if (!slots.includes(oldSlot)) host.map(oldSlot, OLD);
        const walk = pageTableWalk(host, scanAllTables(), false);
        walk.run(host.lruvec, true);
        const expected = [...slots].sort((a, b) => a - b).map((slot) => host.at(slot));
        expect(host.said.map(({ folio, source }) => [folio, source])).toEqual(
          expected.map((f) => [f, BY_WALK]),
        );
        expect(host.memory.pte.every((pte) => (pte & PTE_YOUNG) === 0)).toBe(true);
        expect(host.stat.walk_young).toBe(slots.length);
        host.said.length = 0;
        host.memory.hasRun[0] = 1;
        walk.run(host.lruvec, true);
        expect(host.said).toEqual([]);
      }),
      { numRuns: 60, seed: 4 },
    );
  });

  it("reads whole VMAs inside tables that exist, holes left out", () => {
    const host = fakeHost(SHARED);
    host.map(0); // table 0: anon 0..299 and file 400..511
    pageTableWalk(host, scanAllTables(), false).run(host.lruvec, true);
    expect([host.stat.walk, host.stat.walk_table, host.stat.walk_pte]).toEqual([1, 1, 300 + 112]);
  });

  it("skips VMAs without recency, and anonymous ones when anonymous memory cannot be reclaimed", () => {
    const host = fakeHost(SHARED);
    const slots = [10, 450, 1050, 1310, 1710]; // anon, file, anon, file, file without recency
    const folios = slots.map((slot) => host.map(slot));
    const walk = pageTableWalk(host, scanAllTables(), false);
    walk.run(host.lruvec, false);
    expect(host.said.map((s) => s.folio)).toEqual([folios[1], folios[3]]);
    for (const process of [0, 1]) host.memory.hasRun[process] = 1;
    walk.run(host.lruvec, true);
    expect(host.said.slice(2).map((s) => s.folio)).toEqual([folios[0], folios[2]]);
    expect(host.memory.pte[1710]).toBe(YOUNG);
  });

  it("passes over a table that nobody went through since the last walk, but never in the first walk", () => {
    const host = fakeHost(TWO);
    host.map(3, YOUNG & ~PTE_TOUCHED); // young, and its table's own bit clear: must still be found the first time
    host.map(600, OLD);
    const walk = pageTableWalk(host, scanAllTables(), true);
    walk.run(host.lruvec, true);
    expect([host.stat.walk_table, host.stat.walk_skip_nonleaf, host.said.length]).toEqual([2, 0, 1]);
    // The forced walk left the bits alone: table 1 is still marked, table 0 never was.
    again(host, walk);
    expect([host.stat.walk_table, host.stat.walk_skip_nonleaf]).toEqual([3, 1]);
    // Now both are clear, though a PTE of table 0 says young (set behind our back, no access).
    host.memory.pte[3]! |= PTE_YOUNG;
    again(host, walk);
    expect([host.stat.walk_table, host.stat.walk_skip_nonleaf]).toEqual([3, 3]);
    // An access sets both bits.
    host.memory.pte[3]! |= YOUNG;
    again(host, walk);
    expect([host.stat.walk_table, host.stat.walk_skip_nonleaf]).toEqual([4, 4]);
  });

  /*
   *   walk   table 0: 64 young (8 a line)   table 1: 63 young       SEMANTICS scenario 12
   *   1      forced: both read; 0 goes into the filter, 1 does not
   *   2      0 read, 1 passed over
   */
  it("visits the tables that were dense last time, and forgets those that were not", () => {
    const host = fakeHost(TWO);
    for (let i = 0; i < 64; i++) host.map(i);
    for (let i = 0; i < 63; i++) host.map(512 + i);
    const filter = flippingFilter(host, [exactTableSet(2), exactTableSet(2)]);
    const walk = pageTableWalk(host, filter, false);
    walk.run(host.lruvec, true);
    expect([host.stat.walk_table, host.stat.filter_add]).toEqual([2, 1]);
    for (let i = 0; i < 63; i++) for (const slot of [i, 512 + i]) host.memory.pte[slot]! |= PTE_YOUNG;
    again(host, walk);
    expect([host.stat.walk_table, host.stat.walk_skip_filter]).toEqual([3, 1]);
    again(host, walk); // 63 young were too few for table 0 too
    expect([host.stat.walk_table, host.stat.walk_skip_filter]).toEqual([3, 3]);
    filter.addNow(1); // look-around met a young cluster there
    again(host, walk);
    expect([host.stat.walk_table, host.stat.walk_skip_filter]).toEqual([4, 4]);
    expect(host.stat.walk_young).toBe(64 + 63 + 63 + 63);
  });

  it("counts density over the VMAs that it read: 10 slots need 2 young", () => {
    for (const [young, added] of [
      [2, 1],
      [1, 0],
    ] as const) {
      const host = fakeHost({
        nrSlots: 512,
        vmas: [{ process: 0, start: 5, nr: 10, kind: "anon" }],
        files: [],
      });
      for (let i = 0; i < young; i++) host.map(5 + 3 * i);
      const filter = flippingFilter(host, [exactTableSet(1), exactTableSet(1)]);
      pageTableWalk(host, filter, false).run(host.lruvec, true);
      expect(host.stat.filter_add).toBe(added);
    }
  });

  /*
   *   processes     0                 1
   *   walk 1        new: forced       -
   *   walk 2        idle: not met     -
   *   walk 3        idle: not met     new: forced
   *   walk 4        ran: read         idle: not met
   */
  it("meets the processes that have run since their last walk, and no others", () => {
    const host = fakeHost(SHARED);
    const walk = pageTableWalk(host, scanAllTables(), false);
    walk.run(host.lruvec, true);
    expect([host.stat.walk, host.stat.walk_table], "nobody has started").toEqual([0, 0]);
    const first = host.map(10);
    walk.run(host.lruvec, true);
    host.memory.pte[10]! |= PTE_YOUNG; // a hit, without a fault: the process is not seen to run
    walk.run(host.lruvec, true);
    expect([host.stat.walk, host.stat.walk_table, host.said.length]).toEqual([1, 1, 1]);
    const second = host.map(1050); // process 1
    walk.run(host.lruvec, true);
    expect(host.said.map((s) => s.folio)).toEqual([first, second]);
    expect(host.stat.walk_table).toBe(1 + 1);
    host.memory.hasRun[0] = 1;
    walk.run(host.lruvec, true);
    expect(host.said.map((s) => s.folio)).toEqual([first, second, first]);
  });

  it("is forced for a process that it meets for the first time, and not for those that it knows", () => {
    const host = fakeHost(SHARED);
    const filter = flippingFilter(host, [exactTableSet(4), exactTableSet(4)]);
    const walk = pageTableWalk(host, filter, true);
    host.map(1050, OLD); // process 1 starts first
    walk.run(host.lruvec, true);
    host.map(10, OLD); // process 0 is new, behind process 1
    host.memory.pte[1050] = OLD & ~PTE_TOUCHED;
    host.memory.hasRun[1] = 1;
    walk.run(host.lruvec, true);
    // Process 1: its table's bit is clear. Process 0: read, though its table was in no filter.
    expect([host.stat.walk_table, host.stat.walk_skip_nonleaf]).toEqual([2, 1]);

    const other = fakeHost(SHARED);
    const forced = pageTableWalk(other, filter, true);
    other.map(10, OLD);
    other.map(1050, OLD & ~PTE_TOUCHED);
    forced.run(other.lruvec, true);
    expect([other.stat.walk_table, other.stat.walk_skip_nonleaf]).toEqual([2, 0]);
  });

  it("twice in one run: the second meets nobody, and the filters only flip", () => {
    const host = fakeHost(TWO);
    for (let i = 0; i < 64; i++) host.map(i);
    host.map(600);
    const walk = pageTableWalk(host, flippingFilter(host, [exactTableSet(2), exactTableSet(2)]), false);
    walk.run(host.lruvec, true); // forced; table 0 goes into the filter
    walk.run(host.lruvec, true);
    expect([host.stat.walk, host.stat.walk_table, host.stat.walk_skip_filter]).toEqual([1, 2, 0]);
    again(host, walk); // the set from before the first walk was never begun: every table passes
    expect([host.stat.walk_table, host.stat.walk_skip_filter]).toEqual([4, 0]);
  });

  it("off: says so, and reads nothing", () => {
    const host = fakeHost(TWO);
    host.map(0);
    expect(noWalk().enabled).toBe(false);
    noWalk().run(host.lruvec, true);
    expect(host.memory.pte[0]).toBe(YOUNG);
  });
});
