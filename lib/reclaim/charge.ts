/*
 * Charging a page to its memcg; where memory.max is enforced.
 *
 *   stock of this CPU -> 64 pages at once -> just what is needed -> reclaim, try again -> out of memory
 *
 * Whose limit it is, the memcg's own or one above, must shrink, with all below it. A charge that leaves a memcg above its
 * memory.high reclaims, too, but does not fail.
 *
 * Source: mm/memcontrol.c, try_charge_memcg(), 6.12.
 */
import { MAX_RECLAIM_RETRIES, MEMCG_CHARGE_BATCH, type Memcg } from "../mm/memcg.js";
import type { Core } from "./core.js";
import { tryToFreePages } from "./try-to-free-pages.js";

/**
 * Charge `nr` pages. False: out of memory after 16 reclaim runs that freed nothing.
 * @param optional - Give up after the first run that freed nothing; nobody dies of it. Kernel: __GFP_NORETRY.
 */
export function charge(core: Core, memcg: Memcg, nr: number, optional = false): boolean {
  if (memcg.consumeStock(nr)) return true;
  const batch = Math.max(MEMCG_CHARGE_BATCH, nr);
  let retries = MAX_RECLAIM_RETRIES;
  let drained = false;
  // Bound: each round either succeeds, frees pages that only this charge can use, or costs a retry.
  for (let wanted = batch; ; wanted = nr) {
    if (memcg.tryCharge(wanted)) {
      core.stock.refill(memcg, wanted - nr);
      reclaimAboveHigh(core, memcg, wanted);
      return true;
    }
    if (wanted > nr) continue;
    const over = memcg.overLimit(nr)!;
    const reclaimed = tryToFreePages(core, over, nr);
    if (over.max - over.usage >= nr) continue;
    if (!drained) {
      core.stock.drain(over);
      drained = true;
      continue;
    }
    if (reclaimed > 0) continue;
    if (optional) return false;
    if (retries-- === 0) {
      if (core.rescue()) {
        retries = MAX_RECLAIM_RETRIES;
        continue;
      }
      core.outOfMemory();
      return false;
    }
  }
}

/**
 * Each memcg from here up that is above its memory.high gives back what was just charged, 32 pages at least. Differs from the
 * kernel: at once, not at the return to user mode, and without the sleep that slows down who stays above.
 * Source: mm/memcontrol.c, reclaim_high(), 6.12.
 */
function reclaimAboveHigh(core: Core, memcg: Memcg, nr: number): void {
  for (let at: Memcg | null = memcg; at !== null; at = at.parent) {
    if (at.usage <= at.high) continue;
    core.stat.memcg_high++;
    tryToFreePages(core, at, nr);
  }
}
