/*
 * CLOCK-Pro: LIRS on one clock. Reuse distances are compared by what the hands pass, so a hit does nothing but set a bit.
 *
 *   newest  c  h  n  c  h  h  n  c  h  oldest <- HAND_hot      h  hot, resident
 *                 ^ HAND_test  ^ HAND_cold                     c  cold, resident; n  cold, a ghost; both may be in test
 *
 *   HAND_cold  at c:  not used -> out, a ghost while it is in test;  used in test -> hot;  used -> newest, in test again
 *   HAND_hot   at h:  not used -> cold;  used -> newest.  Of what else it passes, the test ends
 *   HAND_test         ends tests, once there are more ghosts than memory has pages
 *   new -> newest, cold, in test;   comes back while a ghost -> newest, hot
 *
 * The test of a page lasts until HAND_hot has passed it: used within that time it came back sooner than the coldest hot page
 * did. Each test that is passed gives one page more to the cold, each that ends gives one more to the hot.
 *
 * While memory fills, what comes in is hot until the hot have their share.
 *
 * The circle is an ordered list that is cut at HAND_hot, so that hand is always at the oldest, and passing a page makes it the
 * newest. Resident cold pages have a list of their own in the same order, where HAND_cold finds the next at once.
 *
 * `cold` is the share of memory that cold pages have at first.
 *
 * Differs from the paper: HAND_hot runs when the next victim is looked for, and not before. Cold pages have room for a run
 * of reclaim, in a kernel 63, where the first use is forgotten (`firstUse`).
 * Source: Jiang, Chen and Zhang, CLOCK-Pro: an effective improvement of the CLOCK replacement, USENIX ATC 2005.
 */
import { FILE, type Folio, NIL } from "../mm/folio.js";
import type { Policy } from "../reclaim/ops.js";
import type { ScanControl } from "../reclaim/scan-control.js";
import { shareOption } from "./option.js";

export interface ClockProOptions {
  /** Share of memory for cold pages at first, 0 to 1; at least one page. Default: 0.01. */
  readonly cold?: number;
}

const COLD = 0;
const HOT = 1;
/** Pages for which the cold have room in a kernel: a run of direct reclaim takes 32, and as many but one may be on their way in. */
const A_RUN = 63;
/** Status of a cold folio in its test period; else it is that of its list. */
const IN_TEST = 2;

export const clockPro = ({ cold = 0.01 }: ClockProOptions = {}): Policy => ({
  name: "clock-pro",
  options: { cold: shareOption("clock-pro", "cold", cold, 0, 1) },
  mechanisms: { firstUse: "forgotten" },
  asks: [],

  attach(ctx) {
    const lists = ctx.newLists(2, { mixed: true });
    /** The circle. A memo is the page's folio, or NIL for a ghost. */
    const circle = ctx.newGhosts();
    const max = ctx.nrFrames;
    /** COLD, HOT or IN_TEST. Shape: Uint8Array[nrFolios]. */
    const status = new Uint8Array(ctx.nrFolios);
    /** Pages that cold folios may take, and the least of it. */
    let coldMax = Math.max(1, Math.floor(max * cold));
    let coldMin = 1;
    /** A folio of the list COLD, and a page of the circle; NIL: at the oldest. */
    let handCold: Folio = NIL;
    let handTest = NIL;
    /** Nothing was reclaimed so far. */
    let filling = true;

    const nrGhosts = (): number => circle.size() - lists.nr[COLD]! - lists.nr[HOT]!;

    function adapt(by: number): void {
      coldMax = Math.max(coldMin, Math.min(coldMax + by, max - 1));
    }

    /** Take a page out of the circle. */
    function leave(page: number): void {
      if (handTest === page) handTest = circle.newer(page);
      circle.remove(page);
    }

    /** Make a resident page the newest of the circle. */
    function enter(page: number, folio: Folio): void {
      leave(page);
      circle.add(page);
      circle.setMemo(page, folio);
    }

    /** The folio of a page of the circle; NIL for a ghost, and where reclaim has the folio in hand. */
    function folioOf(page: number): Folio {
      const folio = circle.memo(page);
      return folio !== NIL && lists.has(folio) && ctx.page(folio) === page ? folio : NIL;
    }

    /** The test of a page that is not hot is over. A ghost is forgotten. */
    function endTest(page: number, folio: Folio): void {
      if (folio === NIL) leave(page);
      else if (status[folio] !== IN_TEST) return;
      else status[folio] = COLD;
      adapt(-1);
    }

    /** HAND_hot: turn one hot folio that is not used into a cold one. */
    function runHot(sc: ScanControl): void {
      while (sc.more()) {
        const page = circle.oldest();
        if (page === NIL) return;
        const folio = folioOf(page);
        const hot = folio !== NIL && lists.classOf(folio) === HOT;
        if (!hot) endTest(page, folio);
        if (folio === NIL) continue;
        enter(page, folio);
        sc.passOver(folio);
        if (!hot) lists.move(folio, COLD);
        else if (ctx.references(folio).vmas === 0) {
          status[folio] = COLD;
          lists.move(folio, COLD);
          return;
        }
      }
    }

    /** HAND_test: end tests, from the oldest on, until ghosts are few enough. */
    function runTest(): void {
      for (let left = circle.size(); left > 0 && nrGhosts() > max; left--) {
        if (handTest === NIL || !circle.has(handTest)) handTest = circle.oldest();
        const page = handTest;
        const folio = folioOf(page);
        handTest = circle.newer(page);
        if (folio === NIL || lists.classOf(folio) === COLD) endTest(page, folio);
      }
    }

    /** A page comes in. */
    function admit(folio: Folio): void {
      const page = ctx.page(folio);
      const returns = circle.has(page) && circle.memo(page) === NIL;
      status[folio] = returns || (filling && lists.nr[HOT]! < max - coldMax) ? HOT : IN_TEST;
      if (returns) adapt(1);
      leave(page);
      runTest();
    }

    return {
      place(folio, why) {
        if (why === "new") admit(folio);
        else if (why === "activated") status[folio] = HOT;
        else if (why === "rotated") status[folio] = COLD;
        enter(ctx.page(folio), folio);
        if (why !== "rotated") lists.add(folio, status[folio] === HOT ? HOT : COLD);
        else {
          if (handCold === NIL) lists.addTail(folio, COLD);
          else lists.addBehind(folio, handCold, COLD);
          handCold = folio;
        }
      },
      isolate(sc) {
        filling = false;
        coldMin = Math.min(2 * sc.nrToReclaim - 1, A_RUN, Math.ceil(max / 2));
        adapt(0);
        while (sc.more()) {
          const hotMax = lists.nr[COLD] === 0 ? 0 : max - coldMax;
          if (lists.nr[HOT]! > hotMax && circle.size() > 0) {
            runHot(sc);
            continue;
          }
          if (handCold === NIL) handCold = lists.tail(FILE, COLD);
          if (handCold === NIL) return;
          const folio = handCold;
          handCold = lists.newer(folio);
          if (!sc.take(folio, lists)) lists.move(folio, COLD);
          if (handCold === NIL) handCold = lists.tail(FILE, COLD);
        }
      },
      checkReferences(folio) {
        if (ctx.references(folio).vmas === 0) return "reclaim";
        if (status[folio] === IN_TEST) adapt(1);
        status[folio] = status[folio] === IN_TEST ? HOT : IN_TEST;
        return "keep";
      },
      removed(folio) {
        if (handCold === folio) handCold = NIL;
      },
      evicted(folio, page) {
        if (status[folio] === IN_TEST && circle.has(page)) circle.setMemo(page, NIL);
        else leave(page);
      },
      inspect: () => ({ hot: lists.nr[HOT], cold: lists.nr[COLD], ghosts: nrGhosts(), coldMax }),
    };
  },
});
