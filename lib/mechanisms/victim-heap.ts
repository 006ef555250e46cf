/*
 * Victims in order of a key that only grows, such as a count of uses or a time of use.
 *
 *              [ 1 ]   <- first: is the key still 1? Yes: the victim. No: it sinks to where it belongs now.
 *             /     \
 *          [ 4 ]   [ 2 ]     a hit writes the folio's key into the policy's columns, and nothing else
 *          /   \   /   \
 *        [ 9 ] .. .. [ 3 ]
 *
 * The heap keeps a copy of the keys as they were when it looked last. Keys grow, so a folio can only be further from being the
 * victim than the copy says; the copy at the top is put right when a victim is wanted. So a hit costs two writes,
 * and each hit at most one sinking, at the next miss that meets it. Keys are pairs: the second decides where the first are equal.
 *
 * Source: the implicit heap is J. W. J. Williams, Algorithm 232: Heapsort, Communications of the ACM 7(6), 1964.
 * Differs from it: copies of keys, put right at the top only.
 */
import { type Folio, NIL } from "../mm/folio.js";

export class VictimHeap {
  /** Folios in the heap. */
  nr = 0;
  /** Folio at each place; the children of place i are 2i + 1 and 2i + 2. Shape: Int32Array[nrFolios]. */
  private readonly heap: Int32Array;
  /** Place of each folio, or NIL. Shape: Int32Array[nrFolios]. */
  private readonly at: Int32Array;
  /** Copies of the keys, by place. Shape: Uint32Array[nrFolios]. */
  private readonly majors: Uint32Array;
  private readonly minors: Uint32Array;

  /**
   * @param major - The policy's column of keys, by folio; values may only grow while a folio is in the heap. Shape: [nrFolios].
   * @param minor - What decides between equal keys, likewise.
   */
  constructor(
    private readonly major: Uint32Array,
    private readonly minor: Uint32Array,
  ) {
    this.heap = new Int32Array(major.length);
    this.at = new Int32Array(major.length).fill(NIL);
    this.majors = new Uint32Array(major.length);
    this.minors = new Uint32Array(major.length);
  }

  /** Put a folio in. It must not be in. */
  add(folio: Folio): void {
    this.rise(this.nr++, folio, this.major[folio]!, this.minor[folio]!);
  }

  /** Take a folio out, if it is in. */
  remove(folio: Folio): void {
    const { heap, at, majors, minors } = this;
    const hole = at[folio]!;
    if (hole < 0) return;
    at[folio] = NIL;
    const end = --this.nr;
    if (hole === end) return;
    const last = heap[end]!;
    const major = majors[end]!;
    const minor = minors[end]!;
    this.sink(hole, last, major, minor);
    if (at[last] === hole) this.rise(hole, last, major, minor);
  }

  /** The folio with the smallest key, or NIL. It stays in. */
  first(): Folio {
    const { heap, majors, minors, major, minor } = this;
    while (this.nr > 0) {
      const folio = heap[0]!;
      const one = major[folio]!;
      const two = minor[folio]!;
      if (majors[0] === one && minors[0] === two) return folio;
      this.sink(0, folio, one, two);
    }
    return NIL;
  }

  /** Change all keys at once, in any way, and order the folios anew: O(nr). */
  rekey(change: (folio: Folio) => void): void {
    const { heap, majors, minors, major, minor } = this;
    for (let i = 0; i < this.nr; i++) {
      const folio = heap[i]!;
      change(folio);
      majors[i] = major[folio]!;
      minors[i] = minor[folio]!;
    }
    for (let i = (this.nr >> 1) - 1; i >= 0; i--) this.sink(i, heap[i]!, majors[i]!, minors[i]!);
  }

  /** Put a folio at a free place or above it. */
  private rise(from: number, folio: Folio, major: number, minor: number): void {
    const { majors, minors } = this;
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (majors[above]! < major || (majors[above] === major && minors[above]! <= minor)) break;
      this.moveTo(place, above);
      place = above;
    }
    this.set(place, folio, major, minor);
  }

  /** Put a folio at a free place or below it. */
  private sink(from: number, folio: Folio, major: number, minor: number): void {
    const { majors, minors, nr } = this;
    let place = from;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= nr) break;
      const other = below + 1;
      if (other < nr) {
        const less =
          majors[other]! < majors[below]! ||
          (majors[other] === majors[below] && minors[other]! < minors[below]!);
        if (less) below = other;
      }
      if (majors[below]! > major || (majors[below] === major && minors[below]! >= minor)) break;
      this.moveTo(place, below);
      place = below;
    }
    this.set(place, folio, major, minor);
  }

  private moveTo(place: number, from: number): void {
    this.set(place, this.heap[from]!, this.majors[from]!, this.minors[from]!);
  }

  private set(place: number, folio: Folio, major: number, minor: number): void {
    this.heap[place] = folio;
    this.at[folio] = place;
    this.majors[place] = major;
    this.minors[place] = minor;
  }
}
