import { type Folio, type Folios, NIL, NO_CLASS, PG_LRU, PG_SWAPBACKED } from "./folio.js";
import type { Lruvec } from "./lruvec.js";
import type { Vmstat } from "./vmstat.js";

/** Calls of `tail` after which whoever calls it is taken to loop for ever: more than any batch of work needs. */
export const MOST_TAILS: number = 1 << 24;

/** Out of the way of what a compiler may inline. */
export function runaway(): never {
  throw new Error("a hook asked for the tail of a list for ever");
}

/*
 * The lists of one lruvec: an ordered set of classes, one list for each type and class.
 *
 *             head (newest)                        tail (scanned first)
 *   class 1   o  o  o  o  o  o  o  o  o  o  o  o       active, youngest generation ...
 *   class 0   o  o  o  1  o  o  o  o  o  1  o  o       inactive, oldest generation ...
 *                      ^                 ^  strays: their class field says 1, they still stand here
 *
 * A folio belongs to the class in its `klass` field and stands on some list. The two part when an age update
 * writes only the field (no lru_lock, no list move); whoever scans a list settles the strays that it meets.
 * Page counts follow the field. Kernel: lruvec->lists, and lrugen->folios with lrugen->nr_pages.
 */
export class ClassLists {
  readonly nrClasses: number;
  /** True if anonymous and file folios share the lists. */
  readonly mixed: boolean;
  /** Pages by class field. Shape: [2 * nrClasses], index type * nrClasses + class; mixed lists count at type 0. */
  readonly nr: Int32Array;
  /** Class of the youngest folios, where classes are ages; -1 elsewhere. */
  newest = -1;
  /** Calls of `tail` since the core last set it to 0. */
  nrTails = 0;
  private readonly sentinel: Int32Array;
  private readonly activeClass: Uint8Array;

  constructor(
    private readonly folios: Folios,
    private readonly lruvec: Lruvec,
    private readonly stat: Vmstat,
    nrClasses: number,
    mixed: boolean,
  ) {
    this.nrClasses = nrClasses;
    this.mixed = mixed;
    this.nr = new Int32Array(2 * nrClasses);
    this.activeClass = new Uint8Array(nrClasses);
    this.sentinel = Int32Array.from({ length: mixed ? nrClasses : 2 * nrClasses }, () =>
      folios.newSentinel(),
    );
  }

  /** Put an unlisted folio at the head of a class. */
  add(folio: Folio, klass: number): void {
    this.enter(folio, klass);
    const at = this.list(folio, klass);
    this.link(folio, at, this.folios.next[at]!);
  }

  /** Put an unlisted folio at the tail of a class: scanned next. */
  addTail(folio: Folio, klass: number): void {
    this.enter(folio, klass);
    const at = this.list(folio, klass);
    this.link(folio, this.folios.prev[at]!, at);
  }

  /** Put an unlisted folio right behind `newer`, on its older side; at the head of class `klass` if that is NIL. */
  addBehind(folio: Folio, newer: Folio, klass: number): void {
    this.enter(folio, klass);
    const at = newer === NIL ? this.list(folio, klass) : newer;
    this.link(folio, at, this.folios.next[at]!);
  }

  /** Take a folio off its list and out of its class. */
  remove(folio: Folio): void {
    const { folios } = this;
    this.unlink(folio);
    this.account(folio, folios.klass[folio]!, -folios.nrPages[folio]!);
    folios.klass[folio] = NO_CLASS;
    folios.flags[folio]! &= ~PG_LRU;
  }

  /** Change the class of a listed folio by its field alone. The folio stays where it stands: a stray. */
  assign(folio: Folio, klass: number): void {
    const nr = this.folios.nrPages[folio]!;
    this.account(folio, this.folios.klass[folio]!, -nr);
    this.account(folio, klass, nr);
    this.folios.klass[folio] = klass;
  }

  /** Move a listed folio to the head (or tail) of a class. */
  move(folio: Folio, klass: number, tail = false): void {
    this.remove(folio);
    if (tail) this.addTail(folio, klass);
    else this.add(folio, klass);
  }

  /** If the folio on the list of `klass` belongs elsewhere, move it to its class's head and say so. */
  settle(folio: Folio, klass: number): boolean {
    const home = this.folios.klass[folio]!;
    if (home === klass) return false;
    this.unlink(folio);
    const at = this.list(folio, home);
    this.link(folio, at, this.folios.next[at]!);
    this.stat.pgsorted += this.folios.nrPages[folio]!;
    return true;
  }

  /** True if the folio is on one of the lists. */
  has(folio: Folio): boolean {
    return this.folios.next[folio] !== NIL;
  }

  /** Class of a folio, or NO_CLASS. */
  classOf(folio: Folio): number {
    return this.folios.klass[folio]!;
  }

  /** Oldest folio on a list, or NIL. */
  tail(type: number, klass: number): Folio {
    if (++this.nrTails > MOST_TAILS) runaway();
    return this.orNil(this.folios.prev[this.sentinel[this.index(type, klass)]!]!);
  }

  /** Neighbour towards the head, or NIL. */
  newer(folio: Folio): Folio {
    return this.orNil(this.folios.prev[folio]!);
  }

  isEmpty(type: number, klass: number): boolean {
    return this.tail(type, klass) === NIL;
  }

  /** Pages of a type in a class (by field). */
  size(type: number, klass: number): number {
    return this.nr[this.index(type, klass)]!;
  }

  /** Say whether a class counts as active in memory.stat. Default: inactive. */
  setActive(klass: number, active: boolean): void {
    const value = active ? 1 : 0;
    if (this.activeClass[klass] === value) return;
    if (this.mixed) throw new Error("mixed lists have no active class");
    for (const type of [0, 1] as const) {
      const nr = this.size(type, klass);
      this.lruvec.account(type, value === 1, nr);
      this.lruvec.account(type, value !== 1, -nr);
    }
    this.activeClass[klass] = value;
  }

  /** Whether a class counts as active in memory.stat. */
  isActive(klass: number): boolean {
    return this.activeClass[klass] === 1;
  }

  private enter(folio: Folio, klass: number): void {
    const { folios } = this;
    if (folios.next[folio] !== NIL) throw new Error(`folio ${folio} is already on a list`);
    if (!(klass >= 0 && klass < this.nrClasses)) throw new Error(`no class ${klass} for folio ${folio}`);
    folios.klass[folio] = klass;
    folios.flags[folio]! |= PG_LRU;
    this.account(folio, klass, folios.nrPages[folio]!);
  }

  private account(folio: Folio, klass: number, nr: number): void {
    const type = this.folios.type(folio);
    this.nr[this.mixed ? klass : type * this.nrClasses + klass]! += nr;
    this.lruvec.account(type, this.activeClass[klass] === 1, nr);
  }

  private link(folio: Folio, newer: number, older: number): void {
    const { next, prev } = this.folios;
    next[newer] = folio;
    prev[folio] = newer;
    next[folio] = older;
    prev[older] = folio;
    this.stat.list_move++;
  }

  private unlink(folio: Folio): void {
    const { next, prev } = this.folios;
    const newer = prev[folio]!;
    const older = next[folio]!;
    if (older === NIL) throw new Error(`folio ${folio} is not on a list`);
    next[newer] = older;
    prev[older] = newer;
    next[folio] = NIL;
    prev[folio] = NIL;
  }

  private list(folio: Folio, klass: number): number {
    const type = this.mixed || (this.folios.flags[folio]! & PG_SWAPBACKED) !== 0 ? 0 : 1;
    return this.sentinel[type * this.nrClasses + klass]!;
  }

  private index(type: number, klass: number): number {
    return this.mixed ? klass : type * this.nrClasses + klass;
  }

  private orNil(index: number): Folio {
    return index >= this.folios.capacity ? NIL : index;
  }
}

/** Lists over folios, as a policy sees them: what every kind of them can do. */
export type FolioLists = Pick<ClassLists, keyof ClassLists>;
