/*
 * LFU: the folio that was used least often goes; of equals, the one that has had its number of uses longest.
 *
 *   uses 1   o  o  o  <- new             -> out, oldest first
 *            |  used
 *   uses 2   v  o  o
 *            |
 *   uses 3   v  o                       next out when there is none with fewer
 *
 * Frequency finds what recency forgets: a page of a stable hot set survives any scan. What was hot once stays for ever,
 * though, and of the newcomers each pushes out the one before; `aging` is the remedy: all counts are halved, time and again.
 *
 * `aging` is the time between two halvings, in uses and placings, as a multiple of memory; 0: never.
 *
 * Differs from a textbook: counts start anew when a page comes back; equals leave in order of arrival at their count, as
 * in a list for each number of uses (here a heap, put right at a miss). Where only accessed bits can be seen, a look that finds
 * one counts as one use, however many there were: as long as some page has been used once only, the victims are the same. In a
 * kernel the first use is forgotten (`firstUse`). A folio that may not be taken counts as used.
 * Source: Coffman and Denning, Operating Systems Theory, 1973; halving: Robinson and Devarakonda, Data cache management using
 * frequency-based replacement, SIGMETRICS 1990.
 */
import { VictimHeap } from "../mechanisms/victim-heap.js";
import { NIL } from "../mm/folio.js";
import type { Policy } from "../reclaim/ops.js";
import { shareOption } from "./option.js";

export interface LfuOptions {
  /** Uses and placings between two halvings of all counts, as a multiple of memory, 0 (never) to 1024. Default: 0. */
  readonly aging?: number;
}

export const lfu = ({ aging = 0 }: LfuOptions = {}): Policy => ({
  name: "lfu",
  options: { aging: shareOption("lfu", "aging", aging, 0, 1024) },
  mechanisms: { firstUse: "forgotten" },
  asks: ["hits"],

  attach(ctx) {
    const all = ctx.newLists(1, { mixed: true });
    /** Uses of each folio, and the time of the last. Shape: Uint32Array[nrFolios]. */
    const uses = new Uint32Array(ctx.nrFolios);
    const since = new Uint32Array(ctx.nrFolios);
    const heap = new VictimHeap(uses, since);
    const period = aging === 0 ? 0 : Math.max(1, Math.floor(aging * ctx.nrFrames));
    let now = 0;
    /** When all counts are halved next; NIL: never. */
    let due = period === 0 ? NIL : period;

    function tick(): number {
      if (now === due) {
        heap.rekey((folio) => (uses[folio]! >>= 1));
        due += period;
      }
      return ++now;
    }

    return {
      place(folio, why) {
        if (why === "new") uses[folio] = 1;
        else if (why === "activated") uses[folio]!++;
        if (why !== "rotated") since[folio] = tick(); // else it is where it was
        all.add(folio, 0);
        heap.add(folio);
      },
      hit(folio) {
        since[folio] = tick();
        uses[folio]!++;
      },
      isolate(sc) {
        while (sc.more()) {
          const folio = heap.first();
          if (folio === NIL) return;
          if (sc.take(folio, all)) heap.remove(folio);
          else uses[folio]!++;
        }
      },
      checkReferences(folio) {
        if (ctx.references(folio).vmas === 0) return "reclaim";
        uses[folio]!++;
        return "keep";
      },
      removed: (folio) => heap.remove(folio),
    };
  },
});
