import { nrPages, PTRS_PER_PTE, pageOfSlot, type TraceLayout } from "../trace/trace.js";
import { Plateaus, Runs } from "./runs.js";

/** Index of no VMA. */
const HOLE = 65535;

/** What a layout implies, shared read-only by all machines that replay traces with it. */
export interface AddressMap {
  readonly layout: TraceLayout;
  readonly nrPages: number;
  /** Page behind each slot, fd slots included; -1 in holes. Length: nrSlotsAll. */
  readonly pageOf: Runs;
  /** Index of the VMA of each mapped slot. Length: nrSlots. */
  readonly vmaOf: Plateaus;
  /** First slot that maps each page, -1 if none does. With `nextSlot`, the reverse map. Length: nrPages. */
  readonly firstSlot: Runs;
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
  const vmaOf = new Uint16Array(layout.nrSlots).fill(HOLE);
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
    pageOf: new Runs(pageOf),
    vmaOf: new Plateaus(vmaOf, HOLE),
    firstSlot: new Runs(firstSlot),
    nextSlot,
    fileOf,
    firstPage,
    nrTables,
    tableVma,
    tablesOf,
  };
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
