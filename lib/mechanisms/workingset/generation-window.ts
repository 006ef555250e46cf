/*
 * The generation window: a refault matters if the generation that the page was evicted from is still the
 * oldest one. No distance, no list sizes; the token is min_seq at eviction with the count of reads.
 *
 *   min_seq at eviction = 7                                 7 still: recent -> counts against its tier
 *   . . . [evicted] . . . . . . . . . . . [refault]  min_seq
 *                                                           8 or more: only counted
 *
 * Placement follows `place`: "flags" leaves it to refs and WORKINGSET (a page that came back in a fault, or
 * that had been read often, starts at full refs); "activate" sets ACTIVE, for policies that know no refs.
 *
 * Source: mm/workingset.c, lru_gen_eviction(), lru_gen_test_recent(), lru_gen_refault(), 6.12.
 */
import { LRU_REFS_MASK, PG_ACTIVE, PG_WORKINGSET } from "../../mm/folio.js";
import { lruRefs } from "../access/fd-access.js";
import type { Host } from "../host.js";
import type { Tiers } from "../tiers.js";
import { countActivate, countRefault, countRestore } from "./count.js";
import { packShadow, shadowRefs, shadowToken, shadowWorkingset, TOKEN_MASK } from "./shadow.js";
import type { Workingset } from "./workingset.js";

/** Reads beyond the first from which a refaulting page counts as hot (BIT(LRU_REFS_WIDTH) - 1). */
const HOT_REFS = 3;

export function generationWindow(host: Host, tiers: Tiers, place: "flags" | "activate"): Workingset {
  const { folios } = host;
  return {
    evict(folio) {
      const type = folios.type(folio);
      const refs = lruRefs(folios.flags[folio]!);
      const lruvec = host.lruvecOf(folio);
      tiers.noteEvicted(type, refs, folios.nrPages[folio]!);
      lruvec.nonresidentAge += folios.nrPages[folio]!;
      return packShadow(lruvec.clock.minSeq[type]!, Math.max(refs - 1, 0), refs > 0);
    },
    refault(folio, shadow, inFault) {
      const type = folios.type(folio);
      const lruvec = host.lruvecOf(folio);
      const nr = folios.nrPages[folio]!;
      countRefault(host, type, nr);
      if (shadowToken(shadow) !== (lruvec.clock.minSeq[type]! & TOKEN_MASK)) return;
      const refs = shadowRefs(shadow) + (shadowWorkingset(shadow) ? 1 : 0);
      tiers.noteRefaulted(type, refs, nr);
      countActivate(host, lruvec, type, nr);
      if (place === "activate") folios.flags[folio]! |= PG_ACTIVE;
      if (!inFault && refs < HOT_REFS) return;
      folios.flags[folio]! |= LRU_REFS_MASK | PG_WORKINGSET;
      countRestore(host, type, nr);
    },
  };
}
