/*
 * Refault distance: would the page have stayed if there had been a little more inactive list?
 *
 * Every eviction and every activation moves the tail of the inactive list by one slot. Let a clock count them.
 * A page evicted at E and wanted again at R missed its second access by R - E slots: with that many more it
 * would have been there. The slots exist, if the active pages could be made to give them up:
 *
 *        active (protected)         inactive                    evicted
 *   |<------- size ------->|  o o o o o o o o o o  -->  x . . . . . [page]
 *                                                       |<-- R - E ->|
 *
 *   R - E <= size of the active lists (and of the other type, if it can be swapped)   ->  activate it
 *
 * (or whatever else the placement does). The newcomer then competes with the active pages directly. If that was wrong, it costs one lap.
 *
 * The clock and the sizes are those of the lruvec that reclaim aimed at: a memcg's limit, or the whole node.
 *
 * Source: mm/workingset.c, workingset_eviction(), workingset_test_recent(), workingset_refault(), 6.12.
 */
import { ANON, FILE, PG_ACTIVE, PG_WORKINGSET } from "../../mm/folio.js";
import type { Balance } from "../balance/balance.js";
import type { Host } from "../host.js";
import type { Tiers } from "../tiers.js";
import { countActivate, countRefault, countRestore } from "./count.js";
import { activeAgain, type RefaultPlacement } from "./refault-placement.js";
import { packShadow, shadowRefs, shadowToken, shadowWorkingset, TOKEN_MASK } from "./shadow.js";
import type { Workingset } from "./workingset.js";

export function refaultDistance(
  host: Host,
  tiers: Tiers,
  balance: Balance,
  placement: RefaultPlacement = activeAgain(host),
): Workingset {
  const { folios, swap, reads } = host;
  return {
    evict(folio) {
      const lruvec = host.evictingLruvec(folio);
      const flags = folios.flags[folio]!;
      const refs = reads.token(flags);
      tiers.noteEvicted(folios.type(folio), reads.tier(flags), folios.nrPages[folio]!);
      const shadow = packShadow(lruvec.nonresidentAge, refs, (flags & PG_WORKINGSET) !== 0);
      lruvec.age(folios.nrPages[folio]!);
      return shadow;
    },
    refault(folio, shadow, inFault) {
      const type = folios.type(folio);
      const lruvec = host.lruvecOf(folio);
      const from = host.shadowTarget(folio);
      const nr = folios.nrPages[folio]!;
      countRefault(host, type, nr);
      const distance = (from.nonresidentAge - shadowToken(shadow)) & TOKEN_MASK;
      let size = from.toldPages(FILE, true) + (type === ANON ? from.toldPages(FILE, false) : 0);
      if (swap.free > 0) {
        size += from.toldPages(ANON, true) + (type === FILE ? from.toldPages(ANON, false) : 0);
      }
      if (distance > size) return;
      tiers.noteRefaulted(type, reads.tierOfToken(shadowRefs(shadow), shadowWorkingset(shadow)), nr);
      const restored = placement.place(folio, shadow, inFault);
      if ((folios.flags[folio]! & PG_ACTIVE) !== 0) lruvec.age(nr);
      countActivate(host, lruvec, type, nr);
      if (!restored) return;
      balance.noteRefault(lruvec, type, nr);
      countRestore(host, type, nr);
    },
  };
}
