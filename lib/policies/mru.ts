/*
 * MRU: the newest goes first.
 *
 *   new -> o  o  o  o  o  o        the end where folios enter is the end where they leave
 *          `-> out
 *
 * The right answer to one question: a loop over more than fits. LRU loses each page just before its turn comes again; MRU
 * keeps what it has, and only the rest of the loop misses. On everything else it is a disaster, and it is here as a bound.
 *
 * Differs from a textbook: where accesses are not told, the newest is the last one brought in, not the last one used; a folio
 * that could not be freed goes to the other end, out of the way.
 * Source: Chou and DeWitt, An evaluation of buffer management strategies for relational database systems, VLDB 1985.
 */
import { FILE } from "../mm/folio.js";
import type { Policy } from "../reclaim/ops.js";

export const mru = (): Policy => ({
  name: "mru",
  mechanisms: { references: "off", fd: "off" },
  asks: [],

  attach(ctx) {
    const stack = ctx.newLists(1, { mixed: true });
    return {
      place(folio, why) {
        if (why === "kept") stack.add(folio, 0);
        else stack.addTail(folio, 0);
      },
      hit: (folio) => stack.move(folio, 0, true),
      isolate: (sc) => ctx.takeTail(sc, stack, FILE, 0, Infinity),
      checkReferences: () => "reclaim",
    };
  },
});
