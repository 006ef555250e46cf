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
 * Cost: 9 bytes for each page of the trace, and 4 more once a memo is written; to ask for a page that is no ghost reads one
 * of them. A kernel would keep such lists in a hash
 * table beside the shadow entries of the page cache; order is what a shadow entry alone cannot give.
 *
 * Source: Megiddo and Modha, ARC: a self-tuning, low overhead replacement cache, FAST 2003 (ghost lists B1, B2).
 * Differs from it: order and membership only; what a return means is the policy's.
 */
import { NIL } from "../mm/folio.js";

export class Ghosts {
  /** Pages on each list. Shape: [nrLists]. */
  readonly nr: Int32Array;
  /** Of each page: older, newer (places in here); then the sentinels of circular lists. Shape: [2 * (nrPages + nrLists)]. */
  private readonly links: Int32Array;
  /** List of each page, plus 1; 0: on none. Shape: [nrPages]. */
  private readonly on: Uint8Array;
  private memos: Int32Array | null = null;
  private readonly sentinels: number;

  /** @param nrPages - Pages that there are, from 0 on. @param nrLists - 1 to 254. */
  constructor(
    private readonly nrPages: number,
    nrLists = 1,
  ) {
    this.nr = new Int32Array(nrLists);
    this.sentinels = 2 * nrPages;
    this.links = new Int32Array(2 * (nrPages + nrLists));
    for (let at = this.sentinels; at < this.links.length; at++) this.links[at] = at & ~1;
    this.on = new Uint8Array(nrPages);
  }

  /** True if the page is on a list. */
  has(page: number): boolean {
    return this.on[page] !== 0;
  }

  /** The list that the page is on, or NIL. */
  listOf(page: number): number {
    return this.on[page]! - 1;
  }

  /** Put a page at the newest end of a list, wherever it was before. */
  add(page: number, list = 0): void {
    const { links, on } = this;
    const at = page << 1;
    if (on[page] !== 0) this.remove(page);
    const head = this.sentinels + (list << 1);
    const older = links[head]!;
    links[at] = older;
    links[at + 1] = head;
    links[older + 1] = at;
    links[head] = at;
    on[page] = list + 1;
    this.nr[list]!++;
  }

  /** Take a page off its list. Returns the list, or NIL if it was on none. The memo stays. */
  remove(page: number): number {
    const { links, on } = this;
    const list = on[page]! - 1;
    if (list < 0) return -1;
    const at = page << 1;
    const older = links[at]!;
    const newer = links[at + 1]!;
    links[newer] = older;
    links[older + 1] = newer;
    on[page] = 0;
    this.nr[list]!--;
    return list;
  }

  /** Drop the oldest pages until the list holds no more than `max`. */
  trim(list: number, max: number): void {
    while (this.nr[list]! > max && this.nr[list]! > 0) this.remove(this.oldest(list));
  }

  /** Oldest page of a list, or NIL. */
  oldest(list = 0): number {
    const at = this.links[this.sentinels + (list << 1) + 1]!;
    return at >= this.sentinels ? NIL : at >> 1;
  }

  /** Neighbour towards the newest end, or NIL. The page must be on a list. */
  newer(page: number): number {
    const at = this.links[(page << 1) + 1]!;
    return at >= this.sentinels ? NIL : at >> 1;
  }

  /** Pages on a list. */
  size(list = 0): number {
    return this.nr[list]!;
  }

  /** What the policy remembers of a page, on a list or not; 0 at first. Any 32-bit integer. */
  memo(page: number): number {
    return this.memos === null ? 0 : this.memos[page]!;
  }

  setMemo(page: number, value: number): void {
    this.memos ??= new Int32Array(this.nrPages);
    this.memos[page] = value;
  }
}
