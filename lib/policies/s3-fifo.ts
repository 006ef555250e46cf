/*
 * S3-FIFO: three queues. A small one sifts what comes in, the main one keeps what was used, and ghosts remember whom the
 * small one turned away.
 *
 *   new -----> [ small, 10 % ] -- used twice --> [ main, 90 % ] -- used: once round, one use less --.
 *                    | else                         ^  |  ^-----------------------------------------'
 *                    v                              |  `-> out
 *   out, and [ ghosts ] -- comes back --------------'
 *
 * Most pages of most streams are used once; they cross the small queue and are gone, without pushing anything out of
 * the main one. Uses are counted up to 3.
 *
 * `small` is the share of memory that the small queue may hold before it is the one to lose a page; `ghosts` the number
 * of ghosts, as a share of memory; `threshold` the uses in the small queue that lead to the main one.
 *
 * Differs from the paper: the count that leads to the main queue is an option (paper: more than 1, as here). Where only
 * accessed bits can be seen, a look at the tail finds at most one use, so one is enough for the main queue.
 * Source: Yang et al., FIFO queues are all you need for cache eviction, SOSP 2023.
 */
import { FILE, type Folio, NIL } from "../mm/folio.js";
import type { Policy } from "../reclaim/ops.js";
import type { ScanControl } from "../reclaim/scan-control.js";
import { integerOption, shareOption } from "./option.js";

export interface S3FifoOptions {
  /** Share of memory for the small queue, above 0 and below 1. Default: 0.1. */
  readonly small?: number;
  /** Ghosts, as a share of memory, 0 to 8. Default: 0.9. */
  readonly ghosts?: number;
  /** Uses that lead from the small queue to the main one, 1 to 3. Default: 2. */
  readonly threshold?: number;
}

const SMALL = 0;
const MAIN = 1;
/** Of a folio's column: its uses, up to 3, and whether it is in the main queue. */
const USES = 3;
const MOST_USES = 3;
const IN_MAIN = 4;
/** Lists of ghosts: those of the small queue, and such as are coming back and wait to be placed. */
const GHOSTS = 0;
const RETURNED = 1;

export const s3Fifo = ({
  small = 0.1,
  ghosts: remembered = 0.9,
  threshold = 2,
}: S3FifoOptions = {}): Policy => ({
  name: "s3-fifo",
  options: {
    small: shareOption("s3-fifo", "small", small, 0, 1),
    ghosts: shareOption("s3-fifo", "ghosts", remembered, 0, 8),
    threshold: integerOption("s3-fifo", "threshold", threshold, 1, MOST_USES, "uses"),
  },
  mechanisms: {},
  asks: ["hits"],

  attach(ctx) {
    const queues = ctx.newLists(2, { mixed: true });
    const ghosts = ctx.newGhosts(2);
    const mainMax = ctx.nrFrames - Math.floor(ctx.nrFrames * small);
    const ghostsMax = Math.floor(ctx.nrFrames * remembered);
    const enough = ctx.exact ? threshold : 1;
    /** Uses seen, and IN_MAIN for the queue that a folio is, or was last, on. Shape: Uint8Array[nrFolios]. */
    const column = new Uint8Array(ctx.nrFolios);

    function use(folio: Folio): void {
      if ((column[folio]! & USES) < MOST_USES) column[folio]!++;
    }

    /** Give used folios another round, and offer the first that is not used. */
    function scanMain(sc: ScanControl): void {
      while (sc.more()) {
        const folio = queues.tail(FILE, MAIN);
        if (folio === NIL) return;
        if ((column[folio]! & USES) === 0) {
          if (!sc.take(folio, queues)) queues.move(folio, MAIN);
        } else {
          column[folio]!--;
          queues.move(folio, MAIN);
          sc.passOver(folio);
        }
      }
    }

    /** Move used folios to the main queue, and offer the first that is not. */
    function scanSmall(sc: ScanControl): void {
      while (sc.more()) {
        const folio = queues.tail(FILE, SMALL);
        if (folio === NIL) return;
        if (column[folio]! < enough) {
          if (!sc.take(folio, queues)) queues.move(folio, SMALL);
        } else {
          column[folio] = IN_MAIN;
          queues.move(folio, MAIN);
          sc.passOver(folio);
        }
      }
    }

    return {
      missed(page) {
        if (ghosts.has(page)) ghosts.add(page, RETURNED);
      },
      place(folio, why) {
        if (why === "new") {
          column[folio] = ghosts.remove(ctx.page(folio)) === RETURNED ? IN_MAIN : 0;
        }
        const queue = (column[folio]! & IN_MAIN) === 0 ? SMALL : MAIN;
        if (why === "rotated") queues.addTail(folio, queue);
        else queues.add(folio, queue);
      },
      hit: use,
      isolate(sc) {
        while (sc.more()) {
          const before = sc.nrLooked;
          if (queues.size(FILE, MAIN) > mainMax || queues.isEmpty(FILE, SMALL)) scanMain(sc);
          else scanSmall(sc);
          if (sc.nrLooked === before) return;
        }
      },
      checkReferences(folio) {
        if (ctx.references(folio).vmas === 0) return "reclaim";
        column[folio] = IN_MAIN; // one use seen is enough; in the main queue it is worth the round that "keep" means
        return "keep";
      },
      evicted(folio, page) {
        if ((column[folio]! & IN_MAIN) !== 0) return;
        ghosts.add(page, GHOSTS);
        ghosts.trim(GHOSTS, ghostsMax);
      },
    };
  },
});
