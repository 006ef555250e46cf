/*
 * FIFO: first in, first out. Never asks whether a folio was used, so no detector can change what it evicts.
 *
 *   in ->  o  o  o  o  o  o  o  o  -> out
 *
 * The yardstick: what a policy gains over it, it gains by looking.
 */
import { FILE } from "../mm/folio.js";
import type { Policy } from "../reclaim/ops.js";

export const fifo = (): Policy => ({
  name: "fifo",
  mechanisms: { references: "off", fd: "off" },
  asks: [],

  attach(ctx) {
    const queue = ctx.newLists(1, { mixed: true });
    return {
      place(folio, why) {
        if (why === "rotated") queue.addTail(folio, 0);
        else queue.add(folio, 0);
      },
      isolate: (sc) => ctx.takeTail(sc, queue, FILE, 0, Infinity),
      checkReferences: () => "reclaim",
    };
  },
});
