/*
 * The forward walk: read the accessed bits where they are, in the page tables, table after table.
 *
 *   process 1  [table: non-leaf bit clear -> skip]  [filter says no -> skip]  [512 PTEs read: y . . y y . ...]
 *   process 2  [ ... ]                                                         `-> cleared, reported one by one
 *
 * A PTE costs a nanosecond to read here and a reverse-map walk a few hundred; but a walk pays for every page,
 * cold ones and holes included, and the reverse map only for those that reach a tail. Two things keep it
 * cheap: the accessed bit of the table's own entry (set by the hardware on the way down, so a table nobody
 * went through is skipped whole), and the filter of tables that were dense last time.
 *
 * A process is only walked if it has run since its last walk; when reclaim ages twice in one run, the second
 * walk finds nobody, and the filters flip without having been filled. The first walk that meets a new process
 * is forced for it and for those after it: every table, whatever its bits say.
 *
 * Differs from the kernel: locks are free, and a process counts as having run when it has faulted (the kernel
 * notes it at a context switch to the process). The non-leaf bit is the OR of PTE_TOUCHED over the table, which
 * is what the hardware keeps when every access walks the page tables (no TLB).
 * Source: mm/vmscan.c, walk_mm(), walk_pmd_range(), walk_pte_range(), iterate_mm_list(), 6.12.
 */
import { BY_WALK } from "../../mm/access.js";
import { NIL, PG_LRU } from "../../mm/folio.js";
import type { Lruvec } from "../../mm/lruvec.js";
import { PTE_PRESENT, PTE_TOUCHED, PTE_YOUNG, YOUNG_IN_ANY } from "../../mm/memory.js";
import { PTRS_PER_PTE } from "../../trace/trace.js";
import type { Host } from "../host.js";
import { PTES_PER_LINE, type TableFilter } from "./table-filter.js";

const TOUCHED_IN_ANY = 0x01010101 * PTE_TOUCHED;

export interface PageTableWalk {
  /** False for the null object. */
  readonly enabled: boolean;
  /** Walk all tables of the lruvec's memcg once. @param maySwap - False: anonymous VMAs are not worth a look. */
  run(lruvec: Lruvec, maySwap: boolean): void;
}

export interface WalkRule {
  readonly onlyListed?: boolean;
  readonly mmBits?: boolean;
  readonly minPages?: number;
}

/**
 * @param nonleaf - Skip tables whose own accessed bit is clear, and clear it (lru_gen/enabled bit 0x4).
 * @param rule.onlyListed - 7.3: folios on no list keep their accessed bits (get_pfn_folio()).
 * @param rule.mmBits - False: every process that has started is walked, whether it has run or not.
 * @param rule.minPages - 6.1: processes with fewer resident pages are passed over (should_skip_mm(), MIN_LRU_BATCH).
 */
export function pageTableWalk(
  host: Host,
  filter: TableFilter,
  nonleaf: boolean,
  { onlyListed = false, mmBits = true, minPages = 0 }: WalkRule = {},
): PageTableWalk {
  const { memory, stat } = host;
  const { pteWords, map } = memory;
  const wordsPerTable = PTRS_PER_PTE / 4;
  /** 1 if a walk has met the process. Shape: [processes]. */
  const walked = new Uint8Array(map.tablesOf.length);

  /** Test and clear the non-leaf accessed bit of a table. */
  function testAndClearTouched(table: number): boolean {
    let touched = 0;
    for (let w = table * wordsPerTable, end = w + wordsPerTable; w < end; w++) {
      const word = pteWords[w]!;
      touched |= word;
      if ((word & TOUCHED_IN_ANY) !== 0) pteWords[w] = word & ~TOUCHED_IN_ANY;
    }
    return (touched & TOUCHED_IN_ANY) !== 0;
  }

  /** Read the PTEs of [start, end), report the young ones, return their number. */
  function scan(lruvec: Lruvec, start: number, end: number): number {
    const { pte } = memory;
    let young = 0;
    for (let slot = start; slot < end; slot++) {
      if ((slot & 3) === 0 && (pteWords[slot >> 2]! & YOUNG_IN_ANY) === 0) {
        slot += 3; // four PTEs without an accessed bit
        continue;
      }
      const entry = pte[slot]!;
      if ((entry & (PTE_PRESENT | PTE_YOUNG)) !== (PTE_PRESENT | PTE_YOUNG)) continue;
      const folio = memory.folio(memory.page(slot));
      if (folio === NIL || host.lruvecOf(folio) !== lruvec) continue;
      if (onlyListed && (host.folios.flags[folio]! & PG_LRU) === 0) continue;
      pte[slot] = entry & ~PTE_YOUNG;
      young++;
      host.accessed(folio, BY_WALK);
    }
    stat.walk_pte += end - start;
    stat.walk_young += young;
    return young;
  }

  /** Mapped pages of a process that the walk could find, as far as they decide. */
  function residentOf(mm: number, maySwap: boolean): number {
    let nr = 0;
    for (const vma of memory.vmas) {
      if (vma.process !== mm || (vma.kind === "anon" && !maySwap)) continue;
      for (let slot = vma.start; slot < vma.start + vma.nr && nr < minPages; slot++) {
        if ((memory.pte[slot]! & PTE_PRESENT) !== 0) nr++;
      }
    }
    return nr;
  }

  /** Walk one table. */
  function walkTable(lruvec: Lruvec, table: number, maySwap: boolean, forced: boolean): void {
    if (!forced && nonleaf && !testAndClearTouched(table)) {
      stat.walk_skip_nonleaf++;
      return;
    }
    if (!forced && !filter.test(table, maySwap)) return;
    const first = table * PTRS_PER_PTE;
    let total = 0;
    let young = 0;
    for (let v = map.tableVma[table]!; v < memory.vmas.length; v++) {
      const vma = memory.vmas[v]!;
      if (vma.start >= first + PTRS_PER_PTE) break;
      if (vma.recency === false || (vma.kind === "anon" && !maySwap)) continue;
      const start = Math.max(first, vma.start);
      const end = Math.min(first + PTRS_PER_PTE, vma.start + vma.nr);
      total += end - start;
      young += scan(lruvec, start, end);
    }
    stat.walk_table++;
    if (total > 0 && young * PTES_PER_LINE >= total) filter.addNext(table);
  }

  return {
    enabled: true,
    run(lruvec, maySwap) {
      let forced = false;
      let met = false;
      const bit = 1 << lruvec.node;
      for (const mm of memory.started) {
        if (!host.owns(lruvec, mm)) continue;
        forced ||= walked[mm] === 0;
        if (mmBits && !forced && (memory.hasRun[mm]! & bit) === 0) continue;
        memory.hasRun[mm]! &= ~bit;
        if (minPages > 0 && residentOf(mm, maySwap) < minPages) continue;
        if (!met) filter.beginWalk();
        met = true;
        const { from, to } = map.tablesOf[mm]!;
        for (let table = from; table < to; table++) {
          if (memory.tablePresent[table] === 1) walkTable(lruvec, table, maySwap, forced);
        }
      }
      for (const mm of memory.started) walked[mm] = 1;
      filter.endWalk();
      if (!met) return;
      stat.walk++;
      stat.lru_lock++; // the batched page counts of the generations go in under the lock
    },
  };
}

/** Off: no walk; detection is left to the reference check and look-around. */
export function noWalk(): PageTableWalk {
  return { enabled: false, run() {} };
}
