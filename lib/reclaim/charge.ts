/*
 * Charging a page to its memcg; where memory.max is enforced.
 *
 *   stock of this CPU -> 64 pages at once -> just what is needed -> reclaim, try again -> out of memory
 *
 * Source: mm/memcontrol.c, try_charge_memcg(), 6.12.
 */
import { MAX_RECLAIM_RETRIES, MEMCG_CHARGE_BATCH, type Memcg } from "../mm/memcg.js";
import type { Core } from "./core.js";
import { tryToFreePages } from "./try-to-free-pages.js";

/** Charge `nr` pages. False: out of memory after 16 reclaim runs that freed nothing. */
export function charge(core: Core, memcg: Memcg, nr: number): boolean {
  if (memcg.consumeStock(nr)) return true;
  const batch = Math.max(MEMCG_CHARGE_BATCH, nr);
  let retries = MAX_RECLAIM_RETRIES;
  let drained = false;
  // Bound: each round either succeeds, frees pages that only this charge can use, or costs a retry.
  for (let wanted = batch; ; wanted = nr) {
    if (memcg.tryCharge(wanted)) {
      memcg.stock += wanted - nr;
      return true;
    }
    if (wanted > nr) continue;
    const reclaimed = tryToFreePages(core, memcg, nr);
    if (memcg.max - memcg.usage >= nr) continue;
    if (!drained) {
      memcg.drainStock();
      drained = true;
      continue;
    }
    if (reclaimed > 0) continue;
    if (retries-- === 0) {
      core.stat.oom_kill++;
      return false;
    }
  }
}
