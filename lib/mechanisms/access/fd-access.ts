/*
 * Accesses through file descriptors leave no accessed bit: the read call itself must tell.
 *
 *   two-touch   the first read marks the folio REFERENCED, the second promotes it and starts over
 *   refs        the reads are counted on the folio, up to five, and nothing moves; tiers use the count
 *   mark        every read sets PG_young: what the reference check sees for a mapped page
 *   off         reads leave no trace
 *
 * Source: mm/swap.c, folio_mark_accessed() (two-touch) and folio_inc_refs() (refs), 6.12. How the reads
 * are counted: read-counts.ts.
 */
import { BY_FD } from "../../mm/access.js";
import { type Folio, PG_ACTIVE, PG_REFERENCED, PG_YOUNG } from "../../mm/folio.js";
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
        host.lruvecOf(folio).age(nrPages[folio]!);
      }
    },
  };
}

/** Count on the folio; never move it. */
export function countReads(host: Host): FdAccess {
  const { flags } = host.folios;
  const { reads } = host;
  return {
    accessed(folio) {
      flags[folio] = reads.read(flags[folio]!);
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
