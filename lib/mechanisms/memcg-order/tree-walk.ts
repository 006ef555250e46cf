/*
 * The tree of memcgs, parents before children.
 *
 *   full      everybody, each time: fair, and as long as there are memcgs
 *   partial   from where the last reclaimer stopped, until there is enough; the cursor is shared by all who reclaim
 *             from the same target, so that fairness comes over time
 *
 *      target --> A --> A1 --> A2 --> B --> B1        |  1st run: target A A1 (enough)   2nd: A2 B (enough)   3rd: B1
 *
 * A walk ends at the end of the tree, wherever it began; one that would begin there begins at the target.
 * Source: mm/memcontrol.c, mem_cgroup_iter(); mm/vmscan.c, shrink_node_memcgs(), 6.1 (full) and 6.12 (partial).
 */
import type { MemcgOrder, Round } from "./memcg-order.js";

function all({ lruvecs, visit }: Round): void {
  for (const lruvec of lruvecs) visit(lruvec, false);
}

export function fullWalk(): MemcgOrder {
  return { ranks: false, stops: false, run: all };
}

export function partialWalk(): MemcgOrder {
  /** Where the next walk begins, by the target's lruvec. */
  const cursor = new Map<number, number>();
  return {
    ranks: false,
    stops: true,
    run(round) {
      if (round.whole) return all(round);
      const { lruvecs } = round;
      const key = lruvecs[0]!.id;
      let at = cursor.get(key) ?? 0;
      if (at >= lruvecs.length) at = 0;
      while (at < lruvecs.length) {
        round.visit(lruvecs[at++]!, false);
        if (round.enough()) break;
      }
      cursor.set(key, at);
    },
  };
}
