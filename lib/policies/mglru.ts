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
 * Source: mm/vmscan.c, lru_gen_add_folio(), sort_folio(), isolate_folio(), scan_folios(), isolate_folios(),
 * evict_folios(), should_run_aging(), inc_max_seq(), try_to_inc_min_seq(), 6.12.
 */
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
  PG_WORKINGSET,
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

const REFS = LRU_REFS_MASK | PG_REFERENCED | PG_WORKINGSET;

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
    workingset: "generations",
    tiers: "pid",
    balance: "tiers",
  },
  asks: ["balance", "ages"],

  attach(ctx) {
    ctx.driveClock();
    const { folios, clock } = ctx;
    const { flags } = folios;
    const { minSeq } = clock;
    const lists = ctx.newLists(gens);
    clock.maxSeq = gens - 1;
    const genOf = (seq: number): number => seq % gens;
    setActiveGens();

    /** The two youngest generations count as active. */
    function setActiveGens(): void {
      for (let g = 0; g < gens; g++) {
        lists.setActive(g, g === genOf(clock.maxSeq) || (gens > 2 && g === genOf(clock.maxSeq - 1)));
      }
    }

    function seqFor(folio: Folio, rotated: boolean): number {
      const now = flags[folio]!;
      const type = folios.type(folio);
      const oldest = minSeq[type]!;
      if ((now & PG_ACTIVE) !== 0) return clock.maxSeq;
      const pending = (now & PG_RECLAIM) !== 0 && (now & (PG_DIRTY | PG_WRITEBACK)) !== 0;
      if ((type === ANON && !rotated) || pending) return Math.max(clock.maxSeq - 1, oldest);
      return rotated || oldest + minGens >= clock.maxSeq ? oldest : oldest + 1;
    }

    /** The oldest generation of a type is used up. */
    function retire(type: MemType): void {
      minSeq[type]!++;
      ctx.tiers.carryOver(type);
    }

    /** Move what is left in the oldest generation one up, so that its list can become the youngest. */
    function emptyOldest(type: MemType): void {
      const gen = genOf(minSeq[type]!);
      for (let folio = lists.tail(type, gen); folio !== NIL; folio = lists.tail(type, gen))
        growOlder(folio, gen);
      retire(type);
    }

    /** One generation up, at its tail; already promoted folios go where they belong. */
    function growOlder(folio: Folio, gen: number): void {
      const type = folios.type(folio);
      if (folios.klass[folio] !== gen) {
        lists.move(folio, folios.klass[folio]!, true);
        return;
      }
      flags[folio]! &= ~REFS;
      lists.move(folio, genOf(minSeq[type]! + 1), true);
    }

    /** Start a new youngest generation, after a walk has flagged what is young. Kernel: inc_max_seq(). */
    function age(): void {
      ctx.walk();
      for (const type of [FILE, ANON] as const) {
        if (clock.nrGens(type) === gens) {
          if (type === ANON && !ctx.canReclaim(ANON)) retire(type);
          else emptyOldest(type);
        }
      }
      clock.maxSeq++;
      setActiveGens();
    }

    /** Retire empty oldest generations; file never runs behind anon. True if any was. */
    function catchUp(canSwap: boolean): boolean {
      const next = [minSeq[ANON]!, minSeq[FILE]!] as [number, number];
      for (const type of canSwap ? ([ANON, FILE] as const) : ([FILE] as const)) {
        while (next[type] + minGens <= clock.maxSeq && lists.isEmpty(type, genOf(next[type]))) next[type]++;
      }
      if (canSwap) {
        next[ANON] = Math.min(next[ANON], next[FILE]);
        next[FILE] = Math.max(next[ANON], minSeq[FILE]!);
      }
      let advanced = false;
      for (const type of canSwap ? ([ANON, FILE] as const) : ([FILE] as const)) {
        if (next[type] === minSeq[type]) continue;
        ctx.tiers.carryOver(type);
        minSeq[type] = next[type];
        advanced = true;
      }
      return advanced;
    }

    /** Is there too little to evict, or too much in the youngest generation? Kernel: should_run_aging(). */
    function shouldAge(canSwap: boolean): { age: boolean; total: number } {
      const oldest = minSeq[canSwap ? ANON : FILE]!;
      if (oldest + minGens > clock.maxSeq) return { age: true, total: 0 };
      let young = 0;
      let old = 0;
      let total = 0;
      for (const type of canSwap ? ([ANON, FILE] as const) : ([FILE] as const)) {
        for (let seq = minSeq[type]!; seq <= clock.maxSeq; seq++) {
          const size = lists.size(type, genOf(seq));
          total += size;
          if (seq === clock.maxSeq) young += size;
          else if (seq + minGens === clock.maxSeq) old += size;
        }
      }
      if (oldest + minGens < clock.maxSeq) return { age: false, total };
      return { age: young * minGens > total || old * (minGens + 2) < total, total };
    }

    function scanType(sc: ScanControl, type: MemType): void {
      if (clock.nrGens(type) === minGens) return;
      const gen = genOf(minSeq[type]!);
      sc.sizeBatch(MAX_BATCH, MAX_LOOKS);
      while (sc.more()) {
        const folio = lists.tail(type, gen);
        if (folio === NIL) break;
        if (lists.settle(folio, gen)) sc.passOver(folio);
        else if (sc.take(folio, lists)) {
          if ((flags[folio]! & PG_REFERENCED) === 0) flags[folio]! &= ~REFS;
          flags[folio]! &= ~PG_REFERENCED;
        } else growOlder(folio, gen);
      }
    }

    return {
      place(folio, why) {
        const pending =
          (flags[folio]! & PG_RECLAIM) !== 0 && (flags[folio]! & (PG_DIRTY | PG_WRITEBACK)) !== 0;
        if (why === "kept" && !pending) flags[folio] = (flags[folio]! & ~REFS) | PG_ACTIVE;
        const seq = seqFor(folio, why === "rotated");
        if ((flags[folio]! & PG_ACTIVE) !== 0) flags[folio]! &= ~(LRU_REFS_MASK | PG_REFERENCED | PG_ACTIVE);
        if (why === "rotated") lists.addTail(folio, genOf(seq));
        else lists.add(folio, genOf(seq));
      },

      accessed(folio, source) {
        if (source === BY_FD) return; // the counts on the folio say it
        if (source === BY_FAULT) flags[folio]! |= PG_ACTIVE;
        else if ((flags[folio]! & PG_LRU) === 0) flags[folio]! |= PG_REFERENCED;
        else if (folios.klass[folio] !== genOf(clock.maxSeq) || source === BY_WALK) {
          flags[folio]! &= ~REFS;
          if (source === BY_WALK) ctx.promote(folio, genOf(clock.maxSeq));
          else ctx.activate(folio);
        }
      },

      budget(sc) {
        const canSwap = ctx.canReclaim(ANON) && sc.swappiness > 0;
        const { age: wanted, total } = shouldAge(canSwap);
        if (!wanted || sc.priority === DEF_PRIORITY) return Math.floor(total / 2 ** sc.priority);
        age();
        return 0; // out of cold folios: the next priority evicts
      },

      isolate(sc) {
        const canSwap = ctx.canReclaim(ANON) && sc.swappiness > 0;
        const type: MemType = !canSwap
          ? FILE
          : minSeq[ANON]! < minSeq[FILE]!
            ? ANON
            : ctx.balance.pick(ctx.lruvec, sc.swappiness);
        scanType(sc, type);
        if (sc.nrTaken === 0 && sc.more() && canSwap) {
          const other: MemType = type === ANON ? FILE : ANON;
          ctx.tiers.update(other);
          scanType(sc, other);
        }
        if (sc.nrTaken === 0 && sc.more()) sc.nrLooked = 0; // sorting alone is no progress
        if (catchUp(canSwap)) sc.look(1);
        if (clock.nrGens(canSwap ? ANON : FILE) === minGens) sc.stop();
      },

      checkReferences(folio) {
        const seen = flags[folio]!;
        if (folios.mapcount[folio]! > 0 && (seen & PG_REFERENCED) !== 0) return "keep";
        const { vmas, exec } = ctx.references(folio);
        flags[folio]! &= ~(PG_REFERENCED | PG_YOUNG);
        const referenced = (seen & PG_REFERENCED) !== 0;
        const file = folios.type(folio) === FILE;
        if (vmas === 0) return referenced && file ? "reclaim-clean" : "reclaim";
        flags[folio]! |= PG_REFERENCED;
        return referenced || vmas > 1 || (exec && file) ? "activate" : "keep";
      },

      inspect: () => ({ maxSeq: clock.maxSeq, minSeq: Array.from(minSeq), size: Array.from(lists.nr) }),
    };
  },
});
