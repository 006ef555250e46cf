/** Pages that a CPU charges ahead at once (mm/memcontrol.c, MEMCG_CHARGE_BATCH). */
export const MEMCG_CHARGE_BATCH = 64;

/** Fruitless reclaim runs for one charge before the memcg is out of memory (mm/memcontrol.c, MAX_RECLAIM_RETRIES). */
export const MAX_RECLAIM_RETRIES = 16;

/** What a memcg's control files say beside memory.max, in pages. */
export interface MemcgSettings {
  /** memory.high: above it, who charges must reclaim. Default: Infinity. */
  readonly high?: number;
  /** memory.low: spared as long as there is other memory to reclaim. Default: 0. */
  readonly low?: number;
  /** memory.min: never reclaimed from above. Default: 0. */
  readonly min?: number;
}

/**
 * A memory cgroup: a limit, a usage, and what it is protected by. `parent` makes it a tree; charging walks to the
 * root, so that a limit anywhere above counts.
 */
export class Memcg {
  /** Pages charged, the stock included (memory.current). */
  usage = 0;
  /** Charged ahead for the one CPU, not in use. */
  stock = 0;
  /** Charged pages that are no folio's: the kernel's own, and what is locked in memory. */
  kernel = 0;
  /** Memcgs right below, in the order of their creation. */
  readonly children: Memcg[] = [];
  /** Its place in the tree, parents first; set when lruvecs are made for it. */
  index = 0;
  readonly high: number;
  readonly low: number;
  readonly min: number;
  /** Effective protection in pages, as the last walk over the tree found it; see `protection.ts`. */
  effectiveLow = 0;
  effectiveMin = 0;

  /** @param max - memory.max in pages; Infinity for none. */
  constructor(
    readonly name: string,
    readonly max: number,
    readonly parent: Memcg | null = null,
    { high = Number.POSITIVE_INFINITY, low = 0, min = 0 }: MemcgSettings = {},
  ) {
    this.high = high;
    this.low = low;
    this.min = min;
    parent?.children.push(this);
  }

  /** The memcg and all below it, parents first: the order of mem_cgroup_iter(). */
  subtree(): Memcg[] {
    return [this, ...this.children.flatMap((child) => child.subtree())];
  }

  /** True if this is `other` or below it. */
  isUnder(other: Memcg): boolean {
    for (let memcg: Memcg | null = this; memcg !== null; memcg = memcg.parent)
      if (memcg === other) return true;
    return false;
  }

  /** Charge `nr` pages here and above if no limit forbids it. Kernel: page_counter_try_charge(). */
  tryCharge(nr: number): boolean {
    if (this.overLimit(nr) !== null) return false;
    for (let memcg: Memcg | null = this; memcg !== null; memcg = memcg.parent) memcg.usage += nr;
    return true;
  }

  /** The first memcg from here up whose limit forbids `nr` pages more, or null. */
  overLimit(nr: number): Memcg | null {
    for (let memcg: Memcg | null = this; memcg !== null; memcg = memcg.parent) {
      if (memcg.usage + nr > memcg.max) return memcg;
    }
    return null;
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
