/** Pages that a CPU charges ahead at once (mm/memcontrol.c, MEMCG_CHARGE_BATCH). */
export const MEMCG_CHARGE_BATCH = 64;

/** Fruitless reclaim runs for one charge before the memcg is out of memory (mm/memcontrol.c, MAX_RECLAIM_RETRIES). */
export const MAX_RECLAIM_RETRIES = 16;

/**
 * A memory cgroup: a limit and a usage. `parent` makes it a tree; charging walks to the root, so that a limit
 * anywhere above counts.
 */
export class Memcg {
  /** Pages charged, the stock included (memory.current). */
  usage = 0;
  /** Charged ahead for the one CPU, not in use. */
  stock = 0;
  /** Charged pages that are no folio's: the kernel's own, and what is locked in memory. */
  kernel = 0;

  /** @param max - memory.max in pages; Infinity for none. */
  constructor(
    readonly name: string,
    readonly max: number,
    readonly parent: Memcg | null = null,
  ) {}

  /** Charge `nr` pages here and above if no limit forbids it. Kernel: page_counter_try_charge(). */
  tryCharge(nr: number): boolean {
    for (let memcg: Memcg | null = this; memcg !== null; memcg = memcg.parent) {
      if (memcg.usage + nr > memcg.max) return false;
    }
    for (let memcg: Memcg | null = this; memcg !== null; memcg = memcg.parent) memcg.usage += nr;
    return true;
  }

  /** Take `nr` pages from the stock, if it has them. Kernel: consume_stock(). */
  consumeStock(nr: number): boolean {
    if (this.stock < nr) return false;
    this.stock -= nr;
    return true;
  }

  uncharge(nr: number): void {
    for (let memcg: Memcg | null = this; memcg !== null; memcg = memcg.parent) memcg.usage -= nr;
  }

  /** Give the stock back. Kernel: drain_all_stock(). */
  drainStock(): void {
    if (this.stock > 0) this.uncharge(this.stock);
    this.stock = 0;
  }
}
