/*
 * A trace is what programs did to memory: one record per run of accesses to one page.
 *
 * Two numberings, both dense, so that the simulator's tables are plain arrays:
 *
 *   slot   a page of some process's virtual address space, in address order. Slots t*512 .. t*512+511 are
 *          the entries of leaf page table t, so tables keep the holes and neighbours that they had when
 *          the program ran (tables without any access are left out).
 *   page   a page of content: an anonymous page, or a page of a file. Several slots may map one file page.
 *
 *   slots  |  process 0: 0 .. 1023   | process 1: 1024 .. 1535 |  fd: nrSlots .. nrSlots + nrFilePages - 1  |
 *              v v v v v v v              v v                        v v v v v v v v v
 *   pages  |  file pages, file by file: 0 .. nrFilePages - 1 ...   |  anonymous pages, one for each anon slot |
 *
 * An access through a file descriptor has no virtual address: it is recorded at slot nrSlots + file page.
 */

/** Entries of one leaf page table (x86-64: 4 KiB / 8 bytes). */
export const PTRS_PER_PTE = 512;

/** Bit of a record: the access stores. Without it, it loads. */
export const WRITE: number = 0x8000_0000;

/** Bits of a record that hold the slot. */
export const SLOT_MASK: number = 0x3fff_ffff;

/** A range of one process's virtual pages with one backing. All units are pages. */
export interface Vma {
  /** Index of the process, 0-based, dense. */
  readonly process: number;
  /** First slot of the range. */
  readonly start: number;
  /** Length of the range. A range may span leaf tables; two processes never share one. */
  readonly nr: number;
  readonly kind: "anon" | "file";
  /** Index into {@link TraceLayout.files}; only for `kind: "file"`. */
  readonly file?: number;
  /** Page of the file that `start` maps; only for `kind: "file"`. */
  readonly offset?: number;
  /** Mapped executable (VM_EXEC). Default: false. */
  readonly exec?: boolean;
  /** False where the program declared that recency means nothing (MADV_SEQUENTIAL, MADV_RANDOM). Default: true. */
  readonly recency?: boolean;
}

/** A file that is mapped or read and written through descriptors. */
export interface TraceFile {
  readonly name: string;
  /** Length in pages. */
  readonly nr: number;
}

/** Where the slots of a trace lie, and what they map. Plain data. */
export interface TraceLayout {
  /** Number of slots, a multiple of {@link PTRS_PER_PTE}. 0 if every access goes through a descriptor. */
  readonly nrSlots: number;
  /** Ascending by `start`, not overlapping. Slots in no range are holes and are never accessed. */
  readonly vmas: readonly Vma[];
  readonly files: readonly TraceFile[];
}

/** Something that happens between two accesses. */
export interface TraceEvent {
  /** Index of the record before which it happens; ascending. */
  readonly at: number;
  /** The process gives `nr` slots from `start` back (munmap, exit): anonymous pages are freed, file pages unmapped. */
  readonly op: "unmap";
  readonly start: number;
  readonly nr: number;
}

/** A decoded trace. The arrays stand on SharedArrayBuffers, so worker threads share one copy. */
export interface Trace {
  readonly name: string;
  /** sha256 (hex) over the content: records, counts, events and layout. Names a trace for good. */
  readonly digest: string;
  /** True if a generator made it, false if a real program did. Plots and tables say which. */
  readonly synthetic: boolean;
  readonly layout: TraceLayout;
  /** One word a record: {@link WRITE} | slot. Shape: [number of records]. */
  readonly records: Uint32Array;
  /** Accesses that each record stands for (a run on one page), at least 1. Shape: [number of records]. */
  readonly counts: Uint32Array;
  readonly events: readonly TraceEvent[];
}

/** Number of pages of all files of a layout. */
export function nrFilePages(layout: TraceLayout): number {
  return layout.files.reduce((sum, file) => sum + file.nr, 0);
}

/** Length of the slot space with the fd slots behind the mapped ones. */
export function nrSlotsAll(layout: TraceLayout): number {
  return layout.nrSlots + nrFilePages(layout);
}

/**
 * The page behind each slot. Shape: Int32Array[nrSlotsAll]; -1 in holes. File pages come first, then one
 * anonymous page for each slot of an anonymous range, in slot order.
 */
export function pageOfSlot(layout: TraceLayout): Int32Array {
  const fileStart: number[] = [];
  let filePages = 0;
  for (const file of layout.files) {
    fileStart.push(filePages);
    filePages += file.nr;
  }
  const pageOf = new Int32Array(layout.nrSlots + filePages).fill(-1);
  let nextAnon = filePages;
  for (const vma of layout.vmas) {
    const first = vma.kind === "anon" ? nextAnon : fileStart[vma.file!]! + (vma.offset ?? 0);
    if (vma.kind === "anon") nextAnon += vma.nr;
    for (let i = 0; i < vma.nr; i++) pageOf[vma.start + i] = first + i;
  }
  for (let page = 0; page < filePages; page++) pageOf[layout.nrSlots + page] = page;
  return pageOf;
}

/** Number of pages, file and anonymous, that a layout can name. */
export function nrPages(layout: TraceLayout): number {
  return layout.vmas.reduce((sum, vma) => sum + (vma.kind === "anon" ? vma.nr : 0), nrFilePages(layout));
}
