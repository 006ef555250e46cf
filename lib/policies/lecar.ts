/*
 * LeCaR: two experts, LRU and LFU. Which of them names the victim is drawn by their weights, and regret moves the weights.
 *
 *   LRU  newest  o  o  o  o  oldest --.         drawn       ,--> out, and [ ghosts of LRU ] --.  comes back:
 *                                     +--> with weights --- +                                 |  the expert was wrong,
 *   LFU  most used  o  o  o  least ---'     wLRU, wLFU      `--> out, and [ ghosts of LFU ] --'  its weight shrinks
 *
 *   weight *= exp(-rate * d^t), t requests after the eviction, d^memory = 0.005: the sooner, the more
 *
 * Neither recency nor frequency is right for all streams, or for all of one. Where both name the same victim there is nothing
 * to regret, and no ghost.
 *
 * `rate` is the learning rate; `weight` that of LRU at first (with `rate` 0: for ever).
 *
 * Differs from the paper: counts of uses start anew when a page comes back. Where only accessed bits can be seen, LRU is a
 * CLOCK, a look that finds a use counts one, and t counts what comes in and is found used. In a kernel the first use is
 * forgotten (`firstUse`).
 * Source: Vietri et al., Driving cache replacement with ML-based LeCaR, HotStorage 2018.
 */
import { VictimHeap } from "../mechanisms/victim-heap.js";
import { FILE, NIL } from "../mm/folio.js";
import type { Policy } from "../reclaim/ops.js";
import { shareOption } from "./option.js";

export interface LecarOptions {
  /** Learning rate, 0 to 8. Default: 0.45. */
  readonly rate?: number;
  /** Weight of LRU at first, 0 to 1; LFU has the rest. Default: 0.5. */
  readonly weight?: number;
}

/** The experts, and the lists of their ghosts. */
const LRU = 0;
const LFU = 1;
const BOTH = 2;
/** Added to a weight that shrinks, so that it can grow again. */
const LEAST = 1e-10;

export const lecar = ({ rate = 0.45, weight = 0.5 }: LecarOptions = {}): Policy => ({
  name: "lecar",
  options: {
    rate: shareOption("lecar", "rate", rate, 0, 8),
    weight: shareOption("lecar", "weight", weight, 0, 1),
  },
  mechanisms: { firstUse: "forgotten" },
  asks: ["hits"],

  attach(ctx) {
    const stack = ctx.newLists(1, { mixed: true });
    const ghosts = ctx.newGhosts(2);
    const ghostsMax = Math.floor(ctx.nrFrames / 2);
    const discount = 0.005 ** (1 / ctx.nrFrames);
    const weights = Float64Array.of(weight, 1 - weight);
    /** Uses of each folio, and when the last was seen. Shape: Uint32Array[nrFolios]. */
    const uses = new Uint32Array(ctx.nrFolios);
    const lastUse = new Uint32Array(ctx.nrFolios);
    const leastUsed = new VictimHeap(uses, lastUse);
    /** Who named the folio as a victim. Shape: Uint8Array[nrFolios]. */
    const namedBy = new Uint8Array(ctx.nrFolios);
    let now = 0;

    /** `expert` has evicted a page that was wanted `t` requests later. */
    function regret(expert: number, t: number): void {
      const other = 1 - expert;
      weights[expert] = weights[expert]! * Math.exp(-rate * discount ** t) + LEAST;
      const sum = weights[expert]! + weights[other]! + 2 * LEAST;
      weights[expert]! /= sum;
      weights[other] = (weights[other]! + LEAST) / sum;
    }

    return {
      missed(page) {
        const expert = ghosts.remove(page);
        if (expert !== NIL && rate > 0) regret(expert, now - ghosts.memo(page));
      },
      place(folio, why) {
        if (why === "new") {
          uses[folio] = 1;
        } else if (why === "activated") uses[folio]!++;
        if (why === "rotated") stack.addTail(folio, 0);
        else {
          lastUse[folio] = ++now;
          stack.add(folio, 0);
        }
        leastUsed.add(folio);
      },
      hit(folio) {
        uses[folio]!++;
        lastUse[folio] = ++now;
        stack.move(folio, 0);
      },
      isolate(sc) {
        while (sc.more()) {
          const oldest = stack.tail(FILE, 0);
          if (oldest === NIL) return;
          const least = leastUsed.first();
          const expert = oldest === least ? BOTH : ctx.random.rnd() < weights[LRU]! ? LRU : LFU;
          const folio = expert === LFU ? least : oldest;
          namedBy[folio] = expert;
          if (sc.take(folio, stack)) leastUsed.remove(folio);
          else {
            stack.move(folio, 0);
            uses[folio]!++; // or LFU would name it again
          }
        }
      },
      checkReferences(folio) {
        if (ctx.references(folio).vmas === 0) return "reclaim";
        uses[folio]!++;
        return "keep";
      },
      removed: (folio) => leastUsed.remove(folio),
      evicted(folio, page) {
        const expert = namedBy[folio]!;
        if (expert === BOTH) return;
        ghosts.setMemo(page, now);
        ghosts.add(page, expert);
        ghosts.trim(expert, ghostsMax);
      },
      inspect: () => ({ weightOfLru: weights[LRU], lru: ghosts.size(LRU), lfu: ghosts.size(LFU) }),
    };
  },
});
