import { inputError } from "../util/error.js";

/** A folio: index into the columns of {@link Folios}. */
export type Folio = number;

/** No folio. */
export const NIL = -1;

/** Memory types, as the index of every `[type]` array. Kernel: LRU_GEN_ANON, LRU_GEN_FILE. */
export type MemType = 0 | 1;
export const ANON: MemType = 0;
export const FILE: MemType = 1;

// Flags of a folio. Names and meanings as in include/linux/page-flags.h, 6.12.
/** On a list of its lruvec. Clear while in the lru_add batch and while isolated. */
export const PG_LRU: number = 1 << 0;
/** Traditional LRU: on, or on its way to, the active list. MGLRU: "put me in the youngest generation". */
export const PG_ACTIVE: number = 1 << 1;
/** One access seen. */
export const PG_REFERENCED: number = 1 << 2;
/** Was part of the working set: once active. */
export const PG_WORKINGSET: number = 1 << 3;
/** Backed by swap: anonymous memory. Clear for page cache. */
export const PG_SWAPBACKED: number = 1 << 4;
/** Differs from its copy on the backing store, or has none. */
export const PG_DIRTY: number = 1 << 5;
/** Being written to the backing store. */
export const PG_WRITEBACK: number = 1 << 6;
/** Reclaim wants it: rotate it to the tail when its writeback ends. */
export const PG_RECLAIM: number = 1 << 7;
/** An accessed bit was found and cleared by somebody other than the reference check (kernel: page idle tracking). */
export const PG_YOUNG: number = 1 << 8;
/** Has been mapped executable (VM_EXEC). For a check that does not look at the mappings; the kernel has no such flag. */
export const PG_EXEC: number = 1 << 9;
/** Read through descriptors twice or more. The kernel uses PG_workingset for it; here LRU's meaning stays apart. */
export const PG_READ_TWICE: number = 1 << 10;
/** Anonymous, and its slot on the swap device holds a copy or is about to. */
export const PG_SWAPCACHE: number = 1 << 11;
/** The file system keeps buffers for it: it has been written to since it was read. */
export const PG_PRIVATE: number = 1 << 15;
/** Accesses through descriptors beyond the first two, saturating: up to 3 bits, of which a kernel uses 2 (LRU_REFS_MASK). */
export const LRU_REFS_SHIFT = 12;
export const LRU_REFS_MASK: number = 7 << LRU_REFS_SHIFT;

/** Class of a folio that is in none. */
export const NO_CLASS = 255;

/**
 * All folios of a machine, as columns: a folio is an index, its state is spread over typed arrays, and a
 * freed folio's index is used again. Indices from `capacity` on are list sentinels.
 */
export class Folios {
  readonly capacity: number;
  /** Neighbours on the list: `prev` towards the head (newer), `next` towards the tail (older); NIL if on none. */
  readonly next: Int32Array;
  readonly prev: Int32Array;
  /** The page (content) that the folio holds. */
  readonly page: Int32Array;
  readonly flags: Uint16Array;
  /** Size in base pages. Every budget and counter is in pages, so folios may grow. */
  readonly nrPages: Uint16Array;
  /** Present PTEs that map the folio. */
  readonly mapcount: Uint16Array;
  /** Index of the owning lruvec. */
  readonly lruvec: Uint8Array;
  /** Class (list, generation) that the folio belongs to, or NO_CLASS. The list it stands on may lag behind. */
  readonly klass: Uint8Array;

  private readonly maxLists: number;
  private nrLists = 0;
  private readonly free: Int32Array;
  /** Folios in use. */
  nr = 0;

  /** @param capacity - Most folios in use at once. @param maxLists - Most lists ever made over them. */
  constructor(capacity: number, maxLists = 64) {
    this.capacity = capacity;
    this.maxLists = maxLists;
    this.next = new Int32Array(capacity + maxLists).fill(NIL);
    this.prev = new Int32Array(capacity + maxLists).fill(NIL);
    this.page = new Int32Array(capacity).fill(NIL);
    this.flags = new Uint16Array(capacity);
    this.nrPages = new Uint16Array(capacity);
    this.mapcount = new Uint16Array(capacity);
    this.lruvec = new Uint8Array(capacity);
    this.klass = new Uint8Array(capacity).fill(NO_CLASS);
    this.free = new Int32Array(capacity);
    for (let i = 0; i < capacity; i++) this.free[i] = capacity - 1 - i;
  }

  /** A new folio of one page that holds `page`, on no list, with no flag set. */
  alloc(page: number, lruvec: number): Folio {
    if (this.nr === this.capacity) throw new Error(`no free folio: all ${this.capacity} are in use`);
    const folio = this.free[this.capacity - 1 - this.nr++]!;
    this.page[folio] = page;
    this.flags[folio] = 0;
    this.nrPages[folio] = 1;
    this.mapcount[folio] = 0;
    this.lruvec[folio] = lruvec;
    this.klass[folio] = NO_CLASS;
    return folio;
  }

  /** Give a folio back. It must be on no list and mapped nowhere. */
  release(folio: Folio): void {
    if (this.next[folio] !== NIL) throw new Error(`folio ${folio} is freed while on a list`);
    if (this.mapcount[folio] !== 0) throw new Error(`folio ${folio} is freed while mapped`);
    this.page[folio] = NIL;
    this.free[this.capacity - this.nr--] = folio;
  }

  type(folio: Folio): MemType {
    return (this.flags[folio]! & PG_SWAPBACKED) !== 0 ? ANON : FILE;
  }

  /** Index of a fresh, empty, circular list's sentinel. */
  newSentinel(): number {
    if (this.nrLists === this.maxLists) {
      inputError(`too many lists: a policy asks for more than ${this.maxLists} on one machine; make fewer`);
    }
    const sentinel = this.capacity + this.nrLists++;
    this.next[sentinel] = sentinel;
    this.prev[sentinel] = sentinel;
    return sentinel;
  }
}
