/*
 * CAR: ARC with clocks in place of its two LRU lists, so that a hit does nothing but set a bit.
 *
 *   new ----------> ( T1, clock ) -- not used --> out, and [ B1, ghosts ]      a return from B1: p grows
 *                        | used                                |
 *                        v                                     v
 *   used: once round ( T2, clock ) -- not used --> out, and [ B2, ghosts ]     a return from B2: p shrinks
 *                        ^------- comes back while a ghost ----'
 *
 *   T1 + B1 <= memory;  T1 + T2 + B1 + B2 <= 2 * memory;  T1 loses a page while it has p of them, or more
 *
 * A use within T1 counts when the clock comes round, so uses of one moment are one use. As in ARC the target p follows the
 * side that pages come back from.
 *
 * Differs from the paper: nothing in a cache. In a kernel several candidates of one batch are judged by the lists as they
 * shrink, and the first use is forgotten (`firstUse`), or every page would be used twice.
 * Source: Bansal and Modha, CAR: clock with adaptive replacement, FAST 2004.
 */
import { FILE, NIL } from "../mm/folio.js";
import type { Policy } from "../reclaim/ops.js";

/** Clocks and their ghosts have the same numbers: T1 and B1, T2 and B2. */
const ONCE = 0;
const MORE = 1;

export const car = (): Policy => ({
  name: "car",
  mechanisms: { firstUse: "forgotten" },
  asks: [],

  attach(ctx) {
    const clocks = ctx.newLists(2, { mixed: true });
    const ghosts = ctx.newGhosts(2);
    const max = ctx.nrFrames;
    /** Clock that a folio is, or was last, on. Shape: Uint8Array[nrFolios]. */
    const clock = new Uint8Array(ctx.nrFolios);
    /** Target size of T1, in pages; a real number. */
    let target = 0;

    /** The clock of a page that comes in; a ghost teaches the target, anything else makes the oldest ghost give way. */
    function clockOfNew(page: number): number {
      const from = ghosts.listOf(page);
      const once = ghosts.nr[ONCE]!;
      const more = ghosts.nr[MORE]!;
      if (from === NIL) {
        ghosts.trim(ONCE, Math.max(0, max - 1 - clocks.nr[ONCE]!));
        ghosts.trim(MORE, Math.max(0, 2 * max - 1 - clocks.nr[ONCE]! - clocks.nr[MORE]! - ghosts.nr[ONCE]!));
        return ONCE;
      }
      if (from === ONCE) target = Math.min(target + Math.max(1, more / once), max);
      else target = Math.max(target - Math.max(1, once / more), 0);
      ghosts.remove(page);
      return MORE;
    }

    return {
      place(folio, why) {
        if (why === "new") {
          clock[folio] = clockOfNew(ctx.page(folio));
        } else if (why === "activated") clock[folio] = MORE;
        if (why === "rotated") clocks.addTail(folio, clock[folio]!);
        else clocks.add(folio, clock[folio]!);
      },
      isolate(sc) {
        while (sc.more()) {
          const once = clocks.nr[ONCE]!;
          const from = clocks.nr[MORE] === 0 || (once > 0 && once >= Math.max(1, target)) ? ONCE : MORE;
          const folio = clocks.tail(FILE, from);
          if (folio === NIL) return;
          if (!sc.take(folio, clocks)) clocks.move(folio, from);
        }
      },
      checkReferences(folio) {
        if (ctx.references(folio).vmas === 0) return "reclaim";
        clock[folio] = MORE;
        return "keep";
      },
      evicted(folio, page) {
        ghosts.add(page, clock[folio]);
      },
      inspect: () => ({
        t1: clocks.nr[ONCE],
        t2: clocks.nr[MORE],
        b1: ghosts.nr[ONCE],
        b2: ghosts.nr[MORE],
        target,
      }),
    };
  },
});
