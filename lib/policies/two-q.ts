/*
 * 2Q: a FIFO for the first visit, an LRU for those that come back.
 *
 *   new ------> [ A1in, FIFO, 25 % ] --> out, and [ A1out, ghosts, 50 % ]
 *                                                        |
 *   out <------ [ Am, LRU, the rest ] <--- comes back ---'
 *
 * A page that is used several times within its first visit has proved nothing (uses of the same moment belong together);
 * one that returns after A1in has let it go is worth keeping. So hits in A1in do nothing at all.
 *
 * `in` is the share of memory that A1in may hold before it is the one to lose a page; `out` the number of ghosts, as a
 * share of memory.
 *
 * Differs from the paper: nothing (its full version). Where only accessed bits can be seen, Am is a CLOCK.
 * Source: Johnson and Shasha, 2Q: a low overhead high performance buffer management replacement algorithm, VLDB 1994.
 */
import { FILE, NIL } from "../mm/folio.js";
import type { Policy } from "../reclaim/ops.js";
import { shareOption } from "./option.js";

export interface TwoQOptions {
  /** Share of memory for A1in, above 0 and below 1. Default: 0.25. */
  readonly in?: number;
  /** Ghosts in A1out, as a share of memory, 0 to 8. Default: 0.5. */
  readonly out?: number;
}

const A1 = 0;
const AM = 1;
/** Memo of a page that came back while it was a ghost. */
const RETURNED = 1;

export const twoQ = ({ in: first = 0.25, out = 0.5 }: TwoQOptions = {}): Policy => ({
  name: "two-q",
  options: { in: shareOption("two-q", "in", first, 0, 1), out: shareOption("two-q", "out", out, 0, 8) },
  mechanisms: {},
  asks: [],

  attach(ctx) {
    const queues = ctx.newLists(2, { mixed: true });
    const ghosts = ctx.newGhosts();
    const a1Max = Math.floor(ctx.nrFrames * first);
    const ghostsMax = Math.floor(ctx.nrFrames * out);
    /** Queue that a folio is, or was last, on. Shape: Uint8Array[nrFolios]. */
    const queue = new Uint8Array(ctx.nrFolios);

    return {
      missed(page) {
        ghosts.setMemo(page, ghosts.remove(page) === NIL ? 0 : RETURNED);
      },
      place(folio, why) {
        if (why === "new") queue[folio] = ghosts.memo(ctx.page(folio)) === RETURNED ? AM : A1;
        if (why === "rotated") queues.addTail(folio, queue[folio]!);
        else queues.add(folio, queue[folio]!);
      },
      hit(folio) {
        if (queue[folio] === AM) queues.move(folio, AM);
      },
      isolate(sc) {
        while (sc.more()) {
          const from = queues.nr[A1]! > a1Max || queues.nr[AM] === 0 ? A1 : AM;
          const folio = queues.tail(FILE, from);
          if (folio === NIL) return;
          if (!sc.take(folio, queues)) queues.move(folio, from);
        }
      },
      checkReferences(folio) {
        return queue[folio] === AM && ctx.references(folio).vmas > 0 ? "keep" : "reclaim";
      },
      evicted(folio, page) {
        if (queue[folio] !== A1) return;
        ghosts.add(page);
        ghosts.trim(0, ghostsMax);
      },
      inspect: () => ({ a1in: queues.nr[A1], am: queues.nr[AM], a1out: ghosts.size() }),
    };
  },
});
