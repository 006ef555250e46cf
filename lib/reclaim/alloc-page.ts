/*
 * A frame for a page: from the first node that has one to spare; below that, with kswapd's help; below that, by reclaiming
 * oneself.
 *
 *   free > low: take it   |   wake kswapd; free > min: take it   |   reclaim 32 pages, try again   |   out of memory
 *
 * Nodes are asked in their order, nearest first. Source: mm/page_alloc.c, get_page_from_freelist(),
 * __alloc_pages_slowpath(), should_reclaim_retry(), 6.12. Differs: pages of order 0, no reserves, no lowmem reserve.
 */
import { MAX_RECLAIM_RETRIES } from "../mm/memcg.js";
import type { Core } from "./core.js";
import { wakeKswapd } from "./kswapd.js";
import { reclaimDirectly } from "./try-to-free-pages.js";

/** Take a frame. Returns its node, or -1 when there is no memory left. */
export function allocPage(core: Core): number {
  if (core.killed) return -1;
  const { zonelist } = core;
  for (let i = 0; i < zonelist.length; i++) {
    const node = zonelist[i]!;
    if (node.free <= node.marks.low) continue;
    node.free--;
    return node.id;
  }
  return slowly(core);
}

function slowly(core: Core): number {
  for (const node of core.zonelist) wakeKswapd(core, node);
  core.timers.runKswapdIfDue();
  // Bound: a reclaim run that freed nothing costs a retry.
  for (let retries = MAX_RECLAIM_RETRIES; !core.killed; ) {
    for (const node of core.zonelist) {
      if (node.free > node.marks.min) {
        node.free--;
        return node.id;
      }
    }
    const freed = reclaimDirectly(core);
    core.timers.runKswapdIfDue();
    if (freed > 0) continue;
    if (retries-- > 0) continue;
    if (core.rescue()) retries = MAX_RECLAIM_RETRIES;
    else core.outOfMemory();
  }
  return -1;
}
