/*
 * Lists for machines where a folio is either listed or not, and its class is the list that it stands on: no strays, no
 * types, no statistics. The same operations as ClassLists, in a third of the memory accesses.
 *
 *   links  | older newer | older newer | ...  one pair a folio, then the sentinel of a circular list
 *            2f    2f+1
 *
 * Both neighbours lie side by side, so that a folio costs one cache line, and hold places in `links`, so that following
 * one needs no shift. Older is -1 for a folio on no list, told by its sign: a constant of another module is a variable to
 * the compiler. One list is a class of its own, because it needs to know no class of any folio; what the two have in common
 * is written out twice, because they are the inner loop of every cache.
 */
import { type Folio, NIL, NO_CLASS } from "./folio.js";
import type { FolioLists } from "./lists.js";

/** One list. */
export class PlainList implements FolioLists {
  readonly mixed = true;
  readonly nrClasses = 1;
  newest = -1;
  nrTails = 0;
  private readonly links: Int32Array;
  private readonly head: number;
  private count = 0;

  constructor(nrFolios: number) {
    this.head = 2 * nrFolios;
    this.links = new Int32Array(this.head + 2).fill(-1);
    this.links.fill(this.head, this.head);
  }

  get nr(): Int32Array {
    return Int32Array.of(this.count);
  }

  has(folio: Folio): boolean {
    return this.links[folio << 1]! >= 0;
  }

  classOf(folio: Folio): number {
    return this.has(folio) ? 0 : NO_CLASS;
  }

  add(folio: Folio, _klass: number): void {
    const { links, head } = this;
    const at = folio << 1;
    if (links[at]! >= 0) listedTwice(folio);
    const older = links[head]!;
    links[at] = older;
    links[at + 1] = head;
    links[older + 1] = at;
    links[head] = at;
    this.count++;
  }

  addTail(folio: Folio, _klass: number): void {
    this.addBehind(folio, this.tail(0, 0), 0);
  }

  addBehind(folio: Folio, newer: Folio, _klass: number): void {
    const { links } = this;
    const at = folio << 1;
    if (links[at]! >= 0) listedTwice(folio);
    const before = newer < 0 ? this.head : newer << 1;
    const older = links[before]!;
    links[at] = older;
    links[at + 1] = before;
    links[older + 1] = at;
    links[before] = at;
    this.count++;
  }

  remove(folio: Folio): void {
    const { links } = this;
    const at = folio << 1;
    const older = links[at]!;
    if (older < 0) notListed(folio);
    const newer = links[at + 1]!;
    links[newer] = older;
    links[older + 1] = newer;
    links[at] = -1;
    this.count--;
  }

  /** There are no strays and no other class: nothing changes. */
  assign(_folio: Folio, _klass: number): void {}

  move(folio: Folio, _klass: number, tail = false): void {
    const { links, head } = this;
    const at = folio << 1;
    const first = links[head]!;
    if (first === at && !tail) return;
    const older = links[at]!;
    if (older < 0) notListed(folio);
    const newer = links[at + 1]!;
    links[newer] = older;
    links[older + 1] = newer;
    if (tail) {
      links[at] = -1;
      this.count--;
      this.addTail(folio, 0);
      return;
    }
    links[at] = first;
    links[at + 1] = head;
    links[first + 1] = at;
    links[head] = at;
  }

  settle(_folio: Folio, _klass: number): boolean {
    return false;
  }

  tail(_type: number, _klass: number): Folio {
    const { head } = this;
    const at = this.links[head + 1]!;
    return at === head ? NIL : at >> 1;
  }

  newer(folio: Folio): Folio {
    const at = this.links[(folio << 1) + 1]!;
    return at === this.head ? NIL : at >> 1;
  }

  isEmpty(_type: number, _klass: number): boolean {
    return this.count === 0;
  }

  size(_type: number, _klass: number): number {
    return this.count;
  }

  setActive(_klass: number, _active: boolean): void {}

  isActive(_klass: number): boolean {
    return false;
  }
}

/** NO_CLASS, as a constant of this module. */
const NONE = 255;

/** Two lists or more. */
export class PlainLists implements FolioLists {
  readonly mixed = true;
  newest = -1;
  nrTails = 0;
  readonly nr: Int32Array;
  private readonly links: Int32Array;
  private readonly sentinels: number;
  /** Class of each folio, or NO_CLASS. Shape: [nrFolios]. */
  private readonly klass: Uint8Array;

  constructor(
    nrFolios: number,
    readonly nrClasses: number,
  ) {
    this.nr = new Int32Array(nrClasses);
    this.sentinels = 2 * nrFolios;
    this.links = new Int32Array(2 * (nrFolios + nrClasses));
    for (let at = this.sentinels; at < this.links.length; at++) this.links[at] = at & ~1;
    this.klass = new Uint8Array(nrFolios).fill(NONE);
  }

  has(folio: Folio): boolean {
    return this.klass[folio] !== NONE;
  }

  classOf(folio: Folio): number {
    return this.klass[folio]!;
  }

  add(folio: Folio, klass: number): void {
    const { links } = this;
    if (this.klass[folio] !== NONE) listedTwice(folio);
    const at = folio << 1;
    const head = this.sentinels + (klass << 1);
    const older = links[head]!;
    links[at] = older;
    links[at + 1] = head;
    links[older + 1] = at;
    links[head] = at;
    this.klass[folio] = klass;
    this.nr[klass]!++;
  }

  addTail(folio: Folio, klass: number): void {
    this.addBehind(folio, this.tail(0, klass), klass);
  }

  addBehind(folio: Folio, newer: Folio, klass: number): void {
    const { links } = this;
    if (this.klass[folio] !== NONE) listedTwice(folio);
    const at = folio << 1;
    const before = newer < 0 ? this.sentinels + (klass << 1) : newer << 1;
    const older = links[before]!;
    links[at] = older;
    links[at + 1] = before;
    links[older + 1] = at;
    links[before] = at;
    this.klass[folio] = klass;
    this.nr[klass]!++;
  }

  remove(folio: Folio): void {
    const { links } = this;
    const from = this.klass[folio]!;
    if (from === NONE) notListed(folio);
    const at = folio << 1;
    const older = links[at]!;
    const newer = links[at + 1]!;
    links[newer] = older;
    links[older + 1] = newer;
    this.nr[from]!--;
    this.klass[folio] = NONE;
  }

  /** There are no strays: the folio moves. */
  assign(folio: Folio, klass: number): void {
    this.move(folio, klass);
  }

  move(folio: Folio, klass: number, tail = false): void {
    this.remove(folio);
    if (tail) this.addTail(folio, klass);
    else this.add(folio, klass);
  }

  settle(_folio: Folio, _klass: number): boolean {
    return false;
  }

  tail(_type: number, klass: number): Folio {
    const at = this.links[this.sentinels + (klass << 1) + 1]!;
    return at >= this.sentinels ? NIL : at >> 1;
  }

  newer(folio: Folio): Folio {
    const at = this.links[(folio << 1) + 1]!;
    return at >= this.sentinels ? NIL : at >> 1;
  }

  isEmpty(_type: number, klass: number): boolean {
    return this.nr[klass] === 0;
  }

  size(_type: number, klass: number): number {
    return this.nr[klass]!;
  }

  setActive(_klass: number, _active: boolean): void {}

  isActive(_klass: number): boolean {
    return false;
  }
}

// Out of the way of what a compiler may inline.
function notListed(folio: Folio): never {
  throw new Error(`folio ${folio} is not on a list`);
}

function listedTwice(folio: Folio): never {
  throw new Error(`folio ${folio} is already on a list`);
}
