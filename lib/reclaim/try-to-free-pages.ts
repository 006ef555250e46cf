/*
 * One reclaim run by who needs memory: look at a little of every list, then at more, until enough is free.
 *
 *   priority 12: 1/4096 of each lruvec   11: 1/2048   ...   1: half   0: all of it
 *
 * Without progress it is done again, more harshly each time: over all memcgs, where a run may stop half-way; with active
 * pages deactivated, if any were left alone; without regard to memory.low, if that spared any.
 *
 * Source: mm/vmscan.c, try_to_free_mem_cgroup_pages(), try_to_free_pages(), do_try_to_free_pages(), 6.12.
 */

import { DEF_PRIORITY, SWAP_CLUSTER_MAX } from "../mm/batch.js";
import type { Memcg } from "../mm/memcg.js";
import type { Core } from "./core.js";
import { estimatePriority, shrinkNode } from "./shrink-node.js";

/** Free at least `nr` pages (32 or more) from a memcg that is at its limit. Returns the pages freed, 0 if there was no way. */
export function tryToFreePages(core: Core, memcg: Memcg, nr: number): number {
  core.sc.begin(memcg, Math.max(nr, SWAP_CLUSTER_MAX), false);
  return rounds(core);
}

/** Free pages of all of memory, because no node has any left to give. Returns the pages freed. */
export function reclaimDirectly(core: Core): number {
  core.sc.begin(core.memcg, SWAP_CLUSTER_MAX, true);
  return rounds(core);
}

function rounds(core: Core): number {
  const { sc, stat } = core;
  const { memcgOrder, settings } = core.mechanisms;
  stat.allocstall++;
  // Bound: each of the three ways to begin again is taken once.
  for (;;) {
    if (sc.global) stat.allocstall_normal++;
    for (sc.priority = DEF_PRIORITY; sc.priority >= 0; sc.priority--) {
      for (const { id } of core.nodes) {
        if (sc.global && settings.startPriority === "estimate") estimatePriority(core, id);
        shrinkNode(core, id);
      }
      if (sc.nrReclaimed >= sc.nrToReclaim) break;
    }
    for (const { id } of core.nodes) core.table.under(sc.target, id)[0]!.snapshotRefaults();
    if (sc.nrReclaimed > 0) return sc.nrReclaimed;
    if (memcgOrder.stops && !sc.whole) sc.whole = true;
    else if (sc.skippedDeactivate && !sc.forceDeactivate) {
      sc.forceDeactivate = true;
    } else if (sc.lowSkipped && !sc.lowReclaim) {
      sc.forceDeactivate = false;
      sc.lowReclaim = true;
    } else return 0;
  }
}
