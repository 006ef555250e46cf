/*
 * Policies told again on ordinary arrays, newest first: no intrusive lists, no class fields, no hand that is a
 * folio. They keep what order there is in `queue`; one ClassLists list is there only because the core wants
 * every folio listed and `sc.take` unlists it. Its order is never read.
 */
import type { Folio } from "../../lib/mm/folio.js";
import type { Policy, ReclaimOps } from "../../lib/reclaim/ops.js";
import type { ScanControl } from "../../lib/reclaim/scan-control.js";

interface Shelf {
  readonly queue: Folio[];
  take(sc: ScanControl, folio: Folio): boolean;
  nextInt(n: number): number;
}

function onArrays(name: string, sound: Policy, make: (shelf: Shelf) => Partial<ReclaimOps>): Policy {
  return {
    ...sound,
    name,
    attach(ctx) {
      const listed = ctx.newLists(1, { mixed: true });
      const queue: Folio[] = [];
      const drop = (folio: Folio): void => {
        if (queue.includes(folio)) queue.splice(queue.indexOf(folio), 1);
      };
      const shelf: Shelf = {
        queue,
        take: (sc, folio) => sc.take(folio, listed),
        nextInt: (n) => ctx.random.int(n),
      };
      const own = make(shelf);
      return {
        isolate() {},
        removed: drop,
        ...own,
        place(folio, why) {
          listed.add(folio, 0);
          if (own.place) own.place(folio, why);
          else if (why === "rotated") queue.push(folio);
          else queue.unshift(folio);
        },
      };
    },
  };
}

const oldestFirst = ({ queue, take }: Shelf) => ({
  isolate(sc: ScanControl) {
    while (sc.more() && queue.length > 0) {
      const folio = queue.pop()!;
      if (!take(sc, folio)) queue.unshift(folio);
    }
  },
});

export const fifoModel = (sound: Policy): Policy =>
  onArrays("fifo", sound, (shelf) => ({ ...oldestFirst(shelf), checkReferences: () => "reclaim" }));

/** The default reference check keeps what is referenced, and `place` puts it in front: that is the second chance. */
export const clockModel = (sound: Policy): Policy => onArrays("clock", sound, oldestFirst);

/**
 * Newest first: `ahead` ends with the folio that the hand points to, `sifted` are those that it has left behind.
 * Without a hand (at the start, after a lap, or when the folio under it went away) everybody is ahead, and a
 * survivor goes to the newest end.
 */
export const sieveModel = (sound: Policy): Policy =>
  onArrays("sieve", sound, ({ queue: ahead, take }) => {
    const sifted: Folio[] = [];
    let hasHand = false;
    const loseHand = (): void => {
      ahead.push(...sifted.splice(0));
      hasHand = false;
    };
    return {
      place(folio, why) {
        if (why === "rotated") (hasHand ? sifted : ahead).push(folio);
        else if (why === "kept" && hasHand) sifted.unshift(folio);
        else ahead.unshift(folio);
      },
      isolate(sc) {
        hasHand = ahead.length > 0;
        while (sc.more() && ahead.length > 0) {
          const folio = ahead.pop()!;
          if (!take(sc, folio)) sifted.unshift(folio);
        }
        if (ahead.length === 0) loseHand();
      },
      removed(folio) {
        const underHand = hasHand && ahead.at(-1) === folio;
        for (const list of [ahead, sifted]) if (list.includes(folio)) list.splice(list.indexOf(folio), 1);
        if (underHand) loseHand();
      },
    };
  });

/** The bag as an array: a draw, and the hole filled with the last. */
export const randomModel = (sound: Policy): Policy =>
  onArrays("random", sound, ({ queue: bag, take, nextInt }) => {
    const drop = (folio: Folio): void => {
      const at = bag.indexOf(folio);
      if (at < 0) return;
      const last = bag.pop()!;
      if (last !== folio) bag[at] = last;
    };
    return {
      place: (folio) => void bag.push(folio),
      isolate(sc) {
        while (bag.length > 0 && sc.more()) {
          const folio = bag[nextInt(bag.length)]!;
          if (take(sc, folio)) drop(folio);
        }
      },
      removed: drop,
      checkReferences: () => "reclaim",
    };
  });
