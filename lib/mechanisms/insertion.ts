/*
 * Where generations take a folio in, and what stays on it of what was known.
 *
 *              young (6.1, 6.12)                          marked (7.3)
 *   max_seq    faulted in; kept at the tail               faulted in again, WORKINGSET
 *   max_seq-1  anon from elsewhere                        fresh anon; kept at the tail
 *   max_seq-2  read (min_seq+1)                           faulted file; read twice
 *   max_seq-3  read, when 3 generations are left          read once
 *
 * `young` trusts the fault: whatever was faulted in ranks first. `marked` only notes it (REFERENCED) and waits for a second
 * use, or for WORKINGSET in its shadow.
 *
 * Source: mm/swap.c, folio_add_lru(); include/linux/mm_inline.h, lru_gen_add_folio(); mm/vmscan.c, evict_folios(), 6.12;
 * lru_gen_folio_seq(), 7.3.
 */
import {
  ANON,
  type Folio,
  type Folios,
  LRU_REFS_MASK,
  PG_ACTIVE,
  PG_DIRTY,
  PG_RECLAIM,
  PG_REFERENCED,
  PG_SWAPCACHE,
  PG_WORKINGSET,
  PG_WRITEBACK,
} from "../mm/folio.js";
import type { GenerationClock } from "../mm/lruvec.js";
import { LRU_REFS_FLAGS } from "./generations.js";

export interface Insertion {
  /** A fault brings the folio in; it is on no list yet. */
  admit(folio: Folio): void;
  /** The folio survived eviction and is about to be put back. */
  keep(folio: Folio): void;
  /** The generation that it enters. @param rotated - Its writeback ended: the place that is scanned first. */
  seqFor(folio: Folio, rotated: boolean): number;
  /** It has been placed: forget what only placement needed. */
  placed(folio: Folio): void;
  /** Isolated by eviction: forget counts that belong to no access seen. */
  isolated(folio: Folio): void;
  /** Protected folios go to the tail of the next generation; otherwise to its head. */
  readonly protectAtTail: boolean;
}

/** Reclaim wants it, and it is not written yet. */
function isPending(flags: number): boolean {
  return (flags & PG_RECLAIM) !== 0 && (flags & (PG_DIRTY | PG_WRITEBACK)) !== 0;
}

/**
 * 6.1, 6.12.
 * @param minGens - Youngest generations that are never evicted.
 * @param keepsCounts - 6.1: counts of reads outlive the placement as youngest, so a refault stays protected.
 */
export function insertYoung(
  folios: Folios,
  clock: GenerationClock,
  minGens: number,
  keepsCounts: boolean,
): Insertion {
  const { flags } = folios;
  return {
    protectAtTail: true,
    admit(folio) {
      flags[folio]! |= PG_ACTIVE;
    },
    keep(folio) {
      if (!isPending(flags[folio]!)) flags[folio] = (flags[folio]! & ~LRU_REFS_FLAGS) | PG_ACTIVE;
    },
    seqFor(folio, rotated) {
      const type = folios.type(folio);
      const oldest = clock.minSeq[type]!;
      const now = flags[folio]!;
      if ((now & PG_ACTIVE) !== 0) return clock.maxSeq;
      const fresh = type === ANON && (now & PG_SWAPCACHE) === 0 && !rotated;
      if (fresh || isPending(now)) return Math.max(clock.maxSeq - 1, oldest);
      return rotated || oldest + minGens >= clock.maxSeq ? oldest : oldest + 1;
    },
    placed(folio) {
      if ((flags[folio]! & PG_ACTIVE) === 0) return;
      flags[folio]! &= keepsCounts ? ~PG_ACTIVE : ~(LRU_REFS_MASK | PG_REFERENCED | PG_ACTIVE);
    },
    isolated(folio) {
      if ((flags[folio]! & PG_REFERENCED) === 0) flags[folio]! &= ~LRU_REFS_FLAGS;
      flags[folio]! &= ~PG_REFERENCED;
    },
  };
}

/** 7.3. @param gens - Most generations at once. */
export function insertMarked(
  folios: Folios,
  clock: GenerationClock,
  minGens: number,
  gens: number,
): Insertion {
  const { flags } = folios;

  function seqFor(folio: Folio, rotated: boolean): number {
    const type = folios.type(folio);
    const now = flags[folio]!;
    const hot = (now & PG_WORKINGSET) !== 0;
    let back = gens - (hot || (now & PG_REFERENCED) !== 0 ? 1 : 0);
    if ((now & PG_ACTIVE) !== 0) back = minGens - (hot ? 1 : 0);
    else if (rotated) back = gens;
    else if ((type === ANON && (now & PG_SWAPCACHE) === 0) || isPending(now)) back = minGens;
    const seq = clock.maxSeq - Math.max(back, 1) + 1; // with one generation kept, hot is no younger than active
    return Math.max(seq, clock.minSeq[type]!);
  }

  return {
    protectAtTail: false,
    admit(folio) {
      const now = flags[folio]!;
      if ((now & PG_WORKINGSET) !== 0) flags[folio] = now | PG_ACTIVE;
      else if ((now & PG_REFERENCED) === 0) flags[folio] = (now & ~LRU_REFS_MASK) | PG_REFERENCED;
    },
    keep(folio) {
      if (seqFor(folio, false) !== clock.minSeq[folios.type(folio)]!) return;
      flags[folio] = (flags[folio]! & ~LRU_REFS_FLAGS) | PG_ACTIVE;
    },
    seqFor,
    placed(folio) {
      flags[folio]! &= ~PG_ACTIVE;
    },
    isolated(folio) {
      if ((flags[folio]! & PG_REFERENCED) === 0) flags[folio]! &= ~LRU_REFS_MASK;
    },
  };
}
