import type { AccessSource } from "../mm/access.js";
import type { Folio, Folios } from "../mm/folio.js";
import type { Lruvec } from "../mm/lruvec.js";
import type { Memory } from "../mm/memory.js";
import type { SwapArea } from "../mm/swap-area.js";
import type { Vmstat } from "../mm/vmstat.js";
import type { ReadCounts } from "./access/read-counts.js";

/**
 * What the core lends to a mechanism: memory to look at, counters to count its work in, and ways to tell the
 * rest what it found. A mechanism knows no policy and no other mechanism but those handed to it.
 */
export interface Host {
  readonly memory: Memory;
  readonly folios: Folios;
  readonly stat: Vmstat;
  readonly swap: SwapArea;
  /** How reads through descriptors are counted on a folio. */
  readonly reads: ReadCounts;
  lruvecOf(folio: Folio): Lruvec;
  /** The lruvec that the present reclaim aims at: of the memcg over its limit, or of the whole node the folio is on. */
  evictingLruvec(folio: Folio): Lruvec;
  /** For a page that comes back into `folio`: the lruvec it was evicted from, and the one that reclaim aimed at. */
  shadowLruvec(folio: Folio): Lruvec;
  shadowTarget(folio: Folio): Lruvec;
  /** True if the process belongs to the lruvec's memcg. */
  owns(lruvec: Lruvec, mm: number): boolean;
  /** True if references by the process count: it belongs to the memcg that reclaim aims at, or to one below. */
  heeds(mm: number): boolean;
  /** True if the lruvec's policy keeps generations, and so drives the generation clock itself. */
  hasGenerations(lruvec: Lruvec): boolean;
  /** True if somebody else holds a reference to the folio (a per-CPU batch): it cannot be freed now. */
  isReferenced(folio: Folio): boolean;
  /** Pages that may still be charged before the limit. */
  headroom(): number;
  /** True if the folio is listed below the youngest class of its lists. */
  isBelowNewest(folio: Folio): boolean;
  /** True after a walk, until the pass over the lruvec ends. */
  hasWalkContext(): boolean;
  /** The folio was accessed: ask its policy what follows. */
  accessed(folio: Folio, source: AccessSource): void;
  /** Queue a listed folio to be placed again as an active one; done when the batch is full or drained. */
  activate(folio: Folio): void;
  /** The class above a listed folio's: the next younger one. */
  nextClass(folio: Folio): number;
  /** Move a listed folio to the head of a higher class at once, under lru_lock. */
  raise(folio: Folio, klass: number): void;
  /** Change a listed folio's class by its field alone. */
  assignClass(folio: Folio, klass: number): void;
}
