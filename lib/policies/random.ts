/*
 * Random: any folio may go, used or not. No order to maintain, nothing to detect; what recency is worth is
 * the distance to this line.
 *
 * Differs from a textbook: candidates are drawn from a bag, 32 at a time; the draw is seeded.
 */
import { FolioBag } from "../mechanisms/folio-bag.js";
import type { Policy } from "../reclaim/ops.js";

export const random = (): Policy => ({
  name: "random",
  mechanisms: { references: "off", fd: "off" },
  asks: [],

  attach(ctx) {
    const all = ctx.newLists(1, { mixed: true });
    const bag = new FolioBag(ctx.nrFolios);

    return {
      place(folio) {
        all.add(folio, 0);
        bag.add(folio);
      },
      isolate(sc) {
        while (bag.nr > 0 && sc.more()) {
          const folio = bag.draw(ctx.random);
          if (sc.take(folio, all)) bag.remove(folio);
        }
      },
      checkReferences: () => "reclaim",
      removed: (folio) => bag.remove(folio),
    };
  },
});
