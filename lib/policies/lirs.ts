/*
 * LIRS: rank by the distance between the last two uses, not by the time since the last one.
 *
 *   S, the stack, newest first:   l h l n l h n l ... l        l  LIR, resident: short distance, never a victim
 *                                                              h  HIR, resident: long distance, also in Q
 *   Q, resident HIR:   newest  h h h  -> out: n                n  HIR, a ghost
 *
 *   used again in S (h or n): becomes LIR, and the LIR at the bottom becomes the newest of Q
 *   used again in Q, fallen out of S: the newest of both, still HIR
 *
 * What is used again while it is in S came back sooner than the bottom LIR, so the two change places. Memory is for LIR
 * pages; what passes once has the few frames of Q. A loop larger than memory keeps the part that fits.
 *
 * The stack is not kept as a list. A page is in S if its last use is younger than that of the bottom LIR, which is the tail
 * of an LRU list of LIR pages: uses are numbered, and pruning is a comparison.
 *
 * `hir` is the share of memory for HIR pages; `ghosts` the number of ghosts in S, as a share of memory.
 *
 * Differs from the paper: the stack has a bound, by its ghosts. A use in Q alone sends the bottom LIR to Q as well, unless Q
 * is for one page, and the next newcomer is LIR; it follows libCacheSim in this, and not with `strict`. Where only accessed
 * bits can be seen, the order of uses is that of the looks: at each eviction used LIR pages leave the bottom of S for its
 * top, as in a CLOCK, and the tail of Q is looked at for its second use, which moves no LIR to Q. The first use is forgotten
 * (`firstUse`), or every page would be used twice.
 * Source: Jiang and Zhang, LIRS: an efficient low inter-reference recency set replacement policy, SIGMETRICS 2002.
 */
import { FILE, type Folio, NIL } from "../mm/folio.js";
import type { Policy } from "../reclaim/ops.js";
import { booleanOption, shareOption } from "./option.js";

export interface LirsOptions {
  /** Share of memory for HIR pages, above 0 and below 1; at least one page. Default: 0.01. */
  readonly hir?: number;
  /** Ghosts in the stack, as a share of memory, 0 to 8. Default: 1. */
  readonly ghosts?: number;
  /** As in the paper: a use in Q alone moves no LIR page. Default: false. */
  readonly strict?: boolean;
}

const HIR = 0;
const LIR = 1;
/** Pages for which Q has room in a kernel: a run of direct reclaim takes 32, and as many but one may be on their way in. */
const A_RUN = 63;
/** Lists of ghosts: those in S or below its bottom, and such as are coming back and wait to be placed. */
const GHOSTS = 0;
const RETURNED = 1;

export const lirs = ({ hir = 0.01, ghosts: remembered = 1, strict = false }: LirsOptions = {}): Policy => ({
  name: "lirs",
  options: {
    hir: shareOption("lirs", "hir", hir, 0, 1),
    ghosts: shareOption("lirs", "ghosts", remembered, 0, 8),
    strict: booleanOption("lirs", "strict", strict),
  },
  mechanisms: { firstUse: "forgotten" },
  asks: ["hits"],

  attach(ctx) {
    const lists = ctx.newLists(2, { mixed: true });
    const ghosts = ctx.newGhosts(2);
    let hirMax = Math.max(1, Math.floor(ctx.nrFrames * hir));
    let lirMax = ctx.nrFrames - hirMax;
    const ghostsMax = Math.floor(ctx.nrFrames * remembered);
    /** HIR or LIR. Shape: Uint8Array[nrFolios]. */
    const status = new Uint8Array(ctx.nrFolios);
    /** Number of the last use that is known; a ghost has it as its memo. Shape: Int32Array[nrFolios]. */
    const lastUse = new Int32Array(ctx.nrFolios);
    let uses = 0;

    /** In the stack: used after the LIR page at its bottom. */
    function inStack(use: number): boolean {
      const bottom = lists.tail(FILE, LIR);
      return bottom !== NIL && use > lastUse[bottom]!;
    }

    /** While there are too many LIR pages, the bottom of S becomes the newest of Q. */
    function demote(most: number): void {
      while (lists.nr[LIR]! > Math.max(0, most)) {
        const bottom = lists.tail(FILE, LIR);
        status[bottom] = HIR;
        lists.move(bottom, HIR);
      }
    }

    /** Q has room for at least so many pages. A run of reclaim takes 32 in a kernel, 1 in a cache. */
    function makeRoom(pages: number): void {
      if (pages <= hirMax) return;
      hirMax = Math.min(pages, ctx.nrFrames >> 1);
      lirMax = ctx.nrFrames - hirMax;
      demote(lirMax);
    }

    /** A folio was used once more. It is LIR if that came soon enough. */
    function use(folio: Folio): void {
      if (status[folio] === HIR && inStack(lastUse[folio]!)) status[folio] = LIR;
      lastUse[folio] = ++uses;
    }

    /** The status of a page that comes in. */
    function statusOfNew(page: number): number {
      const soon = ghosts.remove(page) === RETURNED && inStack(ghosts.memo(page));
      return soon || lists.nr[LIR]! < lirMax ? LIR : HIR;
    }

    return {
      missed(page) {
        if (ghosts.has(page)) ghosts.add(page, RETURNED);
      },
      place(folio, why) {
        if (why === "new") {
          status[folio] = statusOfNew(ctx.page(folio));
          lastUse[folio] = ++uses;
        } else if (why === "activated") use(folio);
        if (why === "rotated") {
          status[folio] = HIR;
          lists.addTail(folio, HIR);
          return;
        }
        lists.add(folio, status[folio]!);
        if (status[folio] === LIR) {
          lastUse[folio] = ++uses; // the head is the newest, whatever the reason
          demote(lirMax);
        }
      },
      hit(folio) {
        if (status[folio] === LIR) {
          lastUse[folio] = ++uses;
          lists.move(folio, LIR);
          return;
        }
        use(folio);
        lists.move(folio, status[folio]!);
        demote(status[folio] === LIR || strict || hirMax === 1 ? lirMax : lirMax - 1);
      },
      isolate(sc) {
        makeRoom(Math.min(2 * sc.nrToReclaim - 1, A_RUN));
        while (!ctx.exact && sc.more()) {
          const bottom = lists.tail(FILE, LIR);
          if (bottom === NIL || ctx.references(bottom).vmas === 0) break;
          lastUse[bottom] = ++uses;
          lists.move(bottom, LIR);
          sc.passOver(bottom);
        }
        while (sc.more()) {
          const from = lists.nr[HIR] === 0 ? LIR : HIR;
          const folio = lists.tail(FILE, from);
          if (folio === NIL) return;
          if (!sc.take(folio, lists)) lists.move(folio, from);
        }
      },
      checkReferences(folio) {
        if (ctx.references(folio).vmas === 0) return "reclaim";
        use(folio);
        return "keep";
      },
      evicted(folio, page) {
        if (status[folio] === LIR || !inStack(lastUse[folio]!)) return;
        ghosts.setMemo(page, lastUse[folio]!);
        ghosts.add(page, GHOSTS);
        for (let old = ghosts.oldest(); old !== NIL && !inStack(ghosts.memo(old)); old = ghosts.oldest()) {
          ghosts.remove(old);
        }
        ghosts.trim(GHOSTS, ghostsMax);
      },
      inspect: () => ({ lir: lists.nr[LIR], hir: lists.nr[HIR], ghosts: ghosts.size(GHOSTS) }),
    };
  },
});
