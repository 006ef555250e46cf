/*
 * SIEVE: a FIFO whose hand spares what was used and leaves it where it stands.
 *
 *   newest  o  o  x  o  x  o  x  x  oldest        x  used since the hand last passed
 *                    ^ hand, moving to the left   o  not used: the next victim
 *
 * Unlike CLOCK it never moves a survivor, so new folios do not mix with old ones: the hand sifts the
 * newcomers while what has proved itself stays behind it. At the newest end it starts over at the oldest.
 *
 * Differs from the paper: the hand takes 32 at a time and the reference check comes after; survivors go back
 * in order, right behind the hand, which is where they stood. "Visited" is the accessed bit.
 * Source: Zhang et al., SIEVE is Simpler than LRU, NSDI 2024.
 */
import { type Folio, NIL } from "../mm/folio.js";
import type { Policy } from "../reclaim/ops.js";

export const sieve = (): Policy => ({
  name: "sieve",
  mechanisms: {},
  asks: [],

  attach(ctx) {
    const queue = ctx.newLists(1, { mixed: true });
    /** The next folio to look at; NIL: start at the oldest. */
    let hand: Folio = NIL;

    return {
      place(folio, why) {
        if (why === "kept") queue.addBehind(folio, hand, 0);
        else if (why === "rotated") queue.addTail(folio, 0);
        else queue.add(folio, 0);
      },
      isolate(sc) {
        if (hand < 0) hand = queue.tail(0, 0);
        while (hand >= 0 && sc.more()) {
          const folio = hand;
          hand = queue.newer(folio);
          sc.take(folio, queue);
        }
      },
      removed(folio) {
        if (hand === folio) hand = NIL;
      },
      inspect: () => ({ hand }),
    };
  },
});
