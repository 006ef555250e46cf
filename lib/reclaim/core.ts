/*
 * The state that the one path works on, and what it lends to mechanisms (Host). Boot order: memory and lists
 * first, then the mechanisms over them, then the policy's hooks for each lruvec.
 */

import { type ReadCounts, SPLIT_COUNTS } from "../mechanisms/access/read-counts.js";
import type { Host } from "../mechanisms/host.js";
import { countRefault } from "../mechanisms/workingset/count.js";
import type { AccessSource } from "../mm/access.js";
import { CpuStock } from "../mm/cpu-stock.js";
import {
  ANON,
  FILE,
  type Folio,
  Folios,
  type MemType,
  PG_LRU,
  PG_PRIVATE,
  PG_SWAPCACHE,
} from "../mm/folio.js";
import { Ledger } from "../mm/ledger.js";
import type { ClassLists } from "../mm/lists.js";
import type { Lruvec } from "../mm/lruvec.js";
import { LruvecTable } from "../mm/lruvec-table.js";
import type { Memcg } from "../mm/memcg.js";
import { Memory } from "../mm/memory.js";
import { endlessNode, type MemoryNode } from "../mm/node.js";
import { type Origin, originsOf } from "../mm/origin.js";
import type { Owners } from "../mm/owners.js";
import { entryOf, NO_SHADOW } from "../mm/page-entry.js";
import { ShadowOwners } from "../mm/shadow-owners.js";
import { SwapArea } from "../mm/swap-area.js";
import { Vmstat } from "../mm/vmstat.js";
import type { TraceLayout } from "../trace/trace.js";
import type { CoreParams } from "./core-params.js";
import { LruBatches } from "./lru-batches.js";
import type { ReclaimOps } from "./ops.js";
import { LruvecScan } from "./scan-control.js";
import type { Attached, Mechanisms } from "./slots.js";
import type { Timers } from "./timers.js";

export type { CoreParams } from "./core-params.js";
export type { Attached, Mechanisms } from "./slots.js";

export class Core implements Host {
  readonly memory: Memory;
  readonly folios: Folios;
  readonly stat: Vmstat = new Vmstat();
  readonly swap: SwapArea;
  readonly lruvecs: Lruvec[];
  readonly batches: LruBatches;
  readonly sc: LruvecScan;
  readonly attached: Attached[] = [];
  /** The first lruvec's set; for what is the machine's, anybody's. */
  mechanisms!: Mechanisms;
  /** Who owns what, and whose counters are whose; null while there is one memcg. */
  private readonly owners: Owners | null;
  readonly ledger: Ledger | null;
  reads: ReadCounts = SPLIT_COUNTS;
  timers!: Timers;
  readonly nodes: readonly MemoryNode[];
  /** Nodes that allocations ask, in order. */
  readonly zonelist: readonly MemoryNode[];
  /** lru_gen/min_ttl_ms, in ns; 0 for off. */
  minTtl = 0;
  /** Asked before memory is out: true if there is a way yet (a policy that never frees has been ejected). */
  rescue: () => boolean = () => false;
  /** The out-of-memory killer has ended the workload. */
  killed = false;
  /** The slot whose page is being brought in. */
  slot = 0;
  /** Pages of a file system's metadata that are still to come in. */
  metadataLeft: number;
  /** Lruvecs by memcg and node. */
  readonly table: LruvecTable;
  /** Pages charged ahead. */
  readonly stock: CpuStock;
  /** Whose shadows there are; null while there is one lruvec. */
  private readonly shadows: ShadowOwners | null;
  /** Pages evicted since the core last advanced the clock of each lruvec. */
  private readonly evictedInEpoch: Float64Array;
  private origins: ((slot: number) => Origin) | null = null;

  /** @param memcg - The root of the memcgs. @param owners - Who owns what; null if the root owns all. */
  constructor(
    layout: TraceLayout,
    readonly memcg: Memcg,
    readonly params: CoreParams,
    owners: Owners | null = null,
  ) {
    const memcgs = memcg.subtree();
    this.memory = new Memory(layout, params.metadata);
    this.metadataLeft = params.metadata ?? 0;
    const resident = Math.min(this.memory.nrPages, memcg.max);
    this.folios = new Folios(resident, 64 * memcgs.length * (params.nodes?.length ?? 1));
    this.swap = new SwapArea(params.swapSlots);
    this.nodes = params.nodes ?? [endlessNode()];
    this.zonelist = params.bind === true ? [this.nodes[0]!] : this.nodes;
    this.table = new LruvecTable(memcg, this.nodes.length);
    this.lruvecs = this.table.all;
    this.owners = owners;
    this.stock = new CpuStock(memcg, params.manyStocks === true);
    this.ledger = memcgs.length > 1 ? new Ledger(this.stat, memcgs) : null;
    this.shadows = this.lruvecs.length > 1 ? new ShadowOwners(this.memory.nrPages) : null;
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

  mechanismsOf(folio: Folio): Mechanisms {
    return this.attached[this.folios.lruvec[folio]!]!.mechanisms;
  }

  /** Whose fault it is: it becomes that memcg's turn. */
  enter(mm: number): Memcg {
    if (this.owners === null) return this.memcg;
    const memcg = this.owners.ofProcess(mm);
    this.ledger!.turn(memcg);
    return memcg;
  }

  /** The same for a page of a file that is read or written through a descriptor. */
  enterFile(page: number): Memcg {
    if (this.owners === null) return this.memcg;
    const memcg = this.owners.ofPage(page);
    this.ledger!.turn(memcg);
    return memcg;
  }

  /** Where the access comes from whose page is being brought in. */
  origin(): Origin {
    this.origins ??= originsOf(this.memory.map.layout);
    return this.origins(this.slot);
  }

  evictingLruvec(folio: Folio): Lruvec {
    return this.lruvecs.length === 1 ? this.lruvecs[0]! : this.sc.targetLruvec(this.lruvecOf(folio));
  }

  shadowLruvec(folio: Folio): Lruvec {
    return this.lruvecs[this.shadows === null ? 0 : this.shadows.from[this.folios.page[folio]!]!]!;
  }

  shadowTarget(folio: Folio): Lruvec {
    return this.lruvecs[this.shadows === null ? 0 : this.shadows.target[this.folios.page[folio]!]!]!;
  }

  /** A page came back: its shadow is judged by the rule that made it, or, if that is not this lruvec's, only counted. */
  refault(folio: Folio, shadow: number, inFault: boolean): void {
    const { settings, workingset } = this.mechanismsOf(folio);
    const from = this.attached[this.shadowLruvec(folio).id]!.mechanisms;
    if (from.settings.workingset === settings.workingset) workingset.refault(folio, shadow, inFault);
    else countRefault(this, this.folios.type(folio), this.folios.nrPages[folio]!);
  }

  owns(lruvec: Lruvec, mm: number): boolean {
    return this.owners === null || this.owners.ofProcess(mm) === lruvec.memcg;
  }

  heeds(mm: number): boolean {
    return this.owners === null || this.owners.ofProcess(mm).isUnder(this.sc.target);
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

  nextClass(folio: Folio): number {
    return (this.folios.klass[folio]! + 1) % this.listsOf(folio).nrClasses;
  }

  raise(folio: Folio, klass: number): void {
    const lists = this.listsOf(folio);
    this.stat.lru_lock++;
    this.stat.pgactivate += this.folios.nrPages[folio]!;
    lists.remove(folio);
    this.opsOf(folio).removed(folio);
    lists.add(folio, klass);
  }

  canReclaim(type: MemType, node: number): boolean {
    return type === FILE || this.mechanisms.swapOut.canSwap() || this.mechanisms.demotion.canDemote(node);
  }

  /** Free pages with which kswapd is content. */
  balancedMark({ marks }: MemoryNode): number {
    return this.mechanisms.settings.balanced === "promo" ? marks.promo : marks.high;
  }

  /** Memory is gone: the workload is killed. */
  outOfMemory(): void {
    this.killed = true;
    this.stat.oom_kill++;
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

  /** Free an unlisted, unmapped folio. `shadow` stands where its page was. @param inSwap - Its content is in swap. */
  free(folio: Folio, shadow: number, inSwap: boolean): void {
    const page = this.folios.page[folio]!;
    this.memory.entry[page] = entryOf(shadow, inSwap);
    if (this.shadows !== null) {
      this.shadows.from[page] = this.folios.lruvec[folio]!;
      this.shadows.target[page] = this.evictingLruvec(folio).id;
    }
    const { memcg, node } = this.lruvecOf(folio);
    memcg.uncharge(this.folios.nrPages[folio]!);
    this.nodes[node]!.free += this.folios.nrPages[folio]!;
    if ((this.folios.flags[folio]! & PG_PRIVATE) !== 0) {
      const nr = this.mechanisms.kernelMemory.freeBuffers();
      memcg.uncharge(nr);
      memcg.kernel -= nr;
      this.nodes[0]!.free += nr;
    }
    this.folios.release(folio);
  }

  /** Free a folio whose page is gone with its address space: no shadow, its swap slot is given back. */
  discard(folio: Folio): void {
    this.forget(folio);
    if ((this.folios.flags[folio]! & PG_SWAPCACHE) !== 0) this.swap.release();
    this.free(folio, NO_SHADOW, false);
  }

  /** The page's content is gone for good: whoever remembers it forgets it. */
  forgetPage(page: number): void {
    this.memory.forget(page);
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
    lruvec.clock.advance();
    for (const type of [ANON, FILE] as const) {
      lruvec.clock.minSeq[type]!++;
      this.attached[lruvec.id]!.mechanisms.tiers.carryOver(type);
    }
  }
}
