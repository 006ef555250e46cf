/*
 * Which leaf tables are worth walking: two sets that flip.
 *
 *   walk n    tests  set A,  fills set B (tables that turned out dense), look-around adds to A meanwhile
 *   walk n+1  tests  set B,  fills set A, cleared first
 *
 * A table that was sparse in one walk is skipped by the next, unless look-around meets a young cluster in it. A set that no walk has ever begun to fill is missing: it
 * takes nothing in, and tests true for every table. One of the two feeders can be taken away (`fedBy`): with walks alone
 * a table dropped once never returns; with look-around alone none is carried over from walk to walk.
 *
 * Source: mm/vmscan.c, test_bloom_filter(), update_bloom_filter(), reset_bloom_filter(), suitable_to_scan(),
 * walk_pmd_range(), 6.12.
 */
import { PTE_PRESENT, PTE_YOUNG } from "../../mm/memory.js";
import { PTRS_PER_PTE } from "../../trace/trace.js";
import type { Host } from "../host.js";

/** PTEs in one cache line of 64 bytes. A table is dense at one young PTE a line on average. */
export const PTES_PER_LINE = 8;

/** The two sets. `table` is the index of a leaf table. */
export interface TableFilter {
  /**
   * True if the table may be in the set that the current walk tests. False positives allowed, never false negatives.
   * @param maySwap - The walk looks at anonymous memory, too.
   */
  test(table: number, maySwap: boolean): boolean;
  /** Put a table into the set of the next walk (it was dense in this one). */
  addNext(table: number): void;
  /** Put a table into the set that the next walk to start will test (fed from outside a walk). */
  addNow(table: number): void;
  /** A walk met its first process: empty the set of the walk after it. Not called if it meets none. */
  beginWalk(): void;
  /** The walk is over: flip. */
  endWalk(): void;
}

/** One set of tables, with whatever exactness. */
export interface TableSet {
  has(table: number): boolean;
  add(table: number): void;
  clear(): void;
}

/** Two sets that flip at each walk. */
export function flippingFilter(host: Host, sets: readonly [TableSet, TableSet]): TableFilter {
  const { stat } = host;
  const exists = [false, false];
  let current = 0;
  function add(which: number, table: number): void {
    if (!exists[which]) return;
    stat.filter_add++;
    sets[which as 0 | 1].add(table);
  }
  return {
    test(table) {
      const hit = !exists[current] || sets[current as 0 | 1].has(table);
      if (!hit) stat.walk_skip_filter++;
      return hit;
    },
    addNext(table) {
      add(current ^ 1, table);
    },
    addNow(table) {
      add(current, table);
    },
    beginWalk() {
      exists[current ^ 1] = true;
      sets[(current ^ 1) as 0 | 1].clear();
    },
    endWalk() {
      current ^= 1;
    },
  };
}

/** The same filter, fed by walks alone or by look-around alone. */
export function fedBy(filter: TableFilter, feeder: "walks" | "look-around"): TableFilter {
  return feeder === "walks" ? { ...filter, addNow() {} } : { ...filter, addNext() {} };
}

/**
 * Knows which tables are dense at this moment: what a filter is at best. Nothing is fed to it. Among tables that are
 * dense now, a walk counts the same VMAs.
 */
export function denseTables({ memory, stat }: Host): TableFilter {
  const { pte, vmas, map } = memory;
  return {
    test(table, maySwap) {
      const first = table * PTRS_PER_PTE;
      let young = 0;
      let total = 0;
      for (let v = map.tableVma[table]!; v < vmas.length && vmas[v]!.start < first + PTRS_PER_PTE; v++) {
        const vma = vmas[v]!;
        if (vma.recency === false || (vma.kind === "anon" && !maySwap)) continue;
        const end = Math.min(first + PTRS_PER_PTE, vma.start + vma.nr);
        for (let slot = Math.max(first, vma.start); slot < end; slot++, total++) {
          if ((pte[slot]! & (PTE_PRESENT | PTE_YOUNG)) === (PTE_PRESENT | PTE_YOUNG)) young++;
        }
      }
      const dense = total > 0 && young * PTES_PER_LINE >= total;
      if (!dense) stat.walk_skip_filter++;
      return dense;
    },
    addNext() {},
    addNow() {},
    beginWalk() {},
    endWalk() {},
  };
}

/** Off: every table is walked. */
export function scanAllTables(): TableFilter {
  return { test: () => true, addNext() {}, addNow() {}, beginWalk() {}, endWalk() {} };
}

/** Remembers tables exactly: what the Bloom filter would be without false positives. */
export function exactTableSet(nrTables: number): TableSet {
  const member = new Uint8Array(nrTables);
  return {
    has: (table) => member[table] === 1,
    add(table) {
      member[table] = 1;
    },
    clear: () => void member.fill(0),
  };
}
