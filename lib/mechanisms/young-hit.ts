/*
 * What it means for a listed folio that a walk or look-around found it young.
 *
 *   mark      remember it (PG_young) for the next reference check. The information only changes its place:
 *             from the PTE to the folio. Detection gets cheaper or dearer, decisions stay.
 *   touch     the first hit marks; a hit on a folio that is marked already, or was referenced at the tail, is
 *             a second use seen at another time: promote.
 *   promote   one hit is enough.
 *
 * "touch" is the two-look rule of the traditional LRU carried to the walk: what the tail would have learnt in
 * two laps, two walks learn without any.
 *
 * Source: mm/vmscan.c, folio_check_references() (two looks), folio_update_gen() (one), 6.12. That LRU is fed
 * by a walk at all is ours.
 */
import { type Folio, PG_REFERENCED, PG_YOUNG } from "../mm/folio.js";
import type { AgeUpdate } from "./ages.js";
import type { Host } from "./host.js";

export interface YoungHit {
  /** @param klass - The class in which the policy would place an active folio now. */
  hit(folio: Folio, klass: number): void;
}

/** Only remember it. */
export function markOnHit(host: Host): YoungHit {
  const { flags } = host.folios;
  return {
    hit(folio) {
      flags[folio]! |= PG_YOUNG;
    },
  };
}

/** Promote at the second hit. A folio of the top class is marked: it has nowhere to go. */
export function promoteOnSecondHit(host: Host, ages: AgeUpdate): YoungHit {
  const { flags, klass: classOf } = host.folios;
  return {
    hit(folio, klass) {
      const seen = (flags[folio]! & (PG_YOUNG | PG_REFERENCED)) !== 0;
      if (!seen || classOf[folio] === klass) flags[folio]! |= PG_YOUNG;
      else {
        flags[folio]! &= ~PG_YOUNG;
        ages.promote(folio, klass);
      }
    },
  };
}

/** Promote at the first hit. */
export function promoteOnHit(host: Host, ages: AgeUpdate): YoungHit {
  const { flags, klass: classOf } = host.folios;
  return {
    hit(folio, klass) {
      if (classOf[folio] === klass) flags[folio]! |= PG_YOUNG;
      else ages.promote(folio, klass);
    },
  };
}
