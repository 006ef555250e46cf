/*
 * The generation window: a refault matters if the generation that the page was evicted from is recent enough. No
 * distance, no list sizes; the token is min_seq at eviction with the count of reads.
 *
 *   oldest  (6.1, 6.12)  still the oldest generation of its type: min_seq then = min_seq now
 *   recent  (7.3)        within the ring: |max_seq now - min_seq then| < 4
 *
 * A recent refault counts against its tier. Where it puts the page is the placement's affair (refault-placement.ts): counts
 * or WORKINGSET on generations, ACTIVE elsewhere. A restore is a cost to the balance, as with refault distance.
 *
 * Differs from the kernel: 6.1 counts only recent refaults in workingset_refault_*, and its workingset_activate_* counts
 * protected pages; `partial` does the first.
 * Source: mm/workingset.c, lru_gen_eviction(), lru_gen_test_recent(), lru_gen_refault(), 6.1, 6.12 and 7.3.
 */
import { PG_WORKINGSET } from "../../mm/folio.js";
import type { Lruvec } from "../../mm/lruvec.js";
import type { Balance } from "../balance/balance.js";
import type { Host } from "../host.js";
import type { Tiers } from "../tiers.js";
import { countActivate, countRefault, countRestore } from "./count.js";
import { activeAgain, type RefaultPlacement } from "./refault-placement.js";
import { packShadow, shadowRefs, shadowToken, shadowWorkingset, TOKEN_MASK } from "./shadow.js";
import type { Workingset } from "./workingset.js";

/** Generations that count as recent (MAX_NR_GENS). */
const WINDOW = 4;

export interface WindowRule {
  /** Which tokens are recent. */
  readonly window: "oldest" | "recent";
  /** Refaults that are not recent are not counted at all (6.1). */
  readonly partial: boolean;
}

export function generationWindow(
  host: Host,
  tiers: Tiers,
  balance: Balance,
  rule: WindowRule,
  placement: RefaultPlacement = activeAgain(host),
): Workingset {
  const { folios, reads } = host;

  function isRecent(lruvec: Lruvec, type: number, token: number): boolean {
    if (rule.window === "oldest") return token === (lruvec.clock.minSeq[type]! & TOKEN_MASK);
    return Math.abs((lruvec.clock.maxSeq & TOKEN_MASK) - token) < WINDOW;
  }

  return {
    evict(folio) {
      const type = folios.type(folio);
      const flags = folios.flags[folio]!;
      const lruvec = host.lruvecOf(folio);
      const nr = folios.nrPages[folio]!;
      tiers.noteEvicted(type, reads.tier(flags), nr);
      lruvec.age(nr);
      return packShadow(lruvec.clock.minSeq[type]!, reads.token(flags), (flags & PG_WORKINGSET) !== 0);
    },
    refault(folio, shadow, inFault) {
      const type = folios.type(folio);
      const lruvec = host.lruvecOf(folio);
      const nr = folios.nrPages[folio]!;
      if (host.shadowLruvec(folio) !== lruvec) return; // evicted from another memcg or node: nothing to compare with
      const recent = isRecent(lruvec, type, shadowToken(shadow));
      if (recent || !rule.partial) countRefault(host, type, nr);
      if (!recent) return;
      tiers.noteRefaulted(type, reads.tierOfToken(shadowRefs(shadow), shadowWorkingset(shadow)), nr);
      const restored = placement.place(folio, shadow, inFault);
      if (rule.window === "oldest" ? !rule.partial : restored && inFault) {
        countActivate(host, lruvec, type, nr);
      }
      if (!restored) return;
      balance.noteRefault(lruvec, type, nr);
      countRestore(host, type, nr);
    },
  };
}
