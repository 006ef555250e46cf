/*
 * The generation window: a refault matters if the generation that the page was evicted from is recent enough. No
 * distance, no list sizes; the token is min_seq at eviction with the count of reads.
 *
 *   oldest  (6.1, 6.12)  still the oldest generation of its type: min_seq then = min_seq now
 *   recent  (7.3)        within the ring: |max_seq now - min_seq then| < 4
 *
 * A recent refault counts against its tier. Placement, on generations, is left to the flags: with `oldest` a page that came
 * back in a fault, or that had been read often, starts with full counts (a restore); with `recent` one that was WORKINGSET is
 * so again (a restore), others get their counts back. A policy without generations gets ACTIVE, and a restore is what it is
 * elsewhere: a page that had been active. A restore is a cost to the balance, as with refault distance.
 *
 * Differs from the kernel: 6.1 counts only recent refaults in workingset_refault_*, and its workingset_activate_* counts
 * protected pages; `partial` does the first.
 * Source: mm/workingset.c, lru_gen_eviction(), lru_gen_test_recent(), lru_gen_refault(), 6.1, 6.12 and 7.3.
 */
import {
  type Folio,
  LRU_REFS_MASK,
  LRU_REFS_SHIFT,
  PG_ACTIVE,
  PG_READ_TWICE,
  PG_WORKINGSET,
} from "../../mm/folio.js";
import type { Lruvec } from "../../mm/lruvec.js";
import type { Balance } from "../balance/balance.js";
import type { Host } from "../host.js";
import type { Tiers } from "../tiers.js";
import { countActivate, countRefault, countRestore } from "./count.js";
import { packShadow, shadowRefs, shadowToken, shadowWorkingset, TOKEN_MASK } from "./shadow.js";
import type { Workingset } from "./workingset.js";

/** Reads beyond the first from which a refaulting page counts as hot (BIT(LRU_REFS_WIDTH) - 1). */
const HOT_REFS = 3;
/** Generations that count as recent (MAX_NR_GENS). */
const WINDOW = 4;

export interface WindowRule {
  /** Which tokens are recent. */
  readonly window: "oldest" | "recent";
  /** Refaults that are not recent are not counted at all (6.1). */
  readonly partial: boolean;
}

export function generationWindow(host: Host, tiers: Tiers, balance: Balance, rule: WindowRule): Workingset {
  const { folios, reads } = host;

  function isRecent(lruvec: Lruvec, type: number, token: number): boolean {
    if (rule.window === "oldest") return token === (lruvec.clock.minSeq[type]! & TOKEN_MASK);
    return Math.abs((lruvec.clock.maxSeq & TOKEN_MASK) - token) < WINDOW;
  }

  /** Put on the folio what its shadow remembers. True: a restore. */
  function restore(folio: Folio, shadow: number, inFault: boolean): boolean {
    const refs = shadowRefs(shadow);
    if (!host.hasGenerations(host.lruvecOf(folio))) {
      folios.flags[folio]! |= PG_ACTIVE;
      if (shadowWorkingset(shadow)) folios.flags[folio]! |= PG_WORKINGSET;
      return shadowWorkingset(shadow);
    }
    if (rule.window === "oldest") {
      const hot = inFault || refs >= HOT_REFS;
      if (hot) folios.flags[folio]! |= LRU_REFS_MASK | PG_READ_TWICE;
      return hot;
    }
    if (shadowWorkingset(shadow)) folios.flags[folio]! |= PG_WORKINGSET;
    else folios.flags[folio] = (folios.flags[folio]! & ~LRU_REFS_MASK) | (refs << LRU_REFS_SHIFT);
    return shadowWorkingset(shadow);
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
      const restored = restore(folio, shadow, inFault);
      if (rule.window === "oldest" ? !rule.partial : restored && inFault) {
        countActivate(host, lruvec, type, nr);
      }
      if (!restored) return;
      balance.noteRefault(lruvec, type, nr);
      countRestore(host, type, nr);
    },
  };
}
