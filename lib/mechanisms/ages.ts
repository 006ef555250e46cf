/*
 * Age updates: what it costs to say that a listed folio is now young.
 *
 *   list move    queue it; a full batch takes lru_lock, and the policy places each folio anew, as active.
 *   flag         write the class into the folio. No lock, no list. It stands where it stood, a stray, until
 *                eviction meets it and sorts it into place.
 *
 * Order differs only lazily: a flagged folio is out of danger at once, but keeps its old neighbours.
 *
 * Source: mm/swap.c, folio_activate() (list move); mm/vmscan.c, folio_update_gen() and sort_folio() (flag), 6.12.
 */
import { type Folio, PG_LRU } from "../mm/folio.js";
import type { Host } from "./host.js";

export interface AgeUpdate {
  /**
   * The folio is young. Folios on no list are left alone.
   * @param klass - The class in which the policy would place an active folio now.
   */
  promote(folio: Folio, klass: number): void;
  /** The folio is younger than its class, but not yet active: give it the class `klass`. It is listed. */
  raise(folio: Folio, klass: number): void;
}

/** Move it, under the lock, in batches. */
export function listMoves(host: Host): AgeUpdate {
  const { folios } = host;
  return {
    promote(folio, klass) {
      if ((folios.flags[folio]! & PG_LRU) !== 0 && folios.klass[folio] !== klass) host.activate(folio);
    },
    raise: (folio, klass) => host.raise(folio, klass),
  };
}

/** Write it down; sort later. */
export function flagUpdates(host: Host): AgeUpdate {
  const { folios, stat } = host;

  function assign(folio: Folio, klass: number): void {
    if ((folios.flags[folio]! & PG_LRU) === 0 || folios.klass[folio] === klass) return;
    stat.flag_update++;
    host.assignClass(folio, klass);
  }

  return { promote: assign, raise: assign };
}
