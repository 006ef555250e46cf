import { inputError } from "../util/error.js";
import { traceDigest } from "./digest.js";
import { MAX_PAGES, SECOND, type StreamSize } from "./generators/generator.js";
import { type GeneratedSpec, planStream } from "./generators/stream.js";
import type { GeneratorParams } from "./spec.js";
import { nrSlotsAll, PTRS_PER_PTE, type Trace, type TraceLayout, type Vma, WRITE } from "./trace.js";

/** Where the pages of a stream's two regions lie: slot = first + page * stride. */
interface Placement {
  readonly layout: TraceLayout;
  readonly first: number;
  readonly stride: number;
  readonly secondFirst: number;
}

function roundUpToTable(nr: number): number {
  return Math.ceil(nr / PTRS_PER_PTE) * PTRS_PER_PTE;
}

/** One anonymous range and one file, either of which may be empty. The file's range starts a new leaf table. */
function place(size: StreamSize, region: GeneratedSpec["region"], stride: number): Placement {
  const hasSecond = size.secondPages > 0;
  const anonSlots = hasSecond || region === "anon" ? size.pages * stride : 0;
  const filePages = hasSecond ? size.secondPages : region === "anon" ? 0 : size.pages;
  const fileStart = roundUpToTable(anonSlots);
  const mapped = region === "file-mmap";

  const vmas: Vma[] = [];
  if (anonSlots > 0) vmas.push({ process: 0, start: 0, nr: anonSlots, kind: "anon" });
  if (mapped) vmas.push({ process: 0, start: fileStart, nr: filePages, kind: "file", file: 0, offset: 0 });
  const layout: TraceLayout = {
    nrSlots: mapped ? roundUpToTable(fileStart + filePages) : fileStart,
    vmas,
    files: filePages > 0 ? [{ name: "file", nr: filePages }] : [],
  };
  const fileFirst = mapped ? fileStart : layout.nrSlots;
  return anonSlots > 0
    ? { layout, first: 0, stride, secondFirst: fileFirst }
    : { layout, first: fileFirst, stride: 1, secondFirst: 0 };
}

function traceName(spec: GeneratedSpec, params: GeneratorParams): string {
  const shown = Object.entries(params).filter(([key, value]) => key !== "stride" || value !== 1);
  const list = shown.map(([key, value]) => `${key}=${value}`).join(",");
  return `${spec.generated}(${list}) ${spec.region} seed ${spec.seed}`;
}

function sharedColumn(nr: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(nr * Uint32Array.BYTES_PER_ELEMENT));
}

/**
 * The trace that a spec describes: the same bytes for the same spec on every machine. One process; every count
 * is 1, also where a page is accessed twice in a row; no events.
 *
 * The store bits are the stream's own. On a kernel the first load of an untouched anonymous page would map the
 * shared zero page, which is on no LRU; the measured runs therefore stored at each first touch.
 *
 * @throws InputError if generator, parameters, seed or region are wrong, or the pages exceed the slot range.
 */
export function generateTrace(spec: GeneratedSpec): Trace {
  const { params, size, fill } = planStream(spec);
  const { layout, first, stride, secondFirst } = place(size, spec.region, params.stride!);
  if (nrSlotsAll(layout) > MAX_PAGES) {
    inputError(
      `footprint beyond the slot range: ${nrSlotsAll(layout)} slots ` +
        `(generator ${spec.generated}, ${JSON.stringify(spec.params)}, ${spec.region}); ` +
        `use at most ${MAX_PAGES}, with anonymous pages times stride, and mapped file pages counted twice`,
    );
  }
  const records = sharedColumn(size.records);
  fill(records);
  for (let i = 0; i < records.length; i++) {
    const word = records[i]!;
    const page = word & ~(WRITE | SECOND);
    const slot = word & SECOND ? secondFirst + page : first + page * stride;
    records[i] = (word & WRITE) | slot;
  }
  const counts = sharedColumn(size.records).fill(1);
  const content = { layout, records, counts, events: [] };
  return { name: traceName(spec, params), digest: traceDigest(content), synthetic: true, ...content };
}
