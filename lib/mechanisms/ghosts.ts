/*
 * Ghosts: pages that are no longer resident, remembered in order, so that a policy can tell a return from a newcomer.
 *
 *   list 0   newest  p  p  p  p  p  oldest        ARC: B1         2Q: A1out        S3-FIFO: ghosts of the small queue
 *   list 1   newest  p  p  p        oldest        ARC: B2
 *                    `- memo: one number a page, the policy's own
 *
 * One mechanism for every policy that wants a ghost list, in both modes: membership, order, size, removal from the
 * middle, all O(1) on typed arrays that are allocated once. A page is on one list at most. Nothing ties a ghost to
 * being gone: a policy whose order mixes resident and evicted pages (LIRS, CLOCK-Pro) keeps the resident ones here, too.
 * Bounds are the policy's: `trim` after `add`.
 *
 * Cost: 16 bytes for each page of the trace, in one piece, so that a ghost is one cache line. A kernel would keep such lists in a hash
 * table beside the shadow entries of the page cache; order is what a shadow entry alone cannot give.
 *
 * Source: Megiddo and Modha, ARC: a self-tuning, low overhead replacement cache, FAST 2003 (ghost lists B1, B2).
 * Differs from it: order and membership only; what a return means is the policy's.
 */
import { NIL } from "../mm/folio.js";

export class Ghosts {
  /** Pages on each list. Shape: [nrLists]. */
  readonly nr: Int32Array;
  /**
   * Of each page: older, newer (places in here), list + 1 (0: on none), memo; the last 4 * nrLists are sentinels of
   * circular lists. Shape: [4 * (nrPages + nrLists)].
   */
  private readonly links: Int32Array;
  private readonly sentinels: number;

  /** @param nrPages - Pages that there are, from 0 on. @param nrLists - 1 or more. */
  constructor(nrPages: number, nrLists = 1) {
    this.nr = new Int32Array(nrLists);
    this.sentinels = 4 * nrPages;
    this.links = new Int32Array(4 * (nrPages + nrLists));
    for (let at = this.sentinels; at < this.links.length; at++) this.links[at] = at & ~3;
  }

  /** True if the page is on a list. */
  has(page: number): boolean {
    return this.links[(page << 2) + 2] !== 0;
  }

  /** The list that the page is on, or NIL. */
  listOf(page: number): number {
    return this.links[(page << 2) + 2]! - 1;
  }

  /** Put a page at the newest end of a list, wherever it was before. */
  add(page: number, list = 0): void {
    const { links } = this;
    const at = page << 2;
    if (links[at + 2] !== 0) this.remove(page);
    const head = this.sentinels + (list << 2);
    const older = links[head]!;
    links[at] = older;
    links[at + 1] = head;
    links[at + 2] = list + 1;
    links[older + 1] = at;
    links[head] = at;
    this.nr[list]!++;
  }

  /** Take a page off its list. Returns the list, or NIL if it was on none. The memo stays. */
  remove(page: number): number {
    const { links } = this;
    const at = page << 2;
    const list = links[at + 2]! - 1;
    if (list < 0) return NIL;
    const older = links[at]!;
    const newer = links[at + 1]!;
    links[newer] = older;
    links[older + 1] = newer;
    links[at + 2] = 0;
    this.nr[list]!--;
    return list;
  }

  /** Drop the oldest pages until the list holds no more than `max`. */
  trim(list: number, max: number): void {
    while (this.nr[list]! > max && this.nr[list]! > 0) this.remove(this.oldest(list));
  }

  /** Oldest page of a list, or NIL. */
  oldest(list = 0): number {
    const at = this.links[this.sentinels + (list << 2) + 1]!;
    return at >= this.sentinels ? NIL : at >> 2;
  }

  /** Neighbour towards the newest end, or NIL. The page must be on a list. */
  newer(page: number): number {
    const at = this.links[(page << 2) + 1]!;
    return at >= this.sentinels ? NIL : at >> 2;
  }

  /** Pages on a list. */
  size(list = 0): number {
    return this.nr[list]!;
  }

  /** What the policy remembers of a page, on a list or not; 0 at first. Any 32-bit integer. */
  memo(page: number): number {
    return this.links[(page << 2) + 3]!;
  }

  setMemo(page: number, value: number): void {
    this.links[(page << 2) + 3] = value;
  }
}
