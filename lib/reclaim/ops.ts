import type { ReadCounts } from "../mechanisms/access/read-counts.js";
import type { References } from "../mechanisms/access/references.js";
import type { Balance } from "../mechanisms/balance/balance.js";
import type { GenerationPass } from "../mechanisms/generation-pass.js";
import type { Generations } from "../mechanisms/generations.js";
import type { Ghosts } from "../mechanisms/ghosts.js";
import type { Insertion } from "../mechanisms/insertion.js";
import type { Settings } from "../mechanisms/settings.js";
import type { Tiers } from "../mechanisms/tiers.js";
import type { Verdict } from "../mechanisms/two-looks.js";
import type { AccessSource } from "../mm/access.js";
import type { Folio, Folios, MemType } from "../mm/folio.js";
import type { FolioLists } from "../mm/lists.js";
import type { GenerationClock, Lruvec } from "../mm/lruvec.js";
import type { Origin } from "../mm/origin.js";
import type { Random } from "../util/random.js";
import type { ScanControl } from "./scan-control.js";

/** Why the core hands a folio to `place`. */
export type Placing =
  /** Just brought in; the lru_add batch is being drained, so flags set since the fault are on it. */
  | "new"
  /** Taken by `isolate`, not freed: referenced, dirty, no swap slot. PG_ACTIVE says that it should rank high. */
  | "kept"
  /** Judged active while listed (a second read, a young neighbour); it has been unlisted and carries PG_ACTIVE. */
  | "activated"
  /** Its writeback ended and reclaim wants it next; or a cache turned the newcomer away: the place that is scanned first. */
  | "rotated";

export type { Verdict } from "../mechanisms/two-looks.js";

/**
 * The decisions of one policy on one lruvec. The core calls them in this order for one batch:
 *
 *   budget -> isolate -> for each candidate: checkReferences -> (pages it out | place "kept")
 *
 * Hooks run to completion under lru_lock unless stated; they never count, never free, never allocate on the
 * way, and touch no list but their own. Two hooks are required. The rest default to the plainest behaviour,
 * filled in once when the policy is attached (`attach.ts`), so the core calls all of them without asking.
 */
export interface ReclaimOps {
  /**
   * (required) Put `folio`, which is on no list, on one of yours.
   * The core owned it until now; from here it is yours until `isolate` takes it or `removed` is called.
   * Left out: impossible, the folio would be lost; the core checks that it got listed.
   */
  place(folio: Folio, why: Placing): void;

  /**
   * (required) Offer victims: unlist nothing yourself, call `sc.take(folio)` for each candidate in the order you
   * would lose them. `take` unlists it, and the core owns it from then on; or it refuses (tier protection, no
   * way to swap) and the folio stays listed where it is: move it out of the way. Call `sc.more()` before each
   * look; it ends the batch. Stopping without having looked at anything ends the pass.
   */
  isolate(sc: ScanControl): void;

  /**
   * (optional) How many pages this pass may look at, in all. Asked before each batch, without the lock;
   * `sc.nrBatches` is 0 at the start of a pass: the place to age, to walk page tables, to set targets.
   * 0 or less ends the pass.
   * Left out: drain the batches; all evictable pages of the lruvec >> priority; and a page-table walk, if the slot
   * has one, each time that half of the lruvec has been scanned.
   */
  budget?(sc: ScanControl): number;

  /**
   * (optional) The verdict on a candidate that `isolate` gave. Without the lock. Ask `ctx.references(folio)` to
   * look at (and clear) its accessed bits; a policy that does not ask pays for no reverse-map walk.
   * Left out: keep what is referenced, reclaim the rest.
   */
  checkReferences?(folio: Folio): Verdict;

  /**
   * (optional) Somebody found out that `folio` was accessed: see {@link AccessSource}. Mapped accesses do not
   * come here, they only set the accessed bit. May be called at any time for any folio, listed or not; without
   * the lock, so change ages through `ctx.promote`, never lists.
   * Left out: the folio is marked PG_young, which the next reference check reports; BY_FAULT is ignored.
   */
  accessed?(folio: Folio, source: AccessSource): void;

  /**
   * (optional) `folio` has left your lists by itself (unmapped, freed) or through `sc.take`: forget private
   * state about it. Called after the fact.
   * Left out: nothing; enough for a policy whose only state is its lists.
   */
  removed?(folio: Folio): void;

  /**
   * (optional) `page` is not resident and is about to be brought in. Called before the charge that may reclaim for
   * it: the moment to look at ghosts. Whatever `place` should know of it later goes into the policy's own columns.
   * Left out: nothing.
   */
  missed?(page: number): void;

  /**
   * (optional) `folio`, which `isolate` gave, is being freed; `page` was its content, and is not resident from now on:
   * the moment to make a ghost of it. Called after `removed`. Pages that are unmapped go without.
   * Left out: nothing.
   */
  evicted?(folio: Folio, page: number): void;

  /**
   * (optional) `folio`, which is on one of your lists, was accessed. Called at once and for every access, but only where
   * `ctx.exact` says so: a cache knows each hit, a kernel does not. Lists may be changed. Costs a call on each hit, so a
   * policy that only wants to know whether a folio was used leaves it out and asks `ctx.references`.
   * Left out: an access sets the folio's accessed bit and nothing more.
   */
  hit?(folio: Folio): void;

  /** (optional) State for people: notebooks print it, failing tests show it. Plain data. Left out: {}. */
  inspect?(): Record<string, unknown>;
}

/** Slots that only act if the policy asks them. A setting for a slot that is never asked is refused. */
export type AskedSlot =
  | "hits"
  | "balance"
  | "ages"
  | "young"
  | "exec"
  | "deactivation"
  | "insertion"
  | "aging"
  | "budget";

/** An eviction algorithm: what it starts from, and its hooks for each lruvec. */
export interface Policy {
  readonly name: string;
  /** The options in force, defaults included. A spec's option that is not among them is refused. Default: {}. */
  readonly options?: Readonly<Record<string, string | number | boolean>>;
  /** Mechanisms that belong to it by birth, the same in all kernels or by kernel; any of them can be switched. */
  readonly mechanisms: Partial<Settings> | ((profile: string) => Partial<Settings>);
  readonly asks: readonly AskedSlot[];
  /**
   * Where it frees nothing, memory is out, as in the kernel that it is taken from. Any other policy is at fault then, and is
   * ejected if its fallback frees something. Default: false.
   */
  readonly mayRunOut?: boolean;
  /** Hooks for one lruvec. State lives in the closure, and nowhere else: it may be called again, and then the last call counts. */
  attach(ctx: LruvecContext): ReclaimOps;
}

/** What a policy can reach: its lruvec, lists, and the mechanisms in their slots. */
export interface LruvecContext {
  /**
   * True if every access is told to `hit`; `references` then finds nothing, for there is nothing more to know. False:
   * only accessed bits at the time of a check, reads through descriptors, and what walks find. All that a policy may
   * know of where it runs.
   */
  readonly exact: boolean;
  /** Most pages resident at once, as far as known: what shares of memory are shares of. */
  readonly nrFrames: number;
  /** Most folios there can be: for a policy that keeps a column of its own, indexed by folio. */
  readonly nrFolios: number;
  /** The page that a folio holds: what a ghost is known by when the folio is gone. */
  page(folio: Folio): number;
  /** Where the access comes from that has missed; valid within `missed`. */
  origin(): Origin;
  /** Ordered lists over pages, resident or not, with a number to remember for each. Once per attach. */
  newGhosts(nrLists?: number): Ghosts;
  /** Columns, to read; the flags that the policy's own rules own (ACTIVE, REFERENCED, refs) may be written. */
  readonly folios: Folios;
  /** Sizes, and whether refaults challenge the active pages. To read. */
  readonly lruvec: Lruvec;
  /** The lruvec that the present reclaim aims at: this one, or one above. Its statistics are those of all below it. */
  target(): Lruvec;
  /** What of `size` pages counts for a scan target: less if memory.low or memory.min protects a part of the memcg. */
  unprotected(size: number): number;
  /** Refault, tier and age clock; advanced by the core, or by {@link newGenerations}. */
  readonly clock: GenerationClock;
  readonly tiers: Tiers;
  readonly balance: Balance;
  /** Seeded; the only randomness there is. */
  readonly random: Random;
  /** Lists of `nrClasses` classes. `mixed`: anonymous and file folios share them. Once per attach. */
  newLists(nrClasses: number, options?: { readonly mixed?: boolean }): FolioLists;
  /** The same as a ring of generations, `minGens` of them never evicted, which from now on advances the clock. */
  newGenerations(gens: number, minGens: number): Generations;
  /** The rule of where generations take folios in, as the setting has it. */
  insertion(gens: number, minGens: number): Insertion;
  /**
   * The rule of how a pass over generations goes, as the setting has it: the hooks `budget` and `isolate`.
   * @param scan - Look at up to `looks` folios at the tail of the type's oldest generation, and take.
   */
  generationPass(
    ring: Generations,
    scan: (sc: ScanControl, type: MemType, looks: number) => void,
  ): GenerationPass<ScanControl>;
  /** How reads are counted on a folio. */
  readonly reads: ReadCounts;
  /** What is in the slots. */
  readonly settings: Settings;
  /** The reference check of a folio: looks at its accessed bits, clears them. Valid until the next call. */
  references(folio: Folio): References;
  /** Give a listed folio the class of an active one, by list move or by flag, as the slot has it. */
  promote(folio: Folio, klass: number): void;
  /** A walk or look-around found a folio young that is listed below `klass`: mark or promote it, as the slot has it. */
  youngHit(folio: Folio, klass: number): void;
  /** Queue a listed folio to be placed again with PG_ACTIVE: always a list move. Kernel: folio_activate(). */
  activate(folio: Folio): void;
  /** Remember that the folio was accessed, for the next reference check. */
  markYoung(folio: Folio): void;
  /** True if folios of the type can be freed now (anonymous memory needs swap). */
  canReclaim(type: MemType): boolean;
  /** Run the page-table walk of the slot once. False if the slot is empty. @param maySwap - Walk anonymous memory, too. */
  walk(maySwap: boolean): boolean;
  /** Empty the per-CPU batches, so that what they hold can be seen on lists; `takeTail` and `demote` do it themselves. */
  drain(): void;
  /** Run the walk if half of the lruvec (setting `walkEvery`) has been looked at since the last one. */
  walkIfDue(): boolean;
  /**
   * Move up to `nr` pages from the tail of one class to the head of another, clearing accessed bits on the way
   * (executable file pages in use go back to the head of `from`). Kernel: shrink_active_list().
   */
  demote(sc: ScanControl, lists: FolioLists, type: MemType, from: number, to: number, nr: number): void;
  /**
   * Offer up to `nr` pages from the tail of a class, as far as the batch has room: settles strays, moves what is
   * refused to the head. Of mixed lists any `type` names the one list.
   * Kernel: isolate_lru_folios().
   */
  takeTail(sc: ScanControl, lists: FolioLists, type: MemType, klass: number, nr: number): void;
}
