import { nrPages, nrSlotsAll, PTRS_PER_PTE, pageOfSlot, type TraceLayout, type Vma } from "../trace/trace.js";
import { NIL } from "./folio.js";

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

/** No shadow: the page was never evicted, or its shadow is gone. */
export const NO_SHADOW = 0;

/** What a layout implies, shared read-only by all machines that replay traces with it. */
export interface AddressMap {
  readonly layout: TraceLayout;
  readonly nrPages: number;
  /** Page behind each slot, fd slots included; -1 in holes. Shape: [nrSlotsAll]. */
  readonly pageOf: Int32Array;
  /** Index of the VMA of each mapped slot; 65535 in holes. Shape: [nrSlots]. */
  readonly vmaOf: Uint16Array;
  /** First slot that maps each page, -1 if none does. With `nextSlot`, the reverse map. Shape: [nrPages]. */
  readonly firstSlot: Int32Array;
  /** Next slot that maps the same page, -1 at the end. Null when no page has two. Shape: [nrSlots]. */
  readonly nextSlot: Int32Array | null;
  /** File of each page of a file; files come first in the numbering of pages. Shape: [file pages]. */
  readonly fileOf: Uint32Array;
  /** First page of each file, and the first behind all. Shape: [files + 1]. */
  readonly firstPage: Int32Array;
  /** Number of leaf page tables. */
  readonly nrTables: number;
  /** First VMA that reaches into each leaf table. Shape: [nrTables]. */
  readonly tableVma: Int32Array;
  /** Leaf tables of each process: [from, to). */
  readonly tablesOf: readonly { readonly from: number; readonly to: number }[];
}

const maps = new WeakMap<TraceLayout, AddressMap>();

/** The address map of a layout, built once for each layout object. */
export function addressMap(layout: TraceLayout): AddressMap {
  let map = maps.get(layout);
  if (map === undefined) maps.set(layout, (map = buildMap(layout)));
  return map;
}

function buildMap(layout: TraceLayout): AddressMap {
  const pages = nrPages(layout);
  const pageOf = pageOfSlot(layout);
  const vmaOf = new Uint16Array(layout.nrSlots).fill(65535);
  layout.vmas.forEach((vma, index) => {
    vmaOf.fill(index, vma.start, vma.start + vma.nr);
  });
  const firstSlot = new Int32Array(pages).fill(-1);
  let nextSlot: Int32Array | null = null;
  for (let slot = layout.nrSlots - 1; slot >= 0; slot--) {
    const page = pageOf[slot]!;
    if (page < 0) continue;
    const other = firstSlot[page]!;
    if (other >= 0) {
      nextSlot ??= new Int32Array(layout.nrSlots).fill(-1);
      nextSlot[slot] = other;
    }
    firstSlot[page] = slot;
  }
  const nrTables = layout.nrSlots / PTRS_PER_PTE;
  const tableVma = new Int32Array(nrTables).fill(layout.vmas.length);
  for (let v = layout.vmas.length - 1; v >= 0; v--) {
    const { start, nr } = layout.vmas[v]!;
    const last = Math.floor((start + nr - 1) / PTRS_PER_PTE);
    for (let t = Math.floor(start / PTRS_PER_PTE); t <= last; t++) tableVma[t] = v;
  }
  const tablesOf = tablesOfProcesses(layout);
  const firstPage = new Int32Array(layout.files.length + 1);
  for (const [file, { nr }] of layout.files.entries()) firstPage[file + 1] = firstPage[file]! + nr;
  const fileOf = new Uint32Array(firstPage.at(-1)!);
  for (let file = 0; file < layout.files.length; file++)
    fileOf.fill(file, firstPage[file]!, firstPage[file + 1]!);
  return {
    layout,
    nrPages: pages,
    pageOf,
    vmaOf,
    firstSlot,
    nextSlot,
    fileOf,
    firstPage,
    nrTables,
    tableVma,
    tablesOf,
  };
}

/** The same with pages of a file system behind those of the layout. */
function withMetadata(map: AddressMap, metadata: number): AddressMap {
  const nrPages = map.nrPages + metadata;
  const firstSlot = new Int32Array(nrPages).fill(-1);
  firstSlot.set(map.firstSlot);
  return { ...map, nrPages, firstSlot };
}

function tablesOfProcesses({ vmas }: TraceLayout): { from: number; to: number }[] {
  const tables: { from: number; to: number }[] = [];
  for (const { process: mm, start, nr } of vmas) {
    const to = Math.ceil((start + nr) / PTRS_PER_PTE);
    const known = tables[mm];
    if (known === undefined) tables[mm] = { from: Math.floor(start / PTRS_PER_PTE), to };
    else known.to = to;
  }
  return Array.from(tables, (range) => range ?? { from: 0, to: 0 });
}

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
  /** Folio that holds each page, or NIL. Shape: [nrPages]. */
  readonly folioOf: Int32Array;
  /** Shadow of each non-resident page, or NO_SHADOW. Shape: [nrPages]. */
  readonly shadow: Uint32Array;
  /** 1 for an anonymous page whose content is in swap. Shape: [nrPages]. */
  readonly swapped: Uint8Array;

  /** The first page of the file system's metadata; as many as all pages if there is none. */
  readonly metadata: number;

  private readonly seen: Uint8Array;

  /** @param metadata - Pages beyond those of the layout: a file system's own, mapped nowhere. */
  constructor(layout: TraceLayout, metadata = 0) {
    this.map = metadata > 0 ? withMetadata(addressMap(layout), metadata) : addressMap(layout);
    this.metadata = this.map.nrPages - metadata;
    this.vmas = layout.vmas;
    const bytes = Math.ceil(nrSlotsAll(layout) / 4) * 4;
    this.pte = new Uint8Array(bytes);
    this.pteWords = new Uint32Array(this.pte.buffer);
    this.tablePresent = new Uint8Array(this.map.nrTables);
    this.hasRun = new Uint8Array(this.map.tablesOf.length);
    this.seen = new Uint8Array(this.map.tablesOf.length);
    this.folioOf = new Int32Array(this.map.nrPages).fill(NIL);
    this.shadow = new Uint32Array(this.map.nrPages);
    this.swapped = new Uint8Array(this.map.nrPages);
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

  /** The VMA of a mapped slot. */
  vma(slot: number): Vma {
    return this.vmas[this.map.vmaOf[slot]!]!;
  }

  /** Next slot that maps the same page after `slot`, or -1. */
  nextMapping(slot: number): number {
    return this.map.nextSlot === null ? -1 : this.map.nextSlot[slot]!;
  }
}
