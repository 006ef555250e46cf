/*
 * Where a page goes whose refault means something: what its new folio is given before it is listed.
 *
 *   active   ACTIVE: with the active, or as the youngest. WORKINGSET if its shadow says so, which is a restore
 *   counts   its reads count as full if it came back in a fault, or had been read often: a restore (6.1, 6.12)
 *   hot      WORKINGSET if its shadow says so, a restore; otherwise the count of reads that it had (7.3)
 *   new      nothing: it starts where any new page starts
 *
 * Whether a refault means something is the question before (refault distance, generation window); what the flags are worth is
 * the policy's question after.
 *
 * Source: mm/workingset.c, workingset_refault(), lru_gen_refault(), 6.12 and 7.3.
 */
import {
  type Folio,
  LRU_REFS_MASK,
  LRU_REFS_SHIFT,
  PG_ACTIVE,
  PG_READ_TWICE,
  PG_WORKINGSET,
} from "../../mm/folio.js";
import type { Host } from "../host.js";
import { shadowRefs, shadowWorkingset } from "./shadow.js";

export interface RefaultPlacement {
  /** Prepare the folio. True: a restore, a page that had been working set. */
  place(folio: Folio, shadow: number, inFault: boolean): boolean;
}

export function activeAgain({ folios }: Host): RefaultPlacement {
  return {
    place(folio, shadow) {
      const restored = shadowWorkingset(shadow);
      folios.flags[folio]! |= restored ? PG_ACTIVE | PG_WORKINGSET : PG_ACTIVE;
      return restored;
    },
  };
}

export function countsAgain({ folios, reads }: Host): RefaultPlacement {
  return {
    place(folio, shadow, inFault) {
      const hot = inFault || shadowRefs(shadow) >= reads.hot;
      if (hot) folios.flags[folio]! |= reads.mask | PG_READ_TWICE;
      return hot;
    },
  };
}

export function hotAgain({ folios }: Host): RefaultPlacement {
  const { flags } = folios;
  return {
    place(folio, shadow) {
      if (shadowWorkingset(shadow)) {
        flags[folio]! |= PG_WORKINGSET;
        return true;
      }
      flags[folio] = (flags[folio]! & ~LRU_REFS_MASK) | (shadowRefs(shadow) << LRU_REFS_SHIFT);
      return false;
    },
  };
}

export function asNew(): RefaultPlacement {
  return { place: (_folio, shadow) => shadowWorkingset(shadow) };
}
