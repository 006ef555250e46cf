import { describe, expect, it } from "vitest";
import { lookAround, noLookAround } from "../../lib/mechanisms/access/look-around.js";
import type { TableFilter } from "../../lib/mechanisms/access/table-filter.js";
import { BY_LOOKAROUND } from "../../lib/mm/access.js";
import { PTE_YOUNG } from "../../lib/mm/memory.js";
import type { TraceLayout } from "../../lib/trace/trace.js";
import { type FakeHost, fakeHost, OLD, YOUNG } from "./fake-host.js";

/** A VMA that begins and ends in the middle of tables, one of a single page, and a long one from a table's start. */
const LAYOUT: TraceLayout = {
  nrSlots: 4 * 512,
  vmas: [
    { process: 0, start: 100, nr: 700, kind: "anon" },
    { process: 0, start: 801, nr: 1, kind: "anon" },
    { process: 0, start: 810, nr: 20, kind: "anon" },
    { process: 0, start: 1024, nr: 600, kind: "anon" },
  ],
  files: [],
};

function recordingFilter() {
  const added: number[] = [];
  const filter: TableFilter = {
    test: () => true,
    addNext() {},
    addNow: (table) => void added.push(table),
    beginWalk() {},
    endWalk() {},
  };
  return { filter, added };
}

/**
 * The window in the plainest words: of all runs of `size` slots inside the VMA and the table, the one that has
 * the victim `size / 2` slots after its start, or as near to that as fits; everything if no run is that long.
 */
function windowOf(slot: number, size: number): number[] {
  const vma = LAYOUT.vmas.find(({ start, nr }) => slot >= start && slot < start + nr)!;
  const allowed: number[] = [];
  for (let s = vma.start; s < vma.start + vma.nr; s++) {
    if (Math.floor(s / 512) === Math.floor(slot / 512)) allowed.push(s);
  }
  if (allowed.length <= size) return allowed;
  let best: number[] = [];
  let bestMiss = Number.POSITIVE_INFINITY;
  for (let i = 0; i + size <= allowed.length; i++) {
    const miss = Math.abs(slot - allowed[i]! - Math.floor(size / 2));
    if (miss < bestMiss) {
      bestMiss = miss;
      best = allowed.slice(i, i + size);
    }
  }
  return best;
}

function mapAll(host: FakeHost, pte: number): void {
  for (const { start, nr } of LAYOUT.vmas) for (let i = 0; i < nr; i++) host.map(start + i, pte);
}

describe("look-around", () => {
  it.each([2, 3, 16, 64, 512])("reads the window that a search finds, window %i, at every slot", (size) => {
    const host = fakeHost(LAYOUT);
    mapAll(host, OLD);
    const { filter } = recordingFilter();
    const { around } = lookAround(host, filter, size);
    for (const { start, nr } of LAYOUT.vmas) {
      // all positions near an edge of the VMA or of a table, and some in the middle
      for (let slot = start; slot < start + nr; slot++) {
        const edge = Math.min(slot - start, start + nr - 1 - slot, slot % 512, 511 - (slot % 512));
        if (edge > 70 && slot % 13 !== 0) continue;
        const window = windowOf(slot, size);
        const read = host.stat.lookaround_pte;
        const times = host.stat.lookaround;
        for (const s of [window[0]! - 1, window.at(-1)! + 1, ...window]) {
          if (s >= 0 && host.memory.page(s) >= 0) host.memory.pte[s] = YOUNG;
        }
        host.memory.pte[slot] = OLD; // the reference check has cleared it
        host.said.length = 0;
        around(slot, host.at(slot));
        const expected = window.filter((s) => s !== slot).map((s) => host.at(s));
        expect(
          host.said.map((s) => s.folio),
          `slot ${slot}`,
        ).toEqual(window.length === 1 ? [] : expected);
        expect(host.stat.lookaround_pte - read).toBe(window.length === 1 ? 0 : window.length);
        expect(host.stat.lookaround - times).toBe(window.length === 1 ? 0 : 1);
        for (const s of [window[0]! - 1, window.at(-1)! + 1]) if (s >= 0) host.memory.pte[s]! &= ~PTE_YOUNG;
      }
    }
  });

  it("tells of present young neighbours only, and clears their bit", () => {
    const host = fakeHost(LAYOUT);
    const [a, victim, old] = [host.map(110), host.map(111, OLD), host.map(112, OLD)];
    host.memory.pte[113] = PTE_YOUNG; // not present: a leftover, no folio
    const { filter } = recordingFilter();
    lookAround(host, filter, 64).around(111, victim);
    expect(host.said).toEqual([{ what: "accessed", folio: a, source: BY_LOOKAROUND }]);
    expect(host.memory.pte[110]! & PTE_YOUNG).toBe(0);
    expect(host.stat.lookaround_young).toBe(1);
    expect(old).not.toBe(a);
  });

  // SEMANTICS scenario 12: a window of 64 needs 8 young PTEs, the victim's own included; 20 need 3 (24 >= 20).
  it.each([
    [1100, 8, true],
    [1100, 7, false],
    [815, 3, true],
    [815, 2, false],
  ])("at slot %i, %i young PTEs put the table into the filter: %s", (slot, young, added) => {
    const host = fakeHost(LAYOUT);
    const victim = host.map(slot, OLD);
    for (let i = 1; i < young; i++) host.map(slot + i);
    const { filter, added: tables } = recordingFilter();
    lookAround(host, filter, 64).around(slot, victim);
    expect(tables).toEqual(added ? [Math.floor(slot / 512)] : []);
  });

  it("off: does nothing", () => {
    expect(() => noLookAround().around(0, 0)).not.toThrow();
  });
});
