/*
 * kswapd: one a node, reclaims before anybody must wait.
 *
 *   woken below low --> priority 12: one round --> not enough looked at, or nothing freed: 11 ... 1 --> asleep above high
 *
 * When it runs. Without time, in the allocation that woke it, until it sleeps. With time, the one CPU is the workload's
 * until that waits for a disk or the scheduler's tick comes (4 ms); allocations go on meanwhile, so it can come too late
 * and somebody must reclaim directly. Then it runs until it sleeps.
 *
 * Each round it asks the guard of min_ttl whether anything may be reclaimed at all; if not, the workload is killed.
 * Source: mm/vmscan.c, balance_pgdat(), kswapd_shrink_node(), pgdat_balanced(), lru_gen_age_node(), 6.12. Differs: order 0,
 * no watermark boost, no throttling; a second attempt without cache trim is left out.
 */

import { DEF_PRIORITY } from "../mm/batch.js";
import { FILE } from "../mm/folio.js";
import type { MemoryNode } from "../mm/node.js";
import { calculateProtection, isBelowMin } from "../mm/protection.js";
import type { Core } from "./core.js";
import { estimatePriority, isSizable, shrinkNode } from "./shrink-node.js";

/** Failed runs in a row after which kswapd is not woken any more. */
const MAX_FAILURES = 16;

/** An allocation met less than the low watermark on the node. Kernel: wakeup_kswapd(). */
export function wakeKswapd(core: Core, node: MemoryNode): void {
  if (core.mechanisms.settings.kswapd === "off" || node.woken) return;
  if (node.failures >= MAX_FAILURES || node.free > core.balancedMark(node)) return;
  node.woken = true;
  core.timers.wakeKswapd();
}

/** Whoever has been woken reclaims until its node is balanced, or nothing is left to try. */
export function runKswapd(core: Core): void {
  for (const node of core.nodes) {
    if (!node.woken) continue;
    balance(core, node);
    node.woken = false;
  }
}

function balance(core: Core, node: MemoryNode): void {
  const { sc } = core;
  const { settings } = core.mechanisms;
  core.stat.pageoutrun++;
  sc.begin(core.memcg, node.wanted, true, true);
  // Bound: each round frees pages of a finite node, or lowers the priority.
  for (sc.priority = DEF_PRIORITY; sc.priority >= 1; ) {
    if (node.free > core.balancedMark(node)) break;
    if (settings.startPriority === "estimate") estimatePriority(core, node.id);
    if (core.minTtl > 0 && !anyOldEnough(core, node)) {
      core.outOfMemory();
      break;
    }
    const scanned = core.stat.pgscan;
    const reclaimed = sc.nrReclaimed;
    shrinkNode(core, node.id);
    const freed = sc.nrReclaimed - reclaimed;
    const looked = Math.max(core.stat.pgscan - scanned, freed);
    if (looked < sc.nrToReclaim || freed === 0) sc.priority--;
  }
  if (sc.nrReclaimed === 0) node.failures++;
  core.table.under(core.memcg, node.id)[0]!.snapshotRefaults();
  sc.kswapd = false;
}

/** Some memcg has a generation that is older than min_ttl. Kernel: lruvec_is_reclaimable(). */
function anyOldEnough(core: Core, node: MemoryNode): boolean {
  const born = core.timers.time.now() - core.minTtl;
  return core.table.under(core.memcg, node.id).some((lruvec) => {
    calculateProtection(core.memcg, lruvec.memcg);
    if (isBelowMin(core.memcg, lruvec.memcg) || !isSizable(core, lruvec)) return false;
    return lruvec.clock.born(lruvec.clock.minSeq[FILE]!) < born;
  });
}
