import { nrSlotsAll, type TraceLayout, type Vma } from "../trace/trace.js";
import { type AddressMap, addressMap } from "./address-map.js";
import { type Folio, NIL } from "./folio.js";
import { ABSENT, isInSwap, shadowOf } from "./page-entry.js";

/** PTE bits. A hit sets YOUNG and TOUCHED (and DIRTY) as the hardware does; nothing else happens on a hit. */
export const PTE_PRESENT = 1;
/** The accessed bit. */
export const PTE_YOUNG = 2;
export const PTE_DIRTY = 4;
/** Accessed since the table's non-leaf accessed bit was last cleared: the table's bit is the OR over its PTEs. */
export const PTE_TOUCHED = 8;

/** Write-protected: the next store faults, so that the kernel learns of it (page_mkwrite). */
export const PTE_RO = 16;

/** Accessed since the exact reference check last asked. The hardware has no such bit; nobody else reads or clears it. */
export const PTE_USED = 32;

/** The accessed bits of a word of {@link Memory.pteWords}. */
export const YOUNG_IN_ANY: number = 0x01010101 * PTE_YOUNG;

/**
 * What is where: page tables, page cache and swap as one table over pages, and shadows of evicted pages.
 * Knows no list and no policy.
 */
export class Memory {
  readonly map: AddressMap;
  readonly vmas: readonly Vma[];
  /** Page-table entries, one byte a slot. The fd slots stay 0: an access there always leaves the fast path. */
  readonly pte: Uint8Array;
  /** The same bytes, four PTEs a word, for skipping over tables without young entries. */
  readonly pteWords: Uint32Array;
  /** 1 if any PTE of the leaf table was ever set: the table exists. Shape: [nrTables]. */
  readonly tablePresent: Uint8Array;
  /** Processes in the order of their first fault. */
  readonly started: number[] = [];
  /** Bit of each node: 1 if a CPU has switched to the process since it was last walked there. Shape: [processes]. Kernel: mm->lru_gen.bitmap. */
  readonly hasRun: Uint8Array;
  /** The process that faulted last; -1 before the first. */
  running = -1;
  /** Where the content of each page is: in a folio (0 and up), or not in memory (page-entry.ts). Shape: [nrPages]. */
  readonly entry: Int32Array;
  /** Pages of the layout, and behind them those of the file system's metadata. */
  readonly nrPages: number;
  /** The first page of the file system's metadata; as many as all pages if there is none. */
  readonly metadata: number;

  private readonly seen: Uint8Array;

  /** @param metadata - Pages beyond those of the layout: a file system's own, mapped nowhere. */
  constructor(layout: TraceLayout, metadata = 0) {
    this.map = addressMap(layout);
    this.metadata = this.map.nrPages;
    this.nrPages = this.map.nrPages + metadata;
    this.vmas = layout.vmas;
    const bytes = Math.ceil(nrSlotsAll(layout) / 4) * 4;
    this.pte = new Uint8Array(bytes);
    this.pteWords = new Uint32Array(this.pte.buffer);
    this.tablePresent = new Uint8Array(this.map.nrTables);
    this.hasRun = new Uint8Array(this.map.tablesOf.length);
    this.seen = new Uint8Array(this.map.tablesOf.length);
    this.entry = new Int32Array(this.nrPages).fill(ABSENT);
  }

  /** The process took a fault: if another did before it, the CPU has switched to it. */
  noteRun(mm: number): void {
    if (mm === this.running) return;
    this.running = mm;
    this.hasRun[mm] = 0xff;
    if (this.seen[mm] === 1) return;
    this.seen[mm] = 1;
    this.started.push(mm);
  }

  /** The CPU has switched away and back: whoever was running has run again. */
  noteSwitch(): void {
    if (this.running >= 0) this.hasRun[this.running] = 0xff;
  }

  /** The folio that holds a page, or NIL. */
  folio(page: number): Folio {
    return Math.max(this.entry[page]!, NIL);
  }

  /** The shadow of a page that is not in memory, or NO_SHADOW. */
  shadow(page: number): number {
    return shadowOf(this.entry[page]!);
  }

  /** The content of an anonymous page is in swap, and not in memory. */
  swapped(page: number): boolean {
    return isInSwap(this.entry[page]!);
  }

  /** A page that is not in memory was never here, as far as anybody remembers. */
  forget(page: number): void {
    if (this.entry[page]! < 0) this.entry[page] = ABSENT;
  }

  /** The page behind a slot; -1 in a hole. */
  page(slot: number): number {
    return this.map.pageOf.at(slot);
  }

  /** The VMA of a mapped slot. */
  vma(slot: number): Vma {
    return this.vmas[this.map.vmaOf.at(slot)]!;
  }

  /** The first slot that maps a page, or -1. */
  firstMapping(page: number): number {
    return page < this.metadata ? this.map.firstSlot.at(page) : -1;
  }

  /** Next slot that maps the same page after `slot`, or -1. */
  nextMapping(slot: number): number {
    return this.map.nextSlot === null ? -1 : this.map.nextSlot[slot]!;
  }
}
