/*
 * Look-around: a young victim has young neighbours.
 *
 * When the reference check finds a young PTE, it has already paid for the way to the page table. Reading the
 * 63 entries beside it costs eight cache lines, and each young one is a folio whose own reverse-map walk need
 * not happen.
 *
 *   leaf table  . . . y . y y [V] y . . y . . .     V the victim, y young: cleared and reported
 *                   |<---- window, clipped to the VMA and the table ---->|
 *
 * If the window was dense (one young PTE a cache line or more), the table goes into the filter of the next
 * walk: the reverse map tells the walker where to look.
 *
 * Differs from the kernel: page-table locks are never contended. File victims do not vouch for anonymous
 * neighbours, as in 6.12 (in one VMA the case needs private file mappings, which a trace cannot express).
 * Source: mm/vmscan.c, lru_gen_look_around() and suitable_to_scan(), 6.12.
 */
import { BY_LOOKAROUND, BY_WALK } from "../../mm/access.js";
import { type Folio, NIL, PG_LRU } from "../../mm/folio.js";
import { PTE_PRESENT, PTE_YOUNG, YOUNG_IN_ANY } from "../../mm/memory.js";
import { PTRS_PER_PTE } from "../../trace/trace.js";
import type { Host } from "../host.js";
import { PTES_PER_LINE, type TableFilter } from "./table-filter.js";

export interface LookAround {
  /** The victim's PTE at `slot` was young and has been cleared: look at its neighbours. */
  around(slot: number, victim: Folio): void;
}

/** What 6.1 and 7.3 do otherwise. */
export interface LookAroundRule {
  /** 7.3: folios on no list (in a batch, isolated) keep their accessed bits. */
  readonly onlyListed?: boolean;
  /** The victim itself is marked like a neighbour: its first young PTE makes it active. */
  readonly marksVictim?: boolean;
  /** From so many neighbours on, their ages are updated by flag at once, not through the activate batch. */
  readonly flagFrom?: number;
}

/** @param window - PTEs to look at, the victim's included; 64 in the kernel (MIN_LRU_BATCH). 2 to 512. */
export function lookAround(
  host: Host,
  filter: TableFilter,
  window: number,
  rule: LookAroundRule = {},
): LookAround {
  const { memory, stat } = host;
  const { marksVictim = false, flagFrom = Number.POSITIVE_INFINITY, onlyListed = false } = rule;
  const hits = new Int32Array(window);
  const half = window >> 1;
  return {
    around(slot, victim) {
      const vma = memory.vma(slot);
      const table = slot - (slot % PTRS_PER_PTE);
      let start = Math.max(table, vma.start);
      let end = Math.min(table + PTRS_PER_PTE, vma.start + vma.nr);
      if (marksVictim) host.accessed(victim, BY_LOOKAROUND);
      if (end - start === 1) return;
      if (end - start > window) {
        if (slot - start < half) end = start + window;
        else if (end - slot < window - half) start = end - window;
        else {
          start = slot - half;
          end = start + window;
        }
      }
      stat.lookaround++;
      stat.lookaround_pte += end - start;
      const lruvec = host.lruvecOf(victim);
      let young = 1;
      for (let at = start; at < end; at++) {
        if ((at & 3) === 0 && (memory.pteWords[at >> 2]! & YOUNG_IN_ANY) === 0) {
          at += 3; // four PTEs without an accessed bit
          continue;
        }
        const pte = memory.pte[at]!;
        if ((pte & (PTE_PRESENT | PTE_YOUNG)) !== (PTE_PRESENT | PTE_YOUNG)) continue;
        const folio = memory.folio(memory.page(at));
        if (folio === NIL || host.lruvecOf(folio) !== lruvec) continue;
        if (onlyListed && (host.folios.flags[folio]! & PG_LRU) === 0) continue;
        memory.pte[at] = pte & ~PTE_YOUNG;
        hits[young++ - 1] = folio;
      }
      let below = 0;
      if (flagFrom <= window) for (let i = 0; i < young - 1; i++) if (host.isBelowNewest(hits[i]!)) below++;
      const source = host.hasWalkContext() || below >= flagFrom ? BY_WALK : BY_LOOKAROUND;
      for (let i = 0; i < young - 1; i++) host.accessed(hits[i]!, source);
      stat.lookaround_young += young - 1;
      if (young * PTES_PER_LINE >= end - start) filter.addNow((slot / PTRS_PER_PTE) | 0);
    },
  };
}

/** Off: the neighbours are left alone. */
export function noLookAround(): LookAround {
  return { around() {} };
}
