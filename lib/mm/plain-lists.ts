/*
 * Lists for machines where a folio is either listed or not, and its class is the list that it stands on: no strays, no
 * types, no statistics. The same operations as ClassLists, in a third of the memory accesses.
 *
 *   links  | older newer | older newer | ...  one pair a folio, then one a class: the sentinel of a circular list
 *            2f    2f+1
 *
 * Both neighbours lie side by side, so that a folio costs one cache line, and hold doubled indices, so that following one
 * needs no shift.
 */
import { type Folio, NIL, NO_CLASS } from "./folio.js";
import type { FolioLists } from "./lists.js";

export class PlainLists implements FolioLists {
  readonly mixed = true;
  readonly nr: Int32Array;
  newest = -1;
  private readonly links: Int32Array;
  private readonly sentinels: number;
  /** Class of each folio, if there are two or more. */
  private readonly klass: Uint8Array;
  private readonly single: boolean;

  constructor(
    nrFolios: number,
    readonly nrClasses: number,
  ) {
    this.nr = new Int32Array(nrClasses);
    this.sentinels = 2 * nrFolios;
    this.links = new Int32Array(2 * (nrFolios + nrClasses)).fill(NIL, 0, 2 * nrFolios);
    for (let at = this.sentinels; at < this.links.length; at++) this.links[at] = at & ~1;
    this.single = nrClasses === 1;
    this.klass = new Uint8Array(this.single ? 0 : nrFolios).fill(NO_CLASS);
  }

  has(folio: Folio): boolean {
    return this.links[2 * folio] !== NIL;
  }

  classOf(folio: Folio): number {
    if (this.single) return this.has(folio) ? 0 : NO_CLASS;
    return this.klass[folio]!;
  }

  add(folio: Folio, klass: number): void {
    const head = this.sentinels + 2 * klass;
    this.enter(folio, klass, head, this.links[head]!);
  }

  addTail(folio: Folio, klass: number): void {
    const head = this.sentinels + 2 * klass;
    this.enter(folio, klass, this.links[head + 1]!, head);
  }

  addBehind(folio: Folio, newer: Folio, klass: number): void {
    const at = newer === NIL ? this.sentinels + 2 * klass : 2 * newer;
    this.enter(folio, klass, at, this.links[at]!);
  }

  remove(folio: Folio): void {
    const { links } = this;
    const at = 2 * folio;
    const older = links[at]!;
    if (older === NIL) throw new Error(`folio ${folio} is not on a list`);
    const newer = links[at + 1]!;
    links[newer] = older;
    links[older + 1] = newer;
    links[at] = NIL;
    if (this.single) this.nr[0]!--;
    else {
      this.nr[this.klass[folio]!]!--;
      this.klass[folio] = NO_CLASS;
    }
  }

  /** There are no strays: the folio moves. */
  assign(folio: Folio, klass: number): void {
    this.move(folio, klass);
  }

  move(folio: Folio, klass: number, tail = false): void {
    const { links, sentinels } = this;
    const at = 2 * folio;
    const head = sentinels + 2 * klass;
    if (!tail && links[head] === at) return;
    const older = links[at]!;
    if (older === NIL) throw new Error(`folio ${folio} is not on a list`);
    const newer = links[at + 1]!;
    links[newer] = older;
    links[older + 1] = newer;
    const before = tail ? links[head + 1]! : head;
    const after = links[before]!;
    links[at] = after;
    links[at + 1] = before;
    links[after + 1] = at;
    links[before] = at;
    if (this.single) return;
    this.nr[this.klass[folio]!]!--;
    this.klass[folio] = klass;
    this.nr[klass]!++;
  }

  settle(_folio: Folio, _klass: number): boolean {
    return false;
  }

  tail(_type: number, klass: number): Folio {
    const at = this.links[this.sentinels + 2 * klass + 1]!;
    return at >= this.sentinels ? NIL : at >> 1;
  }

  newer(folio: Folio): Folio {
    const at = this.links[2 * folio + 1]!;
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

  private enter(folio: Folio, klass: number, newer: number, older: number): void {
    const { links } = this;
    const at = 2 * folio;
    if (links[at] !== NIL) throw new Error(`folio ${folio} is already on a list`);
    links[newer] = at;
    links[at + 1] = newer;
    links[at] = older;
    links[older + 1] = at;
    this.nr[klass]!++;
    if (!this.single) this.klass[folio] = klass;
  }
}
