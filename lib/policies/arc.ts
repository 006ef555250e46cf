/*
 * ARC: recency and frequency, each an LRU list with its ghosts, and a target between them that follows the ghosts.
 *
 *   new ----------> [ T1, used once ]  --> out, and [ B1, ghosts ]      a return from B1: T1 was too small, p grows
 *                       | used again                    |
 *                       v                               v
 *   used again ---> [ T2, used more ]  --> out, and [ B2, ghosts ]      a return from B2: T2 was too small, p shrinks
 *
 *   T1 + B1 <= memory;  T1 + T2 + B1 + B2 <= 2 * memory;  T1 loses a page while it is above its target p
 *
 * No parameter to set: a scan passes through T1 and never comes back, so it teaches nothing; a working set that changes
 * shows as returns on one side.
 *
 * Differs from the paper: ghosts beyond the bounds are dropped after the victim became one, not before; the same ones
 * are left. Where only accessed bits can be seen, a look at a tail finds the use; several candidates of one batch
 * are judged by the lists as they shrink.
 * Source: Megiddo and Modha, ARC: a self-tuning, low overhead replacement cache, FAST 2003.
 */
import { FILE, NIL } from "../mm/folio.js";
import type { Policy } from "../reclaim/ops.js";

/** Lists and their ghosts have the same numbers: T1 and B1, T2 and B2. */
const ONCE = 0;
const MORE = 1;

export const arc = (): Policy => ({
  name: "arc",
  mechanisms: {},
  asks: [],

  attach(ctx) {
    const lists = ctx.newLists(2, { mixed: true });
    const ghosts = ctx.newGhosts(2);
    const max = ctx.nrFrames;
    /** List that a folio is, or was last, on. Shape: Uint8Array[nrFolios]. */
    const list = new Uint8Array(ctx.nrFolios);
    /** Target size of T1, in pages; a real number. */
    let target = 0;
    /** Where the page that is being brought in was a ghost, or NIL. */
    let returning = NIL;

    /** The ghosts that `page` was among, if any, teach the target. */
    function learn(page: number): void {
      const from = ghosts.listOf(page);
      const once = ghosts.nr[ONCE]!;
      const more = ghosts.nr[MORE]!;
      if (from === ONCE) target = Math.min(target + Math.max(more / once, 1), max);
      else if (from === MORE) target = Math.max(target - Math.max(once / more, 1), 0);
      returning = ghosts.remove(page);
    }

    /** The list that loses a page. */
    function victims(): number {
      const once = lists.nr[ONCE]!;
      if (lists.nr[MORE] === 0) return ONCE;
      return once > 0 && (once > target || (once === target && returning === MORE)) ? ONCE : MORE;
    }

    return {
      missed(page) {
        learn(page);
        ghosts.setMemo(page, returning === NIL ? ONCE : MORE);
      },
      place(folio, why) {
        if (why === "new") list[folio] = ghosts.memo(ctx.page(folio));
        if (why === "rotated") lists.addTail(folio, list[folio]!);
        else lists.add(folio, list[folio]!);
      },
      hit(folio) {
        list[folio] = MORE;
        lists.move(folio, MORE);
      },
      isolate(sc) {
        while (sc.more()) {
          const from = victims();
          const folio = lists.tail(FILE, from);
          if (folio === NIL) return;
          if (!sc.take(folio, lists)) lists.move(folio, from);
        }
      },
      checkReferences(folio) {
        if (ctx.references(folio).vmas === 0) return "reclaim";
        list[folio] = MORE;
        return "keep";
      },
      evicted(folio, page) {
        ghosts.add(page, list[folio]);
        ghosts.trim(ONCE, Math.max(0, max - lists.nr[ONCE]! - (returning === NIL ? 1 : 0)));
        ghosts.trim(MORE, Math.max(0, max - ghosts.nr[ONCE]!));
      },
      inspect: () => ({
        t1: lists.nr[ONCE],
        t2: lists.nr[MORE],
        b1: ghosts.nr[ONCE],
        b2: ghosts.nr[MORE],
        target,
      }),
    };
  },
});
