/*
 * LRU-K: rank by the K-th last use, not by the last one.
 *
 *   time -->            b . . a a . . b . . . now        both used twice; b's last use is the younger one
 *   LRU loses a                    ^
 *   LRU-2 loses b       ^               its last use but one is further back
 *   used less than K times: infinitely far back, so these go first, by their last use
 *
 * One use says when, two say how often. A page that a scan has touched goes before any that was used twice, however long
 * ago. Uses of pages that are gone are remembered for a while: without them hardly a page would live to its K-th.
 *
 * `k` is the use that counts; `history` the number of pages gone whose uses are remembered, as a share of memory.
 *
 * Differs from the paper: history is bounded by pages, not by time; no period within which uses of one page count as one.
 * Where only accessed bits can be seen, a look that finds one is a use at that time; in a kernel the first use is forgotten
 * (`firstUse`), or every page would be used twice. A folio that may not be taken, or is put back, counts as used.
 * Source: O'Neil, O'Neil and Weikum, The LRU-K page replacement algorithm for database disk buffering, SIGMOD 1993.
 */
import { VictimHeap } from "../mechanisms/victim-heap.js";
import { type Folio, NIL } from "../mm/folio.js";
import type { Policy } from "../reclaim/ops.js";
import { integerOption, shareOption } from "./option.js";

export interface LruKOptions {
  /** The use, counted back from the last, that decides: 1 (LRU) to 8. Default: 2. */
  readonly k?: number;
  /** Pages gone whose uses are remembered, as a share of memory, 0 to 8. Default: 1. */
  readonly history?: number;
}

export const lruK = ({ k = 2, history = 1 }: LruKOptions = {}): Policy => ({
  name: "lru-k",
  options: {
    k: integerOption("lru-k", "k", k, 1, 8, "uses back"),
    history: shareOption("lru-k", "history", history, 0, 8),
  },
  mechanisms: { firstUse: "forgotten" },
  asks: ["hits"],

  attach(ctx) {
    const all = ctx.newLists(1, { mixed: true });
    /** Times of the last k uses of each folio, youngest first; 0: there was none. Shape: Uint32Array[nrFolios * k]. */
    const times = new Uint32Array(ctx.nrFolios * k);
    /** The first and the last of them again, as the heap wants them. Shape: Uint32Array[nrFolios]. */
    const kth = new Uint32Array(ctx.nrFolios);
    const last = new Uint32Array(ctx.nrFolios);
    const heap = new VictimHeap(kth, last);
    let now = 0;

    /** Pages gone; the memo is the page's row in `past`. */
    const ghosts = ctx.newGhosts();
    const rows = Math.floor(ctx.nrFrames * history);
    const past = new Uint32Array(rows * k);
    const freeRows = Int32Array.from({ length: rows }, (_, row) => row);
    let nrFree = rows;

    function use(folio: Folio): void {
      const first = folio * k;
      for (let i = first + k - 1; i > first; i--) times[i] = times[i - 1]!;
      times[first] = ++now;
      last[folio] = now;
      kth[folio] = times[first + k - 1]!;
    }

    /** Bring back what is remembered of the page in a folio. */
    function recall(folio: Folio): void {
      const page = ctx.page(folio);
      const known = ghosts.remove(page) !== NIL;
      const row = known ? ghosts.memo(page) : NIL;
      for (let i = 0; i < k; i++) times[folio * k + i] = known ? past[row * k + i]! : 0;
      if (known) freeRows[nrFree++] = row;
    }

    /** A row for a page that goes; if none is free, that of the oldest ghost. */
    function takeRow(): number {
      if (nrFree > 0) return freeRows[--nrFree]!;
      const oldest = ghosts.oldest();
      ghosts.remove(oldest);
      return ghosts.memo(oldest);
    }

    return {
      place(folio, why) {
        if (why === "new") recall(folio);
        if (why !== "rotated") use(folio); // else it is where it was
        all.add(folio, 0);
        heap.add(folio);
      },
      hit: use,
      isolate(sc) {
        while (sc.more()) {
          const folio = heap.first();
          if (folio === NIL) return;
          if (sc.take(folio, all)) heap.remove(folio);
          else use(folio);
        }
      },
      removed: (folio) => heap.remove(folio),
      evicted(folio, page) {
        if (rows === 0) return;
        const row = takeRow();
        for (let i = 0; i < k; i++) past[row * k + i] = times[folio * k + i]!;
        ghosts.add(page);
        ghosts.setMemo(page, row);
      },
      inspect: () => ({ remembered: ghosts.size() }),
    };
  },
});
