import type { Memcg } from "./memcg.js";

/**
 * Pages that the one CPU has charged ahead. Up to 6.12 it holds them for one memcg at a time, and another memcg's fault
 * gives them back; 7.3 keeps seven. Source: mm/memcontrol.c, refill_stock(), drain_all_stock().
 */
export class CpuStock {
  private holder: Memcg;

  /** @param many - Stocks of several memcgs at once (NR_MEMCG_STOCK, 7.3). */
  constructor(
    root: Memcg,
    private readonly many: boolean,
  ) {
    this.holder = root;
  }

  /** `nr` pages have been charged to the memcg beyond what was needed. */
  refill(memcg: Memcg, nr: number): void {
    if (memcg !== this.holder && !this.many) this.holder.drainStock();
    this.holder = memcg;
    memcg.stock += nr;
  }

  /** Give back what is held for a memcg or any below it. */
  drain(memcg: Memcg): void {
    for (const one of memcg.subtree()) one.drainStock();
  }
}
