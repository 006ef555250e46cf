import { DEF_PRIORITY, MAX_BATCH, MAX_LOOKS, MIN_LRU_BATCH, SWAP_CLUSTER_MAX } from "../mm/batch.js";
import { ANON, type Folio } from "../mm/folio.js";
import { type FolioLists, MOST_TAILS, runaway } from "../mm/lists.js";
import type { Lruvec } from "../mm/lruvec.js";
import type { Memcg } from "../mm/memcg.js";
import { scaleByProtection } from "../mm/protection.js";
import type { Core } from "./core.js";

/** One reclaim run, as a policy sees it: what is wanted, what it may do, what it has done so far. Kernel: struct scan_control. */
export type ScanControl = Omit<LruvecScan, OfTheCore>;

/** What the core keeps to itself. */
type OfTheCore =
  | "target"
  | "again"
  | "taken"
  | "rotated"
  | "written"
  | "begin"
  | "whole"
  | "lowReclaim"
  | "lowSkipped"
  | "targetLruvec"
  | "unprotected";

/** The reclaim run of a kernel's lruvec: batches of candidates. The counting is here, so that it means the same for every policy. */
export class LruvecScan {
  /** 12 down to 0; a pass looks at 1/2^priority of what there is. */
  priority: number = DEF_PRIORITY;
  /** Pages wanted by the run, and got so far. */
  nrToReclaim = 0;
  nrReclaimed = 0;
  /** Pages got by this pass over this lruvec. */
  nrReclaimedHere = 0;
  swappiness = 60;
  /** The memcg that must shrink, with all below it; the root for all of memory. */
  target: Memcg;
  /** All of memory is short, not a memcg; kswapd reclaims; the round must meet every memcg. */
  global = false;
  kswapd = false;
  whole = false;
  /** Second round: memory.low protects no more. Set on the first if it protected anything. */
  lowReclaim = false;
  lowSkipped = false;
  /** Deactivate whatever the ratio of the lists says: the run made no progress otherwise. */
  forceDeactivate = false;
  /** Set by a policy that left active pages alone; asks for another round with `forceDeactivate`. */
  skippedDeactivate = false;
  /** A walk has run in this pass: age updates found by look-around are batched with its own. Kernel: reclaim_state->mm_walk. */
  walkContext = false;
  /** Batches that this pass has finished; 0 when `budget` is asked for the first time. */
  nrBatches = 0;

  /** The candidates taken in this batch, oldest first. */
  readonly batch: Int32Array = new Int32Array(MAX_BATCH);
  nrTaken = 0;
  /** Survivors of the batch that are tried once more. */
  readonly again: Int32Array = new Int32Array(MAX_BATCH);
  /** Of the batch: folios taken, pages put back, pages written by reclaim. Shape of each: [type]. */
  readonly taken: Int32Array = new Int32Array(2);
  readonly rotated: Int32Array = new Int32Array(2);
  readonly written: Int32Array = new Int32Array(2);
  /** Pages looked at in this batch: taken, refused, sorted or passed over. */
  nrLooked = 0;
  /** Pages that `more` still allows in this batch. */
  private nrAllowed = 0;
  private maxTaken = SWAP_CLUSTER_MAX;
  /** Calls of `more` in this batch. */
  private nrAsked = 0;
  /** The batch took or sorted folios, under lru_lock. */
  isolated = false;
  /** The last folio that `take` refused is dirty, and passed over until it has been written. */
  busy = false;
  /** The policy wants no further batch in this pass. */
  stopped = false;
  /** Pages looked at since the last page-table walk, all batches. The first walk is due before anything is evicted. */
  nrSinceWalk: number = Number.POSITIVE_INFINITY;

  constructor(private readonly core: Core) {
    this.target = core.memcg;
  }

  /** A new run: who must shrink, by how much. */
  begin(target: Memcg, nr: number, global: boolean, kswapd = false): void {
    this.target = target;
    this.priority = DEF_PRIORITY;
    this.nrToReclaim = nr;
    this.global = global;
    this.kswapd = kswapd;
    this.nrReclaimed = 0;
    this.swappiness = this.core.params.swappiness;
    this.forceDeactivate = false;
    this.skippedDeactivate = false;
    this.whole = false;
    this.lowReclaim = false;
    this.lowSkipped = false;
  }

  /** A run over all of memory may end: it has what it wants, or, for kswapd, the node has. Kernel: should_abort_scan(). */
  isDone(node: number): boolean {
    if (!this.global) return false;
    if (this.nrReclaimed >= this.nrToReclaim) return true;
    if (!this.kswapd) return false;
    const { nodes } = this.core;
    return nodes[node]!.free > this.core.balancedMark(nodes[node]!) + MIN_LRU_BATCH;
  }

  /** The page cache of the node is so small that scanning it only would go in circles. Kernel: file_is_tiny. */
  isFileTiny(lruvec: Lruvec): boolean {
    if (!this.global) return false;
    const { size } = this.core.table.under(this.core.memcg, lruvec.node)[0]!.tree;
    const { free, marks } = this.core.nodes[lruvec.node]!;
    return size[2]! + size[3]! + free <= marks.high;
  }

  /** The target's lruvec on the node of `lruvec`, which is below it. */
  targetLruvec(lruvec: Lruvec): Lruvec {
    let at = lruvec;
    while (at.memcg !== this.target && at.parent !== null) at = at.parent;
    return at;
  }

  /** What of `size` pages of a memcg counts for scan targets. Kernel: mem_cgroup_protection() in get_scan_count(). */
  unprotected(memcg: Memcg, size: number): number {
    const { effectiveLow: low, effectiveMin: min } = memcg;
    if (memcg === this.target || (low === 0 && min === 0)) return size;
    const byLow = !this.lowReclaim && low > min;
    if (byLow) this.lowSkipped = true;
    return scaleByProtection(size, memcg, byLow ? low : min);
  }

  beginPass(): void {
    this.nrReclaimedHere = 0;
    this.nrBatches = 0;
    this.stopped = false;
    this.walkContext = this.kswapd; // kswapd has one of its own: set_mm_walk()
  }

  /** @param batch - Candidates that it may take, unless the policy says otherwise. Default: 32. */
  beginBatch(budgetLeft: number, batch: number = SWAP_CLUSTER_MAX): void {
    this.nrTaken = 0;
    this.nrLooked = 0;
    this.isolated = false;
    this.maxTaken = batch;
    this.nrAllowed = Math.min(budgetLeft, MAX_LOOKS);
  }

  /** Take up to `max` candidates (at most 64), looking at up to `looks` pages (at most 4096), whatever the budget. */
  sizeBatch(max: number, looks: number): void {
    this.maxTaken = Math.min(max, MAX_BATCH);
    this.nrAllowed = Math.min(looks, MAX_LOOKS);
  }

  /** True while the batch has room and the budget lasts. */
  more(): boolean {
    if (++this.nrAsked > MOST_TAILS) runaway();
    return this.nrTaken < this.maxTaken && this.nrLooked < this.nrAllowed;
  }

  /**
   * Offer a listed folio as a candidate. True: it is unlisted and the core's. False: it must stay (its tier is
   * protected, it cannot leave memory, or it is `busy`); it is still listed, and the policy should move it away.
   */
  take(folio: Folio, lists: FolioLists): boolean {
    const { folios, stat } = this.core;
    const nr = folios.nrPages[folio]!;
    this.nrLooked += nr;
    this.isolated = true;
    const type = folios.type(folio);
    const own = this.core.mechanismsOf(folio);
    this.busy = own.dirty.passOver(folio);
    if (
      this.busy ||
      (type === ANON && !this.core.canReclaim(ANON, this.core.lruvecOf(folio).node)) ||
      own.tiers.protect(folio)
    ) {
      stat.pgrefill += nr;
      return false;
    }
    stat.pgscan += nr;
    if (this.kswapd) stat.pgscan_kswapd += nr;
    if (type === ANON) stat.pgscan_anon += nr;
    else stat.pgscan_file += nr;
    lists.remove(folio);
    this.batch[this.nrTaken++] = folio;
    return true;
  }

  /** A folio was looked at and moved elsewhere, without being a candidate. */
  passOver(folio: Folio): void {
    const nr = this.core.folios.nrPages[folio]!;
    this.nrLooked += nr;
    this.isolated = true;
    this.core.stat.pgrefill += nr;
  }

  /** Pages were looked at by aging work inside the batch: they use up its budget. */
  look(nr: number): void {
    this.nrLooked += nr;
  }

  /** No further batch in this pass. */
  stop(): void {
    this.stopped = true;
  }
}
