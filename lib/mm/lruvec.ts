import { ANON, FILE } from "./folio.js";
import type { Memcg } from "./memcg.js";

/** Births that are remembered: more than there can be generations. */
const BIRTHS = 16;

/**
 * The generation clock of an lruvec: max_seq counts generations made, min_seq[type] those emptied. A policy of
 * generations drives it; for any other the core advances it by evictions (`Core.noteEvicted`), so that
 * mechanisms that think in generations (tiers, the refault window) work everywhere.
 * Kernel: struct lru_gen_folio, max_seq, min_seq.
 */
export class GenerationClock {
  maxSeq = 3;
  /** What time it is, in ns; 0 where no time passes. */
  now: () => number = () => 0;
  private readonly births: Float64Array = new Float64Array(BIRTHS);
  /** Shape: [type]. */
  readonly minSeq: Int32Array = new Int32Array(2);

  /** A new generation begins. */
  advance(): void {
    this.maxSeq++;
    this.births[this.maxSeq % BIRTHS] = this.now();
  }

  /** When a generation began; those of the start, at 0. */
  born(seq: number): number {
    return this.births[seq % BIRTHS]!;
  }

  /** Generations of a type that exist, the youngest included. */
  nrGens(type: number): number {
    return this.maxSeq - this.minSeq[type]! + 1;
  }
}

/** What is counted of a lruvec, in pages. Shapes: [inactive_anon, active_anon, inactive_file, active_file], [type], [type]. */
interface Sums {
  readonly size: Int32Array;
  /** workingset_activate_[type]. */
  readonly activated: Float64Array;
  /** Working-set refaults and pages written by reclaim, at 32 each, and rotations, so far. */
  readonly cost: Float64Array;
}

const newSums = (): Sums => ({
  size: new Int32Array(4),
  activated: new Float64Array(2),
  cost: new Float64Array(2),
});

/**
 * All evictable folios of one memcg on one node, and what the core knows about them as a whole. Which lists
 * they stand on is the policy's affair. Lruvecs of a node are a tree as their memcgs are: what is counted here is
 * counted above, too.
 */
export class Lruvec {
  readonly clock: GenerationClock = new GenerationClock();
  /** Pages listed, as in memory.stat: [inactive_anon, active_anon, inactive_file, active_file]. */
  readonly size: Int32Array = new Int32Array(4);
  /** Evictions and activations so far, here and below, in pages: the clock of refault distances. Kernel: nonresident_age. */
  nonresidentAge = 0;
  /** The same sizes and counts with those of the lruvecs below; `size` is this one's alone. */
  readonly tree: Sums;
  /** workingset_activate_[type], as told, when the last reclaim run ended. */
  readonly activatedSnapshot: Float64Array = new Float64Array(2);
  /** What the balance holds against each type, and what it last saw of `cost`. Kernel: anon_cost, file_cost. Shape: [type]. */
  readonly balance: Float64Array = new Float64Array(2);
  readonly costSeen: Float64Array = new Float64Array(2);
  /**
   * `tree` as memcg statistics tell it: the same arrays, or copies from the last flush. The kernel decides by these in
   * several places. Source: mm/memcontrol.c, lruvec_page_state(), 6.12.
   */
  told: Sums;

  /**
   * @param id - Index in {@link Folios.lruvec}. @param node - NUMA node.
   * @param parent - The lruvec of the memcg above on the same node.
   */
  constructor(
    readonly id: number,
    readonly memcg: Memcg,
    readonly node: number,
    readonly parent: Lruvec | null = null,
  ) {
    const alone = parent === null && memcg.children.length === 0;
    this.tree = alone ? { ...newSums(), size: this.size } : newSums();
    this.told = this.tree;
  }

  account(type: number, active: boolean, nr: number): void {
    const index = type * 2 + (active ? 1 : 0);
    this.size[index]! += nr;
    if (this.tree.size === this.size) return;
    for (let above: Lruvec | null = this; above !== null; above = above.parent) above.tree.size[index]! += nr;
  }

  /** Evictions and activations happened here. Kernel: workingset_age_nonresident(). */
  age(nr: number): void {
    for (let above: Lruvec | null = this; above !== null; above = above.parent) above.nonresidentAge += nr;
  }

  /** Refaults were activated here. */
  noteActivated(type: number, nr: number): void {
    for (let above: Lruvec | null = this; above !== null; above = above.parent) {
      above.tree.activated[type]! += nr;
    }
  }

  /** Reclaiming a type had a cost here. */
  noteCost(type: number, nr: number): void {
    for (let above: Lruvec | null = this; above !== null; above = above.parent) above.tree.cost[type]! += nr;
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
    this.told = newSums();
  }

  /** Bring the statistics up to date. Kernel: mem_cgroup_flush_stats(). */
  flushStatistics(): void {
    if (this.told === this.tree) return;
    this.told.size.set(this.tree.size);
    this.told.activated.set(this.tree.activated);
    this.told.cost.set(this.tree.cost);
  }

  /** Listed pages of a type, active or not, here and below, as told. */
  toldPages(type: number, active: boolean): number {
    return this.told.size[type * 2 + (active ? 1 : 0)]!;
  }

  /** All of them. */
  toldSize(): number {
    const { size } = this.told;
    return size[0]! + size[1]! + size[2]! + size[3]!;
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
