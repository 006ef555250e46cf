/*
 * LRU, plain: one list in the order of the last access; the oldest goes.
 *
 *   accessed ->  o  o  o  o  o  o  o  o  -> out        any of them, accessed: to the front
 *
 * What textbooks call LRU, and what no kernel can afford: it wants to be told of every access at once. Where it is told
 * (`exact`), it has the stack property: what a memory of n pages holds, one of n + 1 holds, too. Where only accessed bits
 * can be seen, the best that it can do is to look at the tail and send round what was used since the last look: that
 * is CLOCK. The distance between the two is what exact recency is worth.
 *
 * Differs from `lru`, the kernel's: one list, no types, no second chance to earn; from the textbook: nothing, if exact.
 * Source: Mattson et al., Evaluation techniques for storage hierarchies, IBM Systems Journal 9(2), 1970.
 */
import { FILE } from "../mm/folio.js";
import type { Policy } from "../reclaim/ops.js";

export const plainLru = (): Policy => ({
  name: "plain-lru",
  mechanisms: {},
  asks: ["hits"],

  attach(ctx) {
    const stack = ctx.newLists(1, { mixed: true });
    return {
      place(folio, why) {
        if (why === "rotated") stack.addTail(folio, 0);
        else stack.add(folio, 0);
      },
      hit: (folio) => stack.move(folio, 0),
      isolate: (sc) => ctx.takeTail(sc, stack, FILE, 0, Infinity),
    };
  },
});
