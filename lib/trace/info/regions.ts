import { nrPages, pageOfSlot, SLOT_MASK, type Trace, WRITE } from "../trace.js";

/** The anonymous memory of one process, or one file. */
export interface RegionInfo {
  readonly kind: "anon" | "file";
  /** Process of anonymous memory; -1 for a file. */
  readonly process: number;
  /** Name of a file; "" for anonymous memory. */
  readonly file: string;
  /** Pages accessed at least once. */
  readonly pages: number;
  /** Records, those of them that store, and those through descriptors. */
  readonly records: number;
  readonly stores: number;
  readonly fd: number;
}

/** What each region of a trace amounts to, largest footprint first; regions without any access are left out. */
export function regionsOf(trace: Trace): RegionInfo[] {
  const { records, layout } = trace;
  const pageOf = pageOfSlot(layout);
  const regionOf = regionOfPages(trace, pageOf);
  const nr = layout.files.length + layout.vmas.reduce((max, { process }) => Math.max(max, process + 1), 0);
  const seen = new Uint8Array(regionOf.length);
  const pages = new Float64Array(nr);
  const visits = new Float64Array(nr);
  const stores = new Float64Array(nr);
  const fd = new Float64Array(nr);
  for (let i = 0; i < records.length; i++) {
    const slot = records[i]! & SLOT_MASK;
    const page = pageOf[slot]!;
    const region = regionOf[page]!;
    visits[region]!++;
    if ((records[i]! & WRITE) !== 0) stores[region]!++;
    if (slot >= layout.nrSlots) fd[region]!++;
    if (seen[page] === 0) pages[region]!++;
    seen[page] = 1;
  }
  const nrFiles = layout.files.length;
  const regions = Array.from({ length: nr }, (_, i): RegionInfo => {
    const what =
      i < nrFiles
        ? ({ kind: "file", process: -1, file: layout.files[i]!.name } as const)
        : ({ kind: "anon", process: i - nrFiles, file: "" } as const);
    return { ...what, pages: pages[i]!, records: visits[i]!, stores: stores[i]!, fd: fd[i]! };
  });
  return regions
    .filter((region) => region.records > 0)
    .sort((a, b) => b.pages - a.pages || b.records - a.records);
}

/** Region of each page: files first, then processes. */
function regionOfPages({ layout }: Trace, pageOf: Int32Array): Uint32Array {
  const regionOf = new Uint32Array(nrPages(layout));
  let page = 0;
  for (const [i, { nr }] of layout.files.entries()) regionOf.fill(i, page, (page += nr));
  for (const { kind, start, nr, process } of layout.vmas) {
    if (kind === "anon") regionOf.fill(layout.files.length + process, pageOf[start]!, pageOf[start]! + nr);
  }
  return regionOf;
}
