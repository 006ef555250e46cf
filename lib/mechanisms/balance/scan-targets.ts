/*
 * Scan targets: how much of each list a pass looks at, and in which order.
 *
 * A list's target is its size >> priority, times its type's share. The pass takes a batch of 32 pages from each list in
 * turn. Once enough is reclaimed, the type with less left is dropped, and the other's targets shrink to the
 * part of the way that the dropped one had come: pressure stays proportional even when a pass ends early.
 *
 * Source: mm/vmscan.c, get_scan_count(), shrink_lruvec(), 6.12 (memcg reclaim).
 */

import { atPriority, SWAP_CLUSTER_MAX } from "../../mm/batch.js";

/** Targets over lists numbered type * nrClasses + class; class 0 is the one that eviction takes from. */
export class ScanTargets {
  /** Pages left to look at. Shape: [2 * nrClasses]. */
  readonly left: Float64Array;
  private readonly target: Float64Array;
  private at = 0;
  /** What `next` granted for the list that it returned. */
  granted = 0;

  constructor(
    private readonly nrClasses: number,
    private readonly batch: number = SWAP_CLUSTER_MAX,
  ) {
    this.left = new Float64Array(2 * nrClasses);
    this.target = new Float64Array(2 * nrClasses);
  }

  /**
   * Start a pass.
   * @param size - Pages of a list.
   * @param weight - Of each type; both 0 for nothing to scan.
   * @param equal - Scan both types in full, whatever their weights.
   */
  begin(size: (list: number) => number, priority: number, weight: Float64Array, equal: boolean): void {
    const sum = weight[0]! + weight[1]!;
    for (let list = 0; list < this.left.length; list++) {
      const type = list < this.nrClasses ? 0 : 1;
      const scan = atPriority(size(list), priority);
      if (sum === 0) this.left[list] = 0;
      else if (equal) this.left[list] = scan;
      else this.left[list] = Math.floor((scan * weight[type]!) / sum);
    }
    this.target.set(this.left);
    this.at = 0;
  }

  /**
   * Next list to scan, with `granted` pages, or -1 when the pass is over. Active classes of anonymous memory
   * do not keep a pass alive. @param enough - The pass has reclaimed what was asked for.
   */
  next(enough: boolean): number {
    const { left } = this;
    for (let turns = 0; turns <= 2 * left.length; turns++) {
      if (this.at === left.length) {
        this.at = 0;
        if (enough && !this.adjust()) return -1;
      }
      if (this.at === 0 && !this.alive()) return -1;
      const list = this.at++;
      if (left[list]! <= 0) continue;
      this.granted = Math.min(left[list]!, this.batch);
      left[list]! -= this.granted;
      return list;
    }
    return -1;
  }

  private alive(): boolean {
    for (let list = 0; list < this.left.length; list++) {
      const activeAnon = list > 0 && list < this.nrClasses;
      if (!activeAnon && this.left[list]! > 0) return true;
    }
    return false;
  }

  private sum(of: Float64Array, type: number): number {
    let sum = 0;
    for (let k = 0; k < this.nrClasses; k++) sum += of[type * this.nrClasses + k]!;
    return sum;
  }

  /** Keep the proportion: drop the smaller type, cut the other to the same percentage done. False: one is at 0, stop. */
  private adjust(): boolean {
    const { left, target, nrClasses } = this;
    const anon = this.sum(left, 0);
    const file = this.sum(left, 1);
    if (anon === 0 || file === 0) return false;
    const smaller = file > anon ? 0 : 1;
    const percentLeft = Math.floor((Math.min(anon, file) * 100) / (this.sum(target, smaller) + 1));
    for (let list = 0; list < left.length; list++) {
      if (Math.floor(list / nrClasses) === smaller) {
        left[list] = 0;
        continue;
      }
      const scanned = target[list]! - left[list]!;
      const wanted = Math.floor((target[list]! * (100 - percentLeft)) / 100);
      left[list] = wanted - Math.min(wanted, scanned);
    }
    return true;
  }
}
