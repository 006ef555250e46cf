/*
 * A frequency sketch: about how often each page was used, resident or not, in a few bytes for each page of the cache.
 *
 *   page --hash--> [ 3 ] [ 7 ] [ 4 ] [ 3 ]     a counter for each hash; the estimate is the smallest: others share it with
 *                    +     +     +     +       somebody, and no counter can be too small
 *   a use adds 1 to all of them, or (`conservative`) to the smallest only, which keeps the rest from growing for nothing
 *   halve() makes old uses count less
 *
 * Which pages share counters is the hash's choice, so a little of each result is noise: the same requests with other page
 * numbers give another.
 *
 * Source: Cormode and Muthukrishnan, An improved data stream summary: the count-min sketch and its applications, Journal of
 * Algorithms 55(1), 2005; in one array as a spectral Bloom filter: Cohen and Matias, SIGMOD 2003.
 * Differs from them: places by double hashing.
 */
import type { PageHashes } from "./page-hashes.js";

export interface SketchOptions {
  /** Counters; at least two for each hash are made. */
  readonly counters: number;
  /** Counters that a page has. 1 or more. */
  readonly hashes: number;
  /** Largest count; uses beyond it are not counted. Default: 2^32 - 1. */
  readonly most?: number;
  /** Add to the smallest counters of a page only. Default: false. */
  readonly conservative?: boolean;
}

export class FrequencySketch {
  private readonly counters: Uint32Array;
  /** The counters of the page that was asked for last. Shape: Int32Array[hashes]. */
  private readonly slots: Int32Array;
  private readonly most: number;
  private readonly conservative: boolean;
  /** 2^32 modulo the number of counters: how far a sum of hashes falls back where 32 bits overflow. */
  private readonly wrap: number;

  constructor(
    { counters, hashes, most = 0xffff_ffff, conservative = false }: SketchOptions,
    private readonly places: PageHashes,
  ) {
    this.counters = new Uint32Array(Math.max(2 * hashes, Math.ceil(counters)));
    this.slots = new Int32Array(hashes);
    this.most = most;
    this.conservative = conservative;
    this.wrap = 2 ** 32 % this.counters.length;
  }

  /** Uses of a page, or more. */
  estimate(page: number): number {
    this.find(page);
    return this.least();
  }

  /** Count a use of a page. */
  add(page: number): void {
    this.find(page);
    const { counters, slots } = this;
    const upTo = this.conservative ? Math.min(this.most, this.least() + 1) : this.most;
    for (let i = 0; i < slots.length; i++) if (counters[slots[i]!]! < upTo) counters[slots[i]!]!++;
  }

  private least(): number {
    const { counters, slots } = this;
    let least = counters[slots[0]!]!;
    for (let i = 1; i < slots.length; i++) if (counters[slots[i]!]! < least) least = counters[slots[i]!]!;
    return least;
  }

  /** Put the places of a page into `slots`: (at + i * step) % 2^32 % size, without dividing. */
  private find(page: number): void {
    const { slots, wrap, places } = this;
    places.find(page);
    let { at } = places;
    const { step } = places;
    const size = this.counters.length;
    const hop = step % size;
    let slot = at % size;
    for (let i = 0; i < slots.length; i++) {
      slots[i] = slot;
      at += step;
      slot += hop;
      if (at >= 0x1_0000_0000) {
        at -= 0x1_0000_0000;
        slot -= wrap;
        if (slot < 0) slot += size;
      }
      if (slot >= size) slot -= size;
    }
  }

  /** Halve all counts. */
  halve(): void {
    const { counters } = this;
    for (let i = 0; i < counters.length; i++) counters[i]! >>>= 1;
  }
}
