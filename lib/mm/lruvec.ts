import { ANON, FILE } from "./folio.js";
import type { Memcg } from "./memcg.js";

/**
 * The generation clock of an lruvec: max_seq counts generations made, min_seq[type] those emptied. A policy of
 * generations drives it; for any other the core advances it by evictions (`Core.noteEvicted`), so that
 * mechanisms that think in generations (tiers, the refault window) work everywhere.
 * Kernel: struct lru_gen_folio, max_seq, min_seq.
 */
export class GenerationClock {
  maxSeq = 3;
  /** Shape: [type]. */
  readonly minSeq: Int32Array = new Int32Array(2);

  /** Generations of a type that exist, the youngest included. */
  nrGens(type: number): number {
    return this.maxSeq - this.minSeq[type]! + 1;
  }
}

/**
 * All evictable folios of one memcg on one node, and what the core knows about them as a whole. Which lists
 * they stand on is the policy's affair.
 */
export class Lruvec {
  readonly clock: GenerationClock = new GenerationClock();
  /** Pages listed, as in memory.stat: [inactive_anon, active_anon, inactive_file, active_file]. */
  readonly size: Int32Array = new Int32Array(4);
  /** Evictions and activations so far, in pages: the clock of refault distances. Kernel: nonresident_age. */
  nonresidentAge = 0;
  /** workingset_activate_[type] of this lruvec, and its value, as told, when the last reclaim run ended. */
  readonly activated: Float64Array = new Float64Array(2);
  readonly activatedSnapshot: Float64Array = new Float64Array(2);
  /** Working-set refaults and pages written by reclaim, at 32 each, and rotations, so far. Shape: [type]. */
  readonly cost: Float64Array = new Float64Array(2);
  /**
   * `size`, `activated` and `cost` as memcg statistics tell them: the same arrays, or copies from the last flush. The kernel
   * decides by these in several places. Source: mm/memcontrol.c, lruvec_page_state(), 6.12.
   */
  told: { readonly size: Int32Array; readonly activated: Float64Array; readonly cost: Float64Array } = this;

  /** @param id - Index in {@link Folios.lruvec}. @param node - NUMA node. */
  constructor(
    readonly id: number,
    readonly memcg: Memcg,
    readonly node: number,
  ) {}

  account(type: number, active: boolean, nr: number): void {
    this.size[type * 2 + (active ? 1 : 0)]! += nr;
  }

  inactive(type: number): number {
    return this.size[type * 2]!;
  }

  active(type: number): number {
    return this.size[type * 2 + 1]!;
  }

  /** Listed pages of a type. */
  pages(type: number): number {
    return this.size[type * 2]! + this.size[type * 2 + 1]!;
  }

  /** Statistics from now on are as old as their last flush. */
  delayStatistics(): void {
    this.told = { size: new Int32Array(4), activated: new Float64Array(2), cost: new Float64Array(2) };
  }

  /** Bring the statistics up to date. Kernel: mem_cgroup_flush_stats(). */
  flushStatistics(): void {
    if (this.told === this) return;
    this.told.size.set(this.size);
    this.told.activated.set(this.activated);
    this.told.cost.set(this.cost);
  }

  /** Listed pages of a type, active or not, as told. */
  toldPages(type: number, active: boolean): number {
    return this.told.size[type * 2 + (active ? 1 : 0)]!;
  }

  /** True if a refault of the type is told since the last reclaim run: its active pages are challenged. */
  refaultActivated(type: number): boolean {
    return this.told.activated[type] !== this.activatedSnapshot[type];
  }

  /** Remember the refault counters at the end of a reclaim run. Kernel: snapshot_refaults(). */
  snapshotRefaults(): void {
    this.activatedSnapshot[ANON] = this.told.activated[ANON]!;
    this.activatedSnapshot[FILE] = this.told.activated[FILE]!;
  }
}
