/*
 * Hyperbolic caching: the folio that has been used at the lowest rate since it came in goes; of a few that are drawn.
 *
 *   worth = uses / time since it came in       falls as 1 / time while it is not used
 *
 *   uses   1  o------------------- a new page starts high, and has to earn it
 *          8        o------------- a page of long standing keeps its place through a pause
 *
 *   64 draws -> the one that is worth least -> out
 *
 * Recency and frequency in one number, and no list: worths fall at different speeds, so no order could be kept. What was hot
 * once falls with its age, which LFU lacks; a newcomer is worth much at first, which LFU lacks, too.
 *
 * `samples` is the number of draws for a victim.
 *
 * Differs from the paper: no cost of a miss, no classes of pages; a page that comes back starts anew. Time is in requests and, where
 * only accessed bits can be seen, in misses and looks that find a use; in a kernel the first is forgotten (`firstUse`). A folio that may not be taken counts as used.
 * Differs from libCacheSim: every page is as likely to be drawn; there only the newest of each of 4096 hash buckets is, so that one in
 * five of 2000 pages cannot be evicted.
 * Source: Blankstein, Sen and Freedman, Hyperbolic caching: flexible caching for web applications, USENIX ATC 2017.
 */
import { FolioBag } from "../mechanisms/folio-bag.js";
import { type Folio, NIL } from "../mm/folio.js";
import type { Policy } from "../reclaim/ops.js";
import { integerOption } from "./option.js";

export interface HyperbolicOptions {
  /** Draws for a victim, 1 to 1024. Default: 64. */
  readonly samples?: number;
}

export const hyperbolic = ({ samples = 64 }: HyperbolicOptions = {}): Policy => ({
  name: "hyperbolic",
  options: { samples: integerOption("hyperbolic", "samples", samples, 1, 1024, "draws for a victim") },
  mechanisms: { firstUse: "forgotten" },
  asks: ["hits"],

  attach(ctx) {
    const all = ctx.newLists(1, { mixed: true });
    const bag = new FolioBag(ctx.nrFolios);
    /** Uses of each folio, and the time when it came in. Shape: Uint32Array[nrFolios]. */
    const uses = new Uint32Array(ctx.nrFolios);
    const since = new Uint32Array(ctx.nrFolios);
    let now = 0;

    function use(folio: Folio): void {
      now++;
      uses[folio]!++;
    }

    function worst(): Folio {
      let victim: Folio = NIL;
      let least = Number.POSITIVE_INFINITY;
      for (let i = 0; i < samples; i++) {
        const folio = bag.draw(ctx.random);
        const worth = uses[folio]! / (now - since[folio]!);
        if (victim !== NIL && worth >= least) continue;
        least = worth;
        victim = folio;
      }
      return victim;
    }

    return {
      missed() {
        now++;
      },
      place(folio, why) {
        if (why === "new") {
          uses[folio] = 1;
          since[folio] = now;
        }
        all.add(folio, 0);
        bag.add(folio);
      },
      hit: use,
      isolate(sc) {
        while (bag.nr > 0 && sc.more()) {
          const folio = worst();
          if (sc.take(folio, all)) bag.remove(folio);
          else use(folio);
        }
      },
      checkReferences(folio) {
        if (ctx.references(folio).vmas === 0) return "reclaim";
        use(folio);
        return "keep";
      },
      removed: (folio) => bag.remove(folio),
    };
  },
});
