/*
 * What it means for a listed folio that a walk or look-around found it young.
 *
 *   mark      remember it (PG_young) for the next reference check. The information only changes its place,
 *             from the PTE to the folio: decisions stay, but that several young mappings count as one.
 *   touch     the first hit marks; a hit on a folio that is marked already, or was referenced at the tail, is
 *             a second use seen at another time: promote.
 *   second    as touch, but what a promotion leaves behind is WORKINGSET: from then on one hit is enough. An executable
 *             file page needs no second.
 *   promote   one hit is enough.
 *   next      one hit is one class: where there are more than two, it takes several to the top.
 *
 * "touch" is the two-look rule of the traditional LRU carried to the walk: what the tail would have learnt in
 * two laps, two walks learn without any.
 *
 * Source: mm/vmscan.c, folio_update_gen() (one hit), 6.12; folio_check_references() (two looks). That LRU is fed by a
 * walk at all is ours.
 */
import {
  type Folio,
  LRU_REFS_MASK,
  PG_EXEC,
  PG_LRU,
  PG_REFERENCED,
  PG_SWAPBACKED,
  PG_WORKINGSET,
  PG_YOUNG,
} from "../mm/folio.js";
import type { AgeUpdate } from "./ages.js";
import type { Host } from "./host.js";

export interface YoungHit {
  /** The folio is listed, below `klass`: the class in which the policy would place an active folio now. */
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

/** Promote at the second hit. */
export function promoteOnSecondHit(host: Host, ages: AgeUpdate): YoungHit {
  const { flags } = host.folios;
  return {
    hit(folio, klass) {
      const seen = (flags[folio]! & (PG_YOUNG | PG_REFERENCED)) !== 0;
      if (!seen) flags[folio]! |= PG_YOUNG;
      else {
        flags[folio]! &= ~PG_YOUNG;
        ages.promote(folio, klass);
      }
    },
  };
}

/** Promote what was seen before, ever since it was hot once. Source: mm/vmscan.c, folio_update_gen(), 7.3. */
export function promoteKnown(host: Host, ages: AgeUpdate): YoungHit {
  const { flags } = host.folios;
  return {
    hit(folio, klass) {
      const now = flags[folio]!;
      const exec = (now & (PG_EXEC | PG_SWAPBACKED)) === PG_EXEC;
      if ((now & (PG_REFERENCED | PG_WORKINGSET)) === 0 && !exec) {
        flags[folio] = (now & ~LRU_REFS_MASK) | PG_REFERENCED;
        return;
      }
      if ((now & PG_LRU) === 0) return;
      flags[folio] = (now & ~(LRU_REFS_MASK | PG_REFERENCED)) | PG_WORKINGSET;
      ages.promote(folio, klass);
    },
  };
}

/** Climb one class at each hit. */
export function promoteToNext(host: Host, ages: AgeUpdate): YoungHit {
  return { hit: (folio) => ages.raise(folio, host.nextClass(folio)) };
}

/** Promote at the first hit. */
export function promoteOnHit(_host: Host, ages: AgeUpdate): YoungHit {
  return { hit: (folio, klass) => ages.promote(folio, klass) };
}
