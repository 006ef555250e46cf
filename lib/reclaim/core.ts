/*
 * The state that the one path works on, and what it lends to mechanisms (Host). Boot order: memory and lists
 * first, then the mechanisms over them, then the policy's hooks for each lruvec.
 */

import type { FdAccess } from "../mechanisms/access/fd-access.js";
import type { PageTableWalk } from "../mechanisms/access/page-table-walk.js";
import { type ReadCounts, SPLIT_COUNTS } from "../mechanisms/access/read-counts.js";
import type { ReferenceCheck } from "../mechanisms/access/references.js";
import type { AgeUpdate } from "../mechanisms/ages.js";
import type { Balance } from "../mechanisms/balance/balance.js";
import type { Ghosts } from "../mechanisms/ghosts.js";
import type { Host } from "../mechanisms/host.js";
import type { KernelMemory } from "../mechanisms/kernel-memory.js";
import type { Pageout } from "../mechanisms/pageout/pageout.js";
import type { SwapOut } from "../mechanisms/pageout/swap-out.js";
import type { Writeback } from "../mechanisms/pageout/writeback.js";
import type { Settings } from "../mechanisms/settings.js";
import type { Tiers } from "../mechanisms/tiers.js";
import type { Workingset } from "../mechanisms/workingset/workingset.js";
import type { YoungHit } from "../mechanisms/young-hit.js";
import type { AccessSource } from "../mm/access.js";
import {
  ANON,
  FILE,
  type Folio,
  Folios,
  type MemType,
  NIL,
  PG_LRU,
  PG_PRIVATE,
  PG_SWAPCACHE,
} from "../mm/folio.js";
import type { ClassLists } from "../mm/lists.js";
import { Lruvec } from "../mm/lruvec.js";
import type { Memcg } from "../mm/memcg.js";
import { Memory, NO_SHADOW } from "../mm/memory.js";
import { SwapArea } from "../mm/swap-area.js";
import { Vmstat } from "../mm/vmstat.js";
import type { TraceLayout } from "../trace/trace.js";
import { LruBatches } from "./lru-batches.js";
import type { ReclaimOps } from "./ops.js";
import { LruvecScan } from "./scan-control.js";
import type { Timers } from "./timers.js";

/** The mechanisms of a machine, one in each slot; an empty slot holds a null object. */
export interface Mechanisms {
  readonly settings: Settings;
  readonly references: ReferenceCheck;
  readonly walk: PageTableWalk;
  readonly fd: FdAccess;
  readonly ages: AgeUpdate;
  readonly young: YoungHit;
  readonly workingset: Workingset;
  readonly tiers: Tiers;
  readonly balance: Balance;
  readonly swapOut: SwapOut;
  readonly writeback: Writeback;
  readonly pageout: Pageout;
  readonly kernelMemory: KernelMemory;
}

/** What a lruvec's policy has set up. */
export interface Attached {
  readonly ops: Required<ReclaimOps>;
  /** Null until the policy asks for lists. */
  lists: ClassLists | null;
  /** Null unless the policy keeps ghosts. */
  ghosts: Ghosts | null;
  /** A ring of generations advances the clock. */
  drivesClock: boolean;
}

/** Parameters of the kernel that a profile sets. */
export interface CoreParams {
  /** Folios in a per-CPU batch (PAGEVEC_SIZE, later FOLIO_BATCH_SIZE). */
  readonly batchSize: number;
  /** Each pass over a lruvec brings its memcg's statistics up to date. Default: false. */
  readonly flushesInReclaim?: boolean;
  /** Counts of reads outlive the placement in the youngest generation (lru_gen_add_folio(), 6.1). Default: false. */
  readonly keepsCounts?: boolean;
  /** Pages of a file that one fault maps if they are cached, a power of two up to 512. Default: 1. */
  readonly faultAround?: number;
  /** Stores to clean file pages fault, as on file systems with page_mkwrite; without it dirty PTEs tell. Default: false. */
  readonly tracksDirty?: boolean;
  /** Slots of the swap device. */
  readonly swapSlots: number;
  readonly swappiness: number;
}

export class Core implements Host {
  readonly memory: Memory;
  readonly folios: Folios;
  readonly stat: Vmstat = new Vmstat();
  readonly swap: SwapArea;
  readonly lruvecs: Lruvec[];
  readonly batches: LruBatches;
  readonly sc: LruvecScan;
  readonly attached: Attached[] = [];
  mechanisms!: Mechanisms;
  reads: ReadCounts = SPLIT_COUNTS;
  timers!: Timers;
  /** Pages evicted since the core last advanced the clock of each lruvec. */
  private readonly evictedInEpoch: Float64Array;

  constructor(
    layout: TraceLayout,
    readonly memcg: Memcg,
    readonly params: CoreParams,
  ) {
    this.memory = new Memory(layout);
    const resident = Math.min(this.memory.map.nrPages, memcg.max);
    this.folios = new Folios(resident);
    this.swap = new SwapArea(params.swapSlots);
    this.lruvecs = [new Lruvec(0, memcg, 0)];
    this.evictedInEpoch = new Float64Array(this.lruvecs.length);
    this.batches = new LruBatches(this, params.batchSize);
    this.sc = new LruvecScan(this);
  }

  lruvecOf(folio: Folio): Lruvec {
    return this.lruvecs[this.folios.lruvec[folio]!]!;
  }

  opsOf(folio: Folio): Required<ReclaimOps> {
    return this.attached[this.folios.lruvec[folio]!]!.ops;
  }

  listsOf(folio: Folio): ClassLists {
    return this.attached[this.folios.lruvec[folio]!]!.lists!;
  }

  hasGenerations(lruvec: Lruvec): boolean {
    return this.attached[lruvec.id]!.drivesClock;
  }

  isReferenced(folio: Folio): boolean {
    return this.batches.holds(folio);
  }

  headroom(): number {
    return this.memcg.max === Number.POSITIVE_INFINITY ? 0 : this.memcg.max - this.memcg.usage;
  }

  isBelowNewest(folio: Folio): boolean {
    return (
      (this.folios.flags[folio]! & PG_LRU) !== 0 && this.folios.klass[folio] !== this.listsOf(folio).newest
    );
  }

  hasWalkContext(): boolean {
    return this.sc.walkContext;
  }

  accessed(folio: Folio, source: AccessSource): void {
    this.opsOf(folio).accessed(folio, source);
  }

  activate(folio: Folio): void {
    this.batches.activate(folio);
  }

  assignClass(folio: Folio, klass: number): void {
    this.listsOf(folio).assign(folio, klass);
  }

  canReclaim(type: MemType): boolean {
    return type === FILE || this.mechanisms.swapOut.canSwap();
  }

  /** Take a folio off whatever holds it, for good: its page goes away without reclaim. */
  forget(folio: Folio): void {
    this.batches.forget(folio);
    this.mechanisms.writeback.forget(folio);
    this.mechanisms.swapOut.forget(folio);
    if ((this.folios.flags[folio]! & PG_LRU) === 0) return;
    this.listsOf(folio).remove(folio);
    this.opsOf(folio).removed(folio);
  }

  /** Free an unlisted, unmapped folio. `shadow` stands where its page was. */
  free(folio: Folio, shadow: number): void {
    const page = this.folios.page[folio]!;
    this.memory.folioOf[page] = NIL;
    this.memory.shadow[page] = shadow;
    const { memcg } = this.lruvecOf(folio);
    memcg.uncharge(this.folios.nrPages[folio]!);
    if ((this.folios.flags[folio]! & PG_PRIVATE) !== 0) {
      const nr = this.mechanisms.kernelMemory.freeBuffers();
      memcg.uncharge(nr);
      memcg.kernel -= nr;
    }
    this.folios.release(folio);
  }

  /** Free a folio whose page is gone with its address space: no shadow, its swap slot is given back. */
  discard(folio: Folio): void {
    this.forget(folio);
    if ((this.folios.flags[folio]! & PG_SWAPCACHE) !== 0) this.swap.release();
    this.free(folio, NO_SHADOW);
  }

  /** The page's content is gone for good: whoever remembers it forgets it. */
  forgetPage(page: number): void {
    this.memory.shadow[page] = NO_SHADOW;
    for (const { ghosts } of this.attached) ghosts?.remove(page);
  }

  /**
   * Advance the generation clock of a lruvec whose policy has no generations: one epoch for each quarter of it
   * that has been evicted (assumed), so that tiers and the refault window have a pace to go by.
   */
  noteEvicted(lruvec: Lruvec, nr: number): void {
    if (this.attached[lruvec.id]!.drivesClock) return;
    this.evictedInEpoch[lruvec.id]! += nr;
    const epoch = Math.max(64, (lruvec.pages(ANON) + lruvec.pages(FILE)) >> 2);
    if (this.evictedInEpoch[lruvec.id]! < epoch) return;
    this.evictedInEpoch[lruvec.id] = 0;
    lruvec.clock.maxSeq++;
    for (const type of [ANON, FILE] as const) {
      lruvec.clock.minSeq[type]!++;
      this.mechanisms.tiers.carryOver(type);
    }
  }
}
