/*
 * The generation window: a refault matters if the generation that the page was evicted from is still the
 * oldest one. No distance, no list sizes; the token is min_seq at eviction with the count of reads.
 *
 *   min_seq at eviction = 7                                 7 still: recent -> counts against its tier
 *   . . . [evicted] . . . . . . . . . . . [refault]  min_seq
 *                                                           8 or more: only counted
 *
 * Placement: on generations it is left to the counts (a page that came back in a fault, or that had been read often,
 * starts with full counts, and that is a restore). A policy without generations gets it as ACTIVE, and a restore is
 * what it is elsewhere: a page that had been active. A restore is a cost to the balance, as with refault distance.
 *
 * Source: mm/workingset.c, lru_gen_eviction(), lru_gen_test_recent(), lru_gen_refault(), 6.12.
 */
import { LRU_REFS_MASK, PG_ACTIVE, PG_READ_TWICE, PG_WORKINGSET } from "../../mm/folio.js";
import { lruRefs } from "../access/fd-access.js";
import type { Balance } from "../balance/balance.js";
import type { Host } from "../host.js";
import type { Tiers } from "../tiers.js";
import { countActivate, countRefault, countRestore } from "./count.js";
import { packShadow, shadowRefs, shadowToken, shadowWorkingset, TOKEN_MASK } from "./shadow.js";
import type { Workingset } from "./workingset.js";

/** Reads beyond the first from which a refaulting page counts as hot (BIT(LRU_REFS_WIDTH) - 1). */
const HOT_REFS = 3;

export function generationWindow(host: Host, tiers: Tiers, balance: Balance): Workingset {
  const { folios } = host;
  return {
    evict(folio) {
      const type = folios.type(folio);
      const flags = folios.flags[folio]!;
      const lruvec = host.lruvecOf(folio);
      const nr = folios.nrPages[folio]!;
      tiers.noteEvicted(type, lruRefs(flags), nr);
      lruvec.nonresidentAge += nr;
      return packShadow(lruvec.clock.minSeq[type]!, lruRefs(flags), (flags & PG_WORKINGSET) !== 0);
    },
    refault(folio, shadow, inFault) {
      const type = folios.type(folio);
      const lruvec = host.lruvecOf(folio);
      const nr = folios.nrPages[folio]!;
      countRefault(host, type, nr);
      if (shadowToken(shadow) !== (lruvec.clock.minSeq[type]! & TOKEN_MASK)) return;
      const refs = shadowRefs(shadow);
      tiers.noteRefaulted(type, refs, nr);
      countActivate(host, lruvec, type, nr);
      if (host.hasGenerations(lruvec)) {
        if (!inFault && refs < HOT_REFS) return;
        folios.flags[folio]! |= LRU_REFS_MASK | PG_READ_TWICE;
      } else {
        folios.flags[folio]! |= PG_ACTIVE;
        if (!shadowWorkingset(shadow)) return;
        folios.flags[folio]! |= PG_WORKINGSET;
      }
      balance.noteRefault(lruvec, type, nr);
      countRestore(host, type, nr);
    },
  };
}
