/*
 * MGLRU: generations instead of two lists, and age as a number on the folio.
 *
 *   max_seq   [ youngest  ]  <- faulted in; found young by a walk (flag only); kept at the tail
 *             [           ]
 *   min_seq+1 [           ]  <- protected tiers; read through a descriptor
 *   min_seq   [ oldest    ]  -> sorted: younger by flag? to its generation. Protected tier? one up. Else out.
 *
 * Aging walks the page tables, flags what is young, and starts a new youngest generation: everything else
 * has grown older without being touched. Eviction empties the oldest generation; the last two are never
 * evicted, so it must wait for aging. What the walk missed, the reference check at the tail finds, with
 * look-around for its neighbours. Types have clocks of their own; the one with older pages goes first, and
 * on a tie the tiers' controller chooses.
 *
 * `gens` is the most generations at once, and `minGens` how many of them are never evicted.
 *
 * Differs from the kernel: one zone, aging never sleeps, no memcg LRU (limit reclaim does not use it).
 * Source: include/linux/mm_inline.h, lru_gen_add_folio(); mm/vmscan.c, sort_folio(), isolate_folio(),
 * scan_folios(), isolate_folios(), evict_folios(), get_nr_to_scan(), 6.12. The ring itself: mechanisms/generations.ts.
 */

import { LRU_REFS_FLAGS } from "../mechanisms/generations.js";
import { BY_FAULT, BY_FD, BY_WALK } from "../mm/access.js";
import {
  ANON,
  FILE,
  type Folio,
  LRU_REFS_MASK,
  type MemType,
  NIL,
  PG_ACTIVE,
  PG_DIRTY,
  PG_LRU,
  PG_RECLAIM,
  PG_REFERENCED,
  PG_WRITEBACK,
  PG_YOUNG,
} from "../mm/folio.js";
import type { Policy } from "../reclaim/ops.js";
import { DEF_PRIORITY, MAX_BATCH, MAX_LOOKS, type ScanControl } from "../reclaim/scan-control.js";
import { integerOption } from "./option.js";

export interface MglruOptions {
  /** Most generations at once (MAX_NR_GENS), 2 to 8. Default: 4. */
  readonly gens?: number;
  /** Generations that are never evicted (MIN_NR_GENS), 1 to gens - 1. Default: 2. */
  readonly minGens?: number;
}

export const mglru = ({ gens = 4, minGens = 2 }: MglruOptions = {}): Policy => ({
  name: "mglru",
  options: {
    gens: integerOption("mglru", "gens", gens, 2, 8, "generations at once"),
    minGens: integerOption(
      "mglru",
      "minGens",
      minGens,
      1,
      gens - 1,
      "of them never evicted, fewer than gens",
    ),
  },
  mechanisms: {
    walk: "on",
    nonleaf: "on",
    filter: "bloom",
    lookaround: 64,
    fd: "refs",
    ages: "flags",
    young: "promote",
    workingset: "generations",
    tiers: "pid",
    balance: "tiers",
  },
  asks: ["balance", "ages", "young"],

  attach(ctx) {
    const { folios, clock } = ctx;
    const { flags } = folios;
    const { minSeq } = clock;
    const ring = ctx.newGenerations(gens, minGens);
    const { lists } = ring;
    const canSwap = (sc: ScanControl): boolean => ctx.canReclaim(ANON) && sc.swappiness > 0;

    /** Reclaim wants it, and it is not written yet. */
    function isPending(folio: Folio): boolean {
      return (flags[folio]! & PG_RECLAIM) !== 0 && (flags[folio]! & (PG_DIRTY | PG_WRITEBACK)) !== 0;
    }

    /** The generation that a folio enters. */
    function seqFor(folio: Folio, rotated: boolean): number {
      const type = folios.type(folio);
      const oldest = minSeq[type]!;
      if ((flags[folio]! & PG_ACTIVE) !== 0) return clock.maxSeq;
      if ((type === ANON && !rotated) || isPending(folio)) return Math.max(clock.maxSeq - 1, oldest);
      return rotated || oldest + minGens >= clock.maxSeq ? oldest : oldest + 1;
    }

    /** The older generation first; on a tie swappiness 1 and 200 say it, else the balance. */
    function typeToScan(sc: ScanControl): MemType {
      if (minSeq[ANON]! < minSeq[FILE]!) return ANON;
      if (sc.swappiness === 1) return FILE;
      return sc.swappiness === 200 ? ANON : ctx.balance.pick(ctx.lruvec, sc.swappiness);
    }

    /** Sort and take from the tail of a type's oldest generation. */
    function scanType(sc: ScanControl, type: MemType): void {
      if (!ring.isEvictable(type)) return;
      const gen = ring.oldest(type);
      sc.sizeBatch(MAX_BATCH, MAX_LOOKS);
      while (sc.more()) {
        const folio = lists.tail(type, gen);
        if (folio === NIL) break;
        if (lists.settle(folio, gen)) sc.passOver(folio);
        else if (sc.take(folio, lists)) {
          if ((flags[folio]! & PG_REFERENCED) === 0) flags[folio]! &= ~LRU_REFS_FLAGS;
          flags[folio]! &= ~PG_REFERENCED;
        } else ring.growOlder(folio);
      }
    }

    return {
      place(folio, why) {
        if (why === "kept" && !isPending(folio)) flags[folio] = (flags[folio]! & ~LRU_REFS_FLAGS) | PG_ACTIVE;
        const klass = ring.of(seqFor(folio, why === "rotated"));
        if ((flags[folio]! & PG_ACTIVE) !== 0) flags[folio]! &= ~(LRU_REFS_MASK | PG_REFERENCED | PG_ACTIVE);
        if (why === "rotated") lists.addTail(folio, klass);
        else lists.add(folio, klass);
      },

      accessed(folio, source) {
        if (source === BY_FD) return; // the counts on the folio say it
        if (source === BY_FAULT) flags[folio]! |= PG_ACTIVE;
        else if ((flags[folio]! & PG_LRU) === 0) flags[folio]! |= PG_REFERENCED;
        else if (source === BY_WALK) {
          const before = folios.klass[folio];
          if (before !== ring.youngest) ctx.youngHit(folio, ring.youngest);
          if (folios.klass[folio] === ring.youngest) flags[folio]! &= ~LRU_REFS_FLAGS;
        } else if (folios.klass[folio] !== ring.youngest) {
          flags[folio]! &= ~LRU_REFS_FLAGS;
          ctx.activate(folio);
        }
      },

      budget(sc) {
        if (sc.nrBatches === 0) ctx.drain();
        const aging = ring.needAging(canSwap(sc));
        if (!aging || sc.priority === DEF_PRIORITY) return Math.floor(ring.total / 2 ** sc.priority);
        ctx.walk(canSwap(sc));
        ring.advance(canSwap(sc));
        return 0; // out of cold folios: the next priority evicts
      },

      isolate(sc) {
        const both = canSwap(sc);
        const type = both ? typeToScan(sc) : FILE;
        scanType(sc, type);
        if (sc.nrTaken === 0 && sc.more() && both) {
          const other: MemType = type === ANON ? FILE : ANON;
          sc.nrLooked = 0;
          ctx.tiers.update(other);
          scanType(sc, other);
        }
        if (sc.nrTaken === 0 && sc.more()) sc.nrLooked = 0; // sorting alone is no progress
        if (ring.catchUp(both)) sc.look(1);
        if (!ring.isEvictable(both ? ANON : FILE)) sc.stop();
      },

      checkReferences(folio) {
        const seen = (flags[folio]! & PG_REFERENCED) !== 0;
        if (folios.mapcount[folio]! > 0 && seen) return "keep";
        const { vmas, exec } = ctx.references(folio);
        flags[folio]! &= ~(PG_REFERENCED | PG_YOUNG);
        const file = folios.type(folio) === FILE;
        if (vmas === 0) return "reclaim";
        flags[folio]! |= PG_REFERENCED;
        return seen || vmas > 1 || (exec && file) ? "activate" : "keep";
      },

      inspect: () => ({ maxSeq: clock.maxSeq, minSeq: Array.from(minSeq), size: Array.from(lists.nr) }),
    };
  },
});
