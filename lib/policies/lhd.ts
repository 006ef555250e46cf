/*
 * LHD, least hit density: of a few that are drawn, the folio goes that will bring the fewest hits for the time that it stays.
 *
 *   uses and evictions --> [ by class and age ] --lesson--> density of each class and age
 *                                                              |
 *   32 draws, and the 8 that came in last and looked bad ------+--> least dense -> out
 *
 * The class is how soon the last two uses followed one another. Nothing is assumed about recency or frequency: what to do
 * with an old page, or with one that came back soon, is what became of others like it. One page in 32 is an
 * explorer, which stays, so that something is learned about ages that eviction would never let anybody reach.
 *
 * `samples` is the number of draws for a victim (8 until the 51st lesson); `period` the time between two lessons, in uses and
 * placings; `explorers` the share of memory that explorers may hold.
 *
 * Differs from the paper: one application, one size. With its period, a million, a short trace ends before the first
 * lesson: what is seen then is the rule to start with, which prefers recent pages that were used twice within a short
 * time. Where only accessed bits can be seen, time is in misses and looks that find a use; in a kernel the first is forgotten
 * (`firstUse`). A folio that may not be taken counts as used. Differs from libCacheSim: nothing but the random
 * numbers; with its, the misses are the same until the first lesson; no reference stream is longer.
 * Source: Beckmann, Chen and Cidon, LHD: improving cache hit rate by maximizing hit density, NSDI 2018.
 */
import { FolioBag } from "../mechanisms/folio-bag.js";
import { HitDensity, MAX_AGE, NR_CLASSES } from "../mechanisms/hit-density.js";
import { type Folio, NIL } from "../mm/folio.js";
import type { Policy } from "../reclaim/ops.js";
import { integerOption, shareOption } from "./option.js";

export interface LhdOptions {
  /** Draws for a victim, 1 to 1024. Default: 32. */
  readonly samples?: number;
  /** Uses and placings between two lessons, 16 to 2^30. Default: 2^20. */
  readonly period?: number;
  /** Share of memory that explorers may hold, 0 to 1. Default: 0.01. */
  readonly explorers?: number;
}

/** Lessons until all draws are made, and until explorers end. */
const LEARNED = 50;
const FIRST_SAMPLES = 8;
/** Newcomers that look bad are remembered: so many. */
const NEWCOMERS = 8;
/** One in so many is an explorer, if there is room for one. */
const ONE_IN = 32;
/** Weight of the past in the mean density of victims. */
const DECAY = 0.9;

export const lhd = ({ samples = 32, period = 1 << 20, explorers = 0.01 }: LhdOptions = {}): Policy => ({
  name: "lhd",
  options: {
    samples: integerOption("lhd", "samples", samples, 1, 1024, "draws for a victim"),
    period: integerOption("lhd", "period", period, 16, 2 ** 30, "uses and placings between lessons"),
    explorers: shareOption("lhd", "explorers", explorers, 0, 1),
  },
  mechanisms: { firstUse: "forgotten" },
  asks: ["hits"],

  attach(ctx) {
    const all = ctx.newLists(1, { mixed: true });
    const bag = new FolioBag(ctx.nrFolios);
    const density = new HitDensity();
    /** Time of the last use, age at it, and the class by the last two; 1 for an explorer. Shape: [nrFolios]. */
    const lastUse = new Uint32Array(ctx.nrFolios);
    const lastAge = new Uint16Array(ctx.nrFolios);
    const klass = new Uint8Array(ctx.nrFolios);
    const explorer = new Uint8Array(ctx.nrFolios);
    /** The last newcomers worth a look, and their pages: by now a folio may hold another. */
    const newcomers = new Int32Array(NEWCOMERS).fill(NIL);
    const newPages = new Int32Array(NEWCOMERS);
    let nrNewcomers = 0;
    let now = 0;
    let due = period;
    /** Explorers that there may be yet. */
    let budget = Math.floor(ctx.nrFrames * explorers);
    /** Mean worth of victims, the last ones above all. */
    let usual = 0;

    const age = (folio: Folio): number => density.age(now - lastUse[folio]!);

    function worth(folio: Folio): number {
      const one = density.of(klass[folio]!, age(folio));
      return one >= 0 ? one + explorer[folio]! : one;
    }

    /** A use or a placing, at this time. True if the folio would be an explorer, if there were room. */
    function touch(folio: Folio): boolean {
      lastUse[folio] = now;
      const explores = ctx.random.int(ONE_IN) === 0;
      explorer[folio] = explores && budget > 0 && density.lessons < LEARNED ? 1 : 0;
      budget -= explorer[folio]!;
      return explores;
    }

    function tick(): void {
      now++;
      if (--due > 0) return;
      due = period;
      density.learn(bag.nr);
    }

    function enter(folio: Folio): void {
      lastAge[folio] = 0;
      klass[folio] = 0; // as if its uses were as far apart as can be
      if (!touch(folio) && worth(folio) < usual) {
        const at = nrNewcomers++ % NEWCOMERS;
        newcomers[at] = folio;
        newPages[at] = ctx.page(folio);
      }
      tick();
    }

    function use(folio: Folio): void {
      const at = age(folio);
      density.noteHit(klass[folio]!, at);
      budget += explorer[folio]!;
      klass[folio] = classOf(at + lastAge[folio]!);
      lastAge[folio] = at;
      touch(folio);
      tick();
    }

    /** NIL if it has gone. */
    function newcomer(at: number): Folio {
      const folio = newcomers[at]!;
      return folio !== NIL && bag.has(folio) && ctx.page(folio) === newPages[at] ? folio : NIL;
    }

    function least(): Folio {
      let victim: Folio = NIL;
      let worst = Number.POSITIVE_INFINITY;
      const draws = density.lessons > LEARNED ? samples : Math.min(samples, FIRST_SAMPLES);
      for (let i = 0; i < draws + NEWCOMERS; i++) {
        const folio = i < draws ? bag.draw(ctx.random) : newcomer(i - draws);
        if (folio === NIL) continue;
        const one = worth(folio);
        if (one >= worst) continue;
        worst = one;
        victim = folio;
      }
      usual = DECAY * usual + (1 - DECAY) * worst;
      return victim;
    }

    return {
      place(folio, why) {
        all.add(folio, 0);
        bag.add(folio);
        if (why === "new") enter(folio);
      },
      hit: use,
      isolate(sc) {
        while (bag.nr > 0 && sc.more()) {
          const folio = least();
          if (sc.take(folio, all)) bag.remove(folio);
          else use(folio);
        }
      },
      checkReferences(folio) {
        if (ctx.references(folio).vmas === 0) return "reclaim";
        use(folio);
        return "keep";
      },
      removed(folio) {
        bag.remove(folio);
        budget += explorer[folio]!;
        explorer[folio] = 0;
      },
      evicted(folio) {
        density.noteEviction(klass[folio]!, age(folio));
      },
      inspect: () => ({ lessons: density.lessons, step: 2 ** density.shift }),
    };
  },
});

/** Class of uses that are so far apart, in steps: 0 for the farthest, one more for each halving. */
function classOf(apart: number): number {
  if (apart === 0) return NR_CLASSES - 1;
  let klass = 0;
  for (let steps = apart; steps < MAX_AGE && klass < NR_CLASSES - 1; steps *= 2) klass++;
  return klass;
}
