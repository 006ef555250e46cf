/*
 * Accesses through file descriptors leave no accessed bit: the read call itself must tell.
 *
 *   two-touch   the first read marks the folio REFERENCED, the second promotes it and starts over
 *   refs        the reads are counted on the folio, up to five, and nothing moves; tiers use the count
 *                 reads   1           2            3..5
 *                 flags   REFERENCED  +READ_TWICE  +1, +2, +3 in the refs bits
 *   mark        every read sets PG_young: what the reference check sees for a mapped page
 *   off         reads leave no trace
 *
 * Source: mm/swap.c, folio_mark_accessed() (two-touch) and folio_inc_refs() (refs); include/linux/mm_inline.h,
 * folio_lru_refs(), 6.12 (where READ_TWICE shares a bit with WORKINGSET).
 */
import { BY_FD } from "../../mm/access.js";
import {
  type Folio,
  LRU_REFS_MASK,
  LRU_REFS_SHIFT,
  PG_ACTIVE,
  PG_READ_TWICE,
  PG_REFERENCED,
  PG_YOUNG,
} from "../../mm/folio.js";
import type { Host } from "../host.js";

export interface FdAccess {
  /** The folio was read through a descriptor, or a young PTE of it was zapped. */
  accessed(folio: Folio): void;
}

/** Two steps, then a promotion that the policy carries out. */
export function twoTouch(host: Host): FdAccess {
  const { flags, nrPages } = host.folios;
  return {
    accessed(folio) {
      const now = flags[folio]!;
      if ((now & PG_REFERENCED) === 0) flags[folio] = now | PG_REFERENCED;
      else if ((now & PG_ACTIVE) === 0) {
        host.accessed(folio, BY_FD);
        flags[folio]! &= ~PG_REFERENCED;
        host.lruvecOf(folio).nonresidentAge += nrPages[folio]!;
      }
    },
  };
}

/** Count on the folio; never move it. */
export function refCounts(host: Host): FdAccess {
  const { flags } = host.folios;
  return {
    accessed(folio) {
      const now = flags[folio]!;
      if ((now & PG_REFERENCED) === 0) flags[folio] = now | PG_REFERENCED;
      else if ((now & PG_READ_TWICE) === 0) flags[folio] = now | PG_READ_TWICE;
      else if ((now & LRU_REFS_MASK) !== LRU_REFS_MASK) flags[folio] = now + (1 << LRU_REFS_SHIFT);
    },
  };
}

/** As if the read had set an accessed bit. */
export function markYoung(host: Host): FdAccess {
  const { flags } = host.folios;
  return {
    accessed(folio) {
      flags[folio]! |= PG_YOUNG;
    },
  };
}

/** Off. */
export function noFdAccess(): FdAccess {
  return { accessed() {} };
}

/** Reads beyond the first that a folio remembers, 0 to 4. Kernel: folio_lru_refs(). */
export function lruRefs(flags: number): number {
  return ((flags & LRU_REFS_MASK) >> LRU_REFS_SHIFT) + ((flags & PG_READ_TWICE) !== 0 ? 1 : 0);
}

/** Tier of a folio with that many: ceil(log2(refs + 1)), 0 to 3. Kernel: lru_tier_from_refs(). */
export function tierOf(refs: number): number {
  return refs === 0 ? 0 : refs === 1 ? 1 : refs <= 3 ? 2 : 3;
}
