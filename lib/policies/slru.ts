/*
 * SLRU: LRU in segments; each use moves a folio one segment up, and what a full segment pushes out falls one down.
 *
 *   [ segment 3 ]  used: to the front of it
 *     ^ used  | oldest, when full
 *   [ segment 2 ]
 *     ^       v
 *   [ segment 1 ]
 *     ^       v
 *   [ segment 0 ]  <- new         -> out
 *
 * A page must be used as often as there are segments to reach the top, and a scan fills nothing but the bottom.
 *
 * `segments` is their number, equal shares of memory. What rounding leaves over is the bottom's until a use has pushed somebody
 * down to it: then its oldest are out, the next victims.
 *
 * Differs from the paper: any number of segments (paper: two); until memory is full, new folios fill the segments from below.
 * Where only accessed bits can be seen, a look at the tail of the bottom finds the use and moves the folio one up, and nobody
 * is out. Differs from libCacheSim: what is out and used before it is freed comes back (there it is a miss).
 * Source: Karedla, Love and Wherry, Caching strategies to improve disk system performance, IEEE Computer 27(3), 1994.
 */
import { FILE, type Folio } from "../mm/folio.js";
import type { Policy } from "../reclaim/ops.js";
import { integerOption } from "./option.js";

export interface SlruOptions {
  /** Segments, 2 to 8. Default: 4. */
  readonly segments?: number;
}

export const slru = ({ segments = 4 }: SlruOptions = {}): Policy => ({
  name: "slru",
  options: { segments: integerOption("slru", "segments", segments, 2, 8, "segments") },
  mechanisms: {},
  asks: [],

  attach(ctx) {
    const lists = ctx.newLists(segments + 1, { mixed: true });
    /** The list of those that are out. */
    const out = segments;
    const top = segments - 1;
    const most = Math.max(1, Math.floor(ctx.nrFrames / segments));
    /** Segment that a folio is, or was last, in. Shape: Uint8Array[nrFolios]. */
    const segment = new Uint8Array(ctx.nrFolios);

    function move(folio: Folio, to: number): void {
      segment[folio] = to;
      lists.move(folio, to);
    }

    /** What is too much in a segment falls one down. True if somebody came down to the bottom. */
    function settle(from: number): boolean {
      let down = false;
      for (let k = from; k > 0; k--) {
        down = lists.nr[k]! > most;
        while (lists.nr[k]! > most) move(lists.tail(FILE, k), k - 1);
      }
      return down;
    }

    function lowestWithRoom(): number {
      for (let k = 0; k < segments; k++) if (lists.nr[k]! < most) return k;
      return 0;
    }

    return {
      place(folio, why) {
        if (why === "new" || segment[folio] === out) segment[folio] = lowestWithRoom();
        else if (why === "activated") segment[folio] = Math.min(segment[folio]! + 1, top);
        if (why === "rotated") lists.addTail(folio, segment[folio]!);
        else lists.add(folio, segment[folio]!);
        settle(segment[folio]!);
      },
      hit(folio) {
        const to = segment[folio] === out ? lowestWithRoom() : Math.min(segment[folio]! + 1, top);
        move(folio, to);
        if (settle(to)) while (lists.nr[0]! > most) move(lists.tail(FILE, 0), out);
      },
      isolate(sc) {
        ctx.takeTail(sc, lists, FILE, out, Infinity);
        for (let k = 0; k < segments && sc.more(); k++) ctx.takeTail(sc, lists, FILE, k, Infinity);
      },
      checkReferences(folio) {
        if (ctx.references(folio).vmas === 0) return "reclaim";
        segment[folio] = Math.min(segment[folio]! + 1, top);
        return "keep";
      },
      inspect: () => ({ size: Array.from(lists.nr) }),
    };
  },
});
