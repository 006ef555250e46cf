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
 * Source: include/linux/mm_inline.h, lru_gen_add_folio(); mm/vmscan.c, sort_folio(), isolate_folio(), scan_folios(), 6.1,
 * 6.12 and 7.3. The ring: mechanisms/generations.ts; where folios enter it: mechanisms/insertion.ts; how a pass goes:
 * mechanisms/generation-pass.ts.
 */

import { LRU_REFS_FLAGS } from "../mechanisms/generations.js";
import { secondUse } from "../mechanisms/second-use.js";
import type { Settings } from "../mechanisms/settings.js";
import { twoLooks } from "../mechanisms/two-looks.js";
import { BY_FAULT, BY_FD, BY_WALK } from "../mm/access.js";
import { type Folio, type MemType, NIL, PG_EXEC, PG_LRU, PG_REFERENCED } from "../mm/folio.js";
import type { Policy } from "../reclaim/ops.js";
import type { ScanControl } from "../reclaim/scan-control.js";
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
  refault: "flags",
  tiers: "pid",
  balance: "tiers",
  batch: 64,
  retry: "on",
  memcgOrder: "memcg-lru",
  startPriority: "estimate",
};
const IN: Readonly<Record<string, Partial<Settings>>> = {
  "6.1": {
    ...IN_6_12,
    mmMin: 64,
    budget: "abort",
    dirty: "skip",
    memcgOrder: "tree",
    startPriority: "default",
  },
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
  asks: ["balance", "ages", "young", "exec", "insertion", "aging", "budget"],
  mayRunOut: true,

  attach(ctx) {
    const { folios, clock, settings } = ctx;
    const { flags } = folios;
    const ring = ctx.newGenerations(gens, minGens);
    const insertion = ctx.insertion(gens, minGens);
    const pass = ctx.generationPass(ring, scan);
    const { lists } = ring;
    const second = secondUse(folios, ctx.reads, ctx.references);
    const look = twoLooks(folios, ctx.references);
    const twoTouch = settings.young === "second";

    /** Sort and take from the tail of a type's oldest generation. */
    function scan(sc: ScanControl, type: MemType, looks: number): void {
      if (!ring.isEvictable(type)) return;
      const gen = ring.oldest(type);
      sc.sizeBatch(settings.batch, sc.nrLooked + looks);
      while (sc.more()) {
        const folio = lists.tail(type, gen);
        if (folio === NIL) break;
        if (lists.settle(folio, gen)) sc.passOver(folio);
        else if (sc.take(folio, lists)) insertion.isolated(folio);
        else ring.growOlder(folio, insertion.protectAtTail && !sc.busy);
      }
    }

    /** A young neighbour of a victim, found without a walk. */
    function foundBeside(folio: Folio): void {
      const listed = (flags[folio]! & PG_LRU) !== 0;
      if (twoTouch && !second.noteUse(folio, (flags[folio]! & PG_EXEC) !== 0)) return;
      if (!listed) flags[folio]! |= twoTouch ? 0 : PG_REFERENCED;
      else if (folios.klass[folio] === ring.youngest) return;
      else if (!twoTouch && settings.young !== "promote") ctx.youngHit(folio, ring.youngest);
      else {
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

      budget: pass.budget,
      isolate: pass.isolate,

      checkReferences(folio) {
        if (twoTouch) return second.check(folio);
        const seen = (flags[folio]! & PG_REFERENCED) !== 0;
        return folios.mapcount[folio]! > 0 && seen ? "keep" : look(folio);
      },

      inspect: () => ({
        maxSeq: clock.maxSeq,
        minSeq: Array.from(clock.minSeq),
        size: Array.from(lists.nr),
      }),
    };
  },
});
