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
 * The kernels differ in rules that are switches here: how reads are counted (fd), whether a fault or a young PTE proves
 * use (insertion, young), when to age (aging), which type goes first (balance), how much a pass evicts (budget), and
 * what happens to dirty file folios (dirty). 7.3 swaps nearly all of them.
 *
 * `gens` is the most generations at once, and `minGens` how many of them are never evicted.
 *
 * Differs from the kernel: one zone, aging never sleeps.
 * Source: include/linux/mm_inline.h, lru_gen_add_folio(); mm/vmscan.c, sort_folio(), isolate_folio(),
 * scan_folios(), isolate_folios(), evict_folios(), get_nr_to_scan(), 6.1, 6.12 and 7.3. The ring: mechanisms/generations.ts;
 * where folios enter it: mechanisms/insertion.ts.
 */

import { LRU_REFS_FLAGS } from "../mechanisms/generations.js";
import { secondUse } from "../mechanisms/second-use.js";
import type { Settings } from "../mechanisms/settings.js";
import { BY_FAULT, BY_FD, BY_WALK } from "../mm/access.js";
import {
  ANON,
  FILE,
  type Folio,
  type MemType,
  NIL,
  PG_DIRTY,
  PG_EXEC,
  PG_LRU,
  PG_RECLAIM,
  PG_REFERENCED,
  PG_WRITEBACK,
  PG_YOUNG,
} from "../mm/folio.js";
import type { Policy, Verdict } from "../reclaim/ops.js";
import { DEF_PRIORITY, MAX_BATCH, MAX_LOOKS, type ScanControl } from "../reclaim/scan-control.js";
import { integerOption } from "./option.js";

export interface MglruOptions {
  /** Most generations at once (MAX_NR_GENS), 2 to 8. Default: 4. */
  readonly gens?: number;
  /** Generations that are never evicted (MIN_NR_GENS), 1 to gens - 1. Default: 2. */
  readonly minGens?: number;
}

/** 6.12, and what the other two do otherwise. */
const IN_6_12: Partial<Settings> = {
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
  memcgOrder: "memcg-lru",
  startPriority: "estimate",
};
const IN: Readonly<Record<string, Partial<Settings>>> = {
  "6.1": { ...IN_6_12, budget: "abort", dirty: "skip", memcgOrder: "tree", startPriority: "default" },
  "7.3": {
    ...IN_6_12,
    fd: "refs-hot",
    young: "second",
    workingset: "generations-4",
    tiers: "pid-wide",
    balance: "tier-sums",
    insertion: "marked",
    aging: "count",
    budget: "exact",
  },
};

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
  mechanisms: (profile) => IN[profile] ?? IN_6_12,
  asks: ["balance", "ages", "young", "exec", "insertion", "aging", "budget", "dirty"],

  attach(ctx) {
    const { folios, clock, settings, balance } = ctx;
    const { flags } = folios;
    const { minSeq } = clock;
    const ring = ctx.newGenerations(gens, minGens);
    const insertion = ctx.insertion(gens, minGens);
    const { lists } = ring;
    const { noteUse } = secondUse(folios, ctx.reads);
    const exact = settings.budget === "exact";
    const twoTouch = settings.young === "second";
    const canSwap = (sc: ScanControl): boolean => ctx.canReclaim(ANON) && sc.swappiness > 0;
    /** Of the pass that is on: its budget, the generation clock at its start, and whether it took anonymous folios. */
    let passBudget = 0;
    let seqAtStart = 0;
    let swapping = false;

    /** The older generation first, if the balance minds; on a tie swappiness 1 and 200 say it, else the balance. */
    function typeToScan(sc: ScanControl): MemType {
      if (balance.olderFirst && minSeq[ANON]! < minSeq[FILE]!) return ANON;
      if (sc.swappiness === 1) return FILE;
      return sc.swappiness === 200 ? ANON : balance.pick(ctx.lruvec, sc.swappiness);
    }

    /** A dirty file folio that is passed over: up one generation, to be found again when it is written. */
    function skipDirty(sc: ScanControl, folio: Folio, type: MemType): boolean {
      if (settings.dirty !== "skip") return false;
      const busy = type === FILE ? PG_DIRTY | PG_WRITEBACK : PG_WRITEBACK;
      if ((flags[folio]! & busy) === 0) return false;
      ring.growOlder(folio, false);
      flags[folio]! |= PG_RECLAIM;
      if (type === FILE) ctx.passedOver(folio);
      sc.passOver(folio);
      return true;
    }

    /** Sort and take from the tail of a type's oldest generation. */
    function scanType(sc: ScanControl, type: MemType, looks: number): void {
      if (!ring.isEvictable(type)) return;
      const gen = ring.oldest(type);
      sc.sizeBatch(MAX_BATCH, sc.nrLooked + looks);
      while (sc.more()) {
        const folio = lists.tail(type, gen);
        if (folio === NIL) break;
        if (lists.settle(folio, gen)) sc.passOver(folio);
        else if (skipDirty(sc, folio, type)) continue;
        else if (sc.take(folio, lists)) insertion.isolated(folio);
        else ring.growOlder(folio, insertion.protectAtTail);
      }
      if (type === ANON && sc.nrTaken > 0) swapping = true;
    }

    /** 7.3: at most the batch's pages; a second try on the other type only if the first met nothing. */
    function isolateExactly(sc: ScanControl, both: boolean): void {
      const left = Math.min(MAX_BATCH, passBudget);
      ring.catchUp(both);
      let type = both ? typeToScan(sc) : FILE;
      for (let attempt = 0; attempt < (both ? 2 : 1) && sc.nrTaken === 0; attempt++) {
        const before = sc.nrLooked;
        ctx.tiers.update(type);
        scanType(sc, type, left);
        if (sc.nrLooked === before) type = type === ANON ? FILE : ANON;
      }
      if (sc.nrLooked > 0) ring.catchUp(both);
      passBudget -= sc.nrLooked;
    }

    function age(sc: ScanControl): void {
      ctx.walk(canSwap(sc));
      ring.advance(canSwap(sc));
    }

    /** Pages of this pass. Ages before, or instead. */
    function budget(sc: ScanControl): number {
      const first = sc.nrBatches === 0;
      if (first) ctx.drain();
      const abort = settings.budget === "abort";
      const aging = ring.needAging(canSwap(sc), abort);
      const part = Math.floor((exact ? ctx.unprotected(ring.total) : ring.total) / 2 ** sc.priority);
      if (!first && sc.isDone(ctx.lruvec.node)) return 0;
      if (first) [passBudget, seqAtStart, swapping] = [part, clock.maxSeq, false];
      if (exact) {
        if (passBudget <= 0 || (!first && sc.nrReclaimed >= sc.nrToReclaim)) return 0;
        if (aging && (sc.priority < DEF_PRIORITY || ring.isStuck(canSwap(sc)))) age(sc);
        return Number.MAX_SAFE_INTEGER; // passBudget ends it
      }
      if (abort && !first) {
        if (clock.maxSeq - seqAtStart > 1 || (swapping && sc.nrReclaimed >= sc.nrToReclaim)) return 0;
      }
      if (aging && sc.priority === DEF_PRIORITY && !ring.isEvictable(canSwap(sc) ? ANON : FILE)) return 0;
      if (!aging || sc.priority === DEF_PRIORITY) return part;
      age(sc);
      return abort ? part : 0; // 6.12: out of cold folios, the next priority evicts
    }

    /** The tail's verdict where a second use must prove the first. */
    function checkTwice(folio: Folio): Verdict {
      const { vmas, exec } = ctx.references(folio);
      flags[folio]! &= ~PG_YOUNG;
      if (vmas === 0) return "reclaim";
      return noteUse(folio, exec) ? "activate" : "keep";
    }

    /** A young neighbour of a victim, found without a walk. */
    function foundBeside(folio: Folio): void {
      const listed = (flags[folio]! & PG_LRU) !== 0;
      if (twoTouch && !noteUse(folio, (flags[folio]! & PG_EXEC) !== 0)) return;
      if (!listed) flags[folio]! |= twoTouch ? 0 : PG_REFERENCED;
      else if (folios.klass[folio] !== ring.youngest) {
        if (!twoTouch) flags[folio]! &= ~LRU_REFS_FLAGS;
        ctx.activate(folio);
      }
    }

    return {
      place(folio, why) {
        if (why === "kept") insertion.keep(folio);
        const klass = ring.of(insertion.seqFor(folio, why === "rotated"));
        insertion.placed(folio);
        if (why === "rotated") lists.addTail(folio, klass);
        else lists.add(folio, klass);
      },

      accessed(folio, source) {
        if (source === BY_FD) return; // the counts on the folio say it
        if (source === BY_FAULT) insertion.admit(folio);
        else if (source !== BY_WALK) foundBeside(folio);
        else if (twoTouch) ctx.youngHit(folio, ring.youngest);
        else if ((flags[folio]! & PG_LRU) === 0) flags[folio]! |= PG_REFERENCED;
        else {
          if (folios.klass[folio] !== ring.youngest) ctx.youngHit(folio, ring.youngest);
          if (folios.klass[folio] === ring.youngest) flags[folio]! &= ~LRU_REFS_FLAGS;
        }
      },

      budget,

      isolate(sc) {
        const both = canSwap(sc);
        if (exact) return isolateExactly(sc, both);
        const type = both ? typeToScan(sc) : FILE;
        scanType(sc, type, MAX_LOOKS);
        if (sc.nrTaken === 0 && sc.more() && both) {
          const other: MemType = type === ANON ? FILE : ANON;
          sc.nrLooked = 0;
          ctx.tiers.update(other);
          scanType(sc, other, MAX_LOOKS);
        }
        if (sc.nrTaken === 0 && sc.more()) sc.nrLooked = 0; // sorting alone is no progress
        if (ring.catchUp(both)) sc.look(1);
        if (!ring.isEvictable(both ? ANON : FILE)) sc.stop();
      },

      checkReferences(folio) {
        if (twoTouch) return checkTwice(folio);
        const seen = (flags[folio]! & PG_REFERENCED) !== 0;
        if (folios.mapcount[folio]! > 0 && seen) return "keep";
        const { vmas, exec } = ctx.references(folio);
        const marked = (flags[folio]! & PG_REFERENCED) !== 0; // 6.1: look-around marks the victim itself
        flags[folio]! &= ~(PG_REFERENCED | PG_YOUNG);
        if (vmas === 0) return "reclaim";
        flags[folio]! |= PG_REFERENCED;
        return seen || marked || vmas > 1 || (exec && folios.type(folio) === FILE) ? "activate" : "keep";
      },

      inspect: () => ({ maxSeq: clock.maxSeq, minSeq: Array.from(minSeq), size: Array.from(lists.nr) }),
    };
  },
});
