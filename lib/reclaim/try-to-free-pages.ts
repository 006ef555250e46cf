/*
 * One reclaim run on a memory limit: look at a little of every list, then at more, until enough is free.
 *
 *   priority 12: 1/4096 of each lruvec   11: 1/2048   ...   1: half   0: all of it
 *
 * Source: mm/vmscan.c, try_to_free_mem_cgroup_pages(), do_try_to_free_pages(), shrink_node_memcgs(), 6.12.
 */

import { SWAP_CLUSTER_MAX } from "../mm/batch.js";
import type { Memcg } from "../mm/memcg.js";
import type { Core } from "./core.js";
import { DEF_PRIORITY } from "./scan-control.js";
import { shrinkLruvec } from "./shrink-lruvec.js";

/** Free at least `nr` pages (32 or more) from the memcg. Returns the pages freed, 0 if there was no way. */
export function tryToFreePages(core: Core, memcg: Memcg, nr: number): number {
  const { sc } = core;
  core.stat.allocstall++;
  sc.nrToReclaim = Math.max(nr, SWAP_CLUSTER_MAX);
  sc.nrReclaimed = 0;
  sc.swappiness = core.params.swappiness;
  sc.forceDeactivate = false;
  sc.skippedDeactivate = false;
  for (let round = 0; round < 3; round++) {
    for (sc.priority = DEF_PRIORITY; sc.priority >= 0; sc.priority--) {
      for (const lruvec of core.lruvecs) if (lruvec.memcg === memcg) shrinkLruvec(core, lruvec);
      if (sc.nrReclaimed >= sc.nrToReclaim) break;
    }
    for (const lruvec of core.lruvecs) if (lruvec.memcg === memcg) lruvec.snapshotRefaults();
    // Without progress: once more over all memcgs, then once with active pages deactivated, if any were skipped.
    if (sc.nrReclaimed > 0 || (round === 1 && !sc.skippedDeactivate)) break;
    sc.forceDeactivate = round === 1;
  }
  return sc.nrReclaimed;
}
