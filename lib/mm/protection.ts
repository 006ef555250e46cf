/*
 * Protection of a memcg against reclaim from above: memory.min (hard) and memory.low (as long as there is other memory).
 *
 *              root: reclaims                  effective protection of a child =
 *               low 6,000                        its own claim, as far as it uses it;
 *              /         \                       a part of the parent's, if the claims of all exceed that;
 *     A low 4,000    B low 4,000                 and of what nobody claims, its part by unprotected use
 *
 * Who reclaims is never protected from itself: a limit on a memcg reaches past the memcg's own protection. The values are
 * found top-down on a walk over the tree, so a child is judged by what its parent's last visit found.
 * Source: mm/page_counter.c, page_counter_calculate_protection(), effective_protection(); include/linux/memcontrol.h,
 * mem_cgroup_protection(), mem_cgroup_below_low(); mm/vmscan.c, get_scan_count(), 6.12; with the cgroup2 mount option
 * memory_recursiveprot, which systemd sets.
 */
import { SWAP_CLUSTER_MAX } from "./batch.js";
import type { Memcg } from "./memcg.js";

/** Find the effective protection of a memcg, whose parents have been visited, against reclaim by `target`. */
export function calculateProtection(target: Memcg, memcg: Memcg): void {
  const { parent } = memcg;
  if (memcg === target || parent === null || memcg.usage === 0) return;
  if (parent === target) {
    memcg.effectiveMin = memcg.min;
    memcg.effectiveLow = memcg.low;
    return;
  }
  memcg.effectiveMin = effective(memcg, parent, parent.effectiveMin, (one) => one.min);
  memcg.effectiveLow = effective(memcg, parent, parent.effectiveLow, (one) => one.low);
}

function effective(memcg: Memcg, parent: Memcg, afforded: number, claim: (memcg: Memcg) => number): number {
  const used = (one: Memcg): number => Math.min(one.usage, claim(one));
  const own = used(memcg);
  const claimed = parent.children.reduce((sum, child) => sum + used(child), 0);
  if (claimed > afforded) return Math.floor((own * afforded) / claimed);
  if (afforded === claimed || parent.usage <= claimed || memcg.usage <= own) return own;
  return own + Math.floor(((afforded - claimed) * (memcg.usage - own)) / (parent.usage - claimed));
}

/** All of it is protected by memory.min: not to be reclaimed by `target`. */
export function isBelowMin(target: Memcg, memcg: Memcg): boolean {
  return memcg !== target && memcg.parent !== null && memcg.effectiveMin >= memcg.usage;
}

/** All of it is protected by memory.low. */
export function isBelowLow(target: Memcg, memcg: Memcg): boolean {
  return memcg !== target && memcg.parent !== null && memcg.effectiveLow >= memcg.usage;
}

/** What of a list of `size` pages counts for scan targets: less by the protected part of the memcg, at least 32. */
export function scaleByProtection(size: number, memcg: Memcg, protection: number): number {
  const usage = Math.max(memcg.usage, protection);
  return Math.max(size - Math.floor((size * protection) / (usage + 1)), SWAP_CLUSTER_MAX);
}
