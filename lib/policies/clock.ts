/*
 * CLOCK: FIFO with a second chance. A folio that was used since it was last looked at goes round once more.
 *
 *   in ->  o  o  x  o  o  x  o  o  -> look -> o: out
 *      ^                               `----> x: back to the front, its accessed bit cleared
 *
 * Differs from Corbato (1968): the ring is a list whose tail is the hand, and the hand moves 32 at a time.
 */
import { FILE } from "../mm/folio.js";
import type { Policy } from "../reclaim/ops.js";

export const clock = (): Policy => ({
  name: "clock",
  mechanisms: {},
  asks: [],

  attach(ctx) {
    const ring = ctx.newLists(1, { mixed: true });
    return {
      place(folio, why) {
        if (why === "rotated") ring.addTail(folio, 0);
        else ring.add(folio, 0);
      },
      isolate: (sc) => ctx.takeTail(sc, ring, FILE, 0, Infinity),
    };
  },
});
