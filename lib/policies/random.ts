/*
 * Random: any folio may go, used or not. No order to maintain, nothing to detect; what recency is worth is
 * the distance to this line.
 *
 * Differs from a textbook: candidates are drawn from a bag, 32 at a time; the draw is seeded.
 */
import type { Folio } from "../mm/folio.js";
import type { Policy } from "../reclaim/ops.js";

export const random = (): Policy => ({
  name: "random",
  mechanisms: { references: "off", fd: "off" },
  asks: [],

  attach(ctx) {
    const all = ctx.newLists(1, { mixed: true });
    // The bag: its members in any order, and where each member is. Shape: Int32Array[nrFolios].
    const bag = new Int32Array(ctx.nrFolios);
    const at = new Int32Array(ctx.nrFolios).fill(-1);
    let nr = 0;

    function drop(folio: Folio): void {
      const hole = at[folio]!;
      if (hole < 0) return;
      const last = bag[--nr]!;
      bag[hole] = last;
      at[last] = hole;
      at[folio] = -1;
    }

    return {
      place(folio) {
        all.add(folio, 0);
        bag[nr] = folio;
        at[folio] = nr++;
      },
      isolate(sc) {
        while (nr > 0 && sc.more()) {
          const folio = bag[ctx.random.int(nr)]!;
          if (sc.take(folio, all)) drop(folio);
        }
      },
      checkReferences: () => "reclaim",
      removed: drop,
    };
  },
});
