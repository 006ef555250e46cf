/*
 * W-TinyLFU: a small window takes everybody in; to get into the main cache, one must have been used more often than the
 * one that has to go for it.
 *
 *   new --> [ window, LRU, 1 % ] --oldest--> more uses than the oldest of probation?
 *                                              | yes: takes its seat         | no
 *                                              v                             v
 *        used --> [ probation, 20 % of main ] --lost its seat-----------> [ out ] --> freed
 *          |         ^ oldest, when full
 *          v         |
 *         [ protected, 80 % of main, LRU ]  used: to the front
 *
 * Uses are counted in a sketch, which remembers pages that are long gone. So a scan gets as far as the end of the window,
 * and what comes back again and again gets in, although no ghost list has kept it.
 *
 * `window` is the window's share of memory. Rounding may leave a seat between probation and protected. Nobody contests it:
 * a use in probation, when both are full, sends the oldest of probation out, and the window's oldest takes the seat
 * free. Much hangs on it when the working set moves, because newcomers have few uses to show.
 * `strict` gives the seat to probation: every seat is contested, one contest for each victim, as in the paper.
 *
 * Differs from the paper, unless strict: the free seat; the window's oldest go on until one loses, so that a winner does
 * not spare the next the contest. In any case: uses in the window are not counted, contests are; counts of 32 bits in 14.4
 * counters a seat (58 bytes), 10 of them for a page, halved after 32 uses in the main cache for each seat (paper: 4 bits, a
 * doorkeeper; they are in the `admission` slot of a cache). Where only accessed bits can be seen, a look at a loser finds one
 * use; in a kernel the first is forgotten (`firstUse`).
 * Differs from libCacheSim: what is out and used before it is freed comes back (there it is a miss).
 * Source: Einziger, Friedman and Manes, TinyLFU: a highly efficient cache admission policy, ACM Trans. Storage 13(4), 2017.
 */
import { FrequencySketch } from "../mechanisms/admission/frequency-sketch.js";
import { PageHashes } from "../mechanisms/admission/page-hashes.js";
import { FILE, type Folio, NIL } from "../mm/folio.js";
import type { Policy } from "../reclaim/ops.js";
import type { ScanControl } from "../reclaim/scan-control.js";
import { booleanOption, shareOption } from "./option.js";

export interface WTinylfuOptions {
  /** Share of memory for the window, above 0 and below 1. Default: 0.01. */
  readonly window?: number;
  /** Every seat of the main cache is contested. Default: false, as in libCacheSim. */
  readonly strict?: boolean;
}

const PROBATION = 0;
const PROTECTED = 1;
const WINDOW = 2;
/** Counters of the sketch for each seat: what a Bloom filter needs that is wrong once in 1000. */
const COUNTERS = -Math.log(0.001) / Math.LN2 ** 2;
/** Lost their seat: the next victims. */
const OUT = 3;

export const wTinylfu = ({ window = 0.01, strict = false }: WTinylfuOptions = {}): Policy => ({
  name: "w-tinylfu",
  options: {
    window: shareOption("w-tinylfu", "window", window, 0, 1),
    strict: booleanOption("w-tinylfu", "strict", strict),
  },
  mechanisms: { firstUse: "forgotten" },
  asks: ["hits"],

  attach(ctx) {
    const lists = ctx.newLists(4, { mixed: true });
    const seats = ctx.nrFrames - Math.max(1, Math.floor(ctx.nrFrames * window));
    const protectedMax = Math.floor(seats * 0.8);
    const probationMax = strict ? seats - protectedMax : Math.max(1, Math.floor(seats * 0.2));
    const sketch = new FrequencySketch(
      { counters: COUNTERS * seats, hashes: 10 },
      new PageHashes(ctx.nrFolios),
    );
    const period = Math.max(1, 32 * seats);
    /** Uses in the main cache until counts are halved. */
    let left = period;
    /** List that a folio was on before it was out. Shape: Uint8Array[nrFolios]. */
    const home = new Uint8Array(ctx.nrFolios);

    function moveOut(folio: Folio): void {
      home[folio] = lists.classOf(folio);
      lists.move(folio, OUT);
    }

    /** Where the main cache takes the next one in. */
    function seat(): number {
      if (lists.nr[PROBATION]! < probationMax || lists.nr[PROTECTED]! >= protectedMax) return PROBATION;
      return PROTECTED;
    }

    /** What is too much in protected falls; what is then too much in probation is out. */
    function settle(): void {
      if (lists.nr[PROTECTED]! <= protectedMax) return;
      lists.move(lists.tail(FILE, PROTECTED), PROBATION);
      if (lists.nr[PROBATION]! > probationMax) moveOut(lists.tail(FILE, PROBATION));
    }

    /** Count a use in the main cache. */
    function count(folio: Folio): void {
      sketch.add(ctx.page(folio));
      if (--left > 0) return;
      left = period;
      sketch.halve();
    }

    /** The window's oldest go for the main cache until somebody is out. */
    function contest(sc: ScanControl): void {
      while (sc.more()) {
        const probed = lists.tail(FILE, PROBATION);
        const holder = probed === NIL ? lists.tail(FILE, PROTECTED) : probed;
        const rival = lists.tail(FILE, WINDOW);
        const held = lists.nr[PROBATION]! + lists.nr[PROTECTED]!;
        if (rival === NIL || held > seats) {
          if (holder !== NIL) moveOut(holder);
          return;
        }
        const free = held < seats;
        const wins = free || (holder !== NIL && uses(rival) > uses(holder));
        sketch.add(ctx.page(rival));
        if (!wins) {
          moveOut(rival);
          return;
        }
        if (!free) moveOut(holder);
        lists.move(rival, seat());
        sc.passOver(rival);
        if (strict && !free) return;
      }
    }

    const uses = (folio: Folio): number => sketch.estimate(ctx.page(folio));

    return {
      place(folio, why) {
        if (why === "new") {
          sketch.add(ctx.page(folio));
          home[folio] = WINDOW;
        }
        if (why === "activated") home[folio] = PROTECTED;
        if (why === "rotated") lists.addTail(folio, OUT);
        else lists.add(folio, home[folio]!);
        settle();
      },
      hit(folio) {
        const list = lists.classOf(folio);
        if (list >= WINDOW) {
          if (list === OUT) sketch.add(ctx.page(folio));
          lists.move(folio, WINDOW);
        } else {
          lists.move(folio, PROTECTED);
          if (list === PROBATION) settle();
          count(folio);
        }
      },
      isolate(sc) {
        while (sc.more()) {
          if (lists.nr[OUT] === 0) contest(sc);
          const folio = lists.tail(FILE, OUT);
          if (folio === NIL || !sc.more()) return;
          if (!sc.take(folio, lists)) lists.move(folio, WINDOW);
        }
      },
      checkReferences(folio) {
        if (ctx.references(folio).vmas === 0) return "reclaim";
        if (home[folio]! < WINDOW) {
          home[folio] = PROTECTED;
          count(folio);
        }
        return "keep";
      },
      inspect: () => ({ size: Array.from(lists.nr) }),
    };
  },
});
