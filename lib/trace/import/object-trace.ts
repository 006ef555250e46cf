import { basename } from "node:path";
import { inputError } from "../../util/error.js";
import { traceDigest } from "../digest.js";
import type { PageFile } from "../spec.js";
import {
  nrSlotsAll,
  PTRS_PER_PTE,
  SLOT_MASK,
  type Trace,
  type TraceFile,
  type TraceLayout,
  WRITE,
} from "../trace.js";
import { shared } from "./words.js";

/** Where the objects of an import lie: what a spec says beside the format. */
export type Placement = Pick<PageFile, "fileAccess" | "stride">;

/**
 * The trace of requests for objects of one page each: {@link WRITE} | dense id, one record a request. Without a file access
 * the objects are anonymous pages, id i at slot i * stride; with one they are the pages of files, mapped or only open.
 *
 * @param words - On a SharedArrayBuffer; become the records in place.
 * @param nr - Number of ids.
 * @param files - The files that hold the ids, one after another. Default: one.
 * @throws InputError for an empty trace, a bad placement, or more slots than a record can name.
 */
export function objectTrace(
  words: Uint32Array,
  nr: number,
  path: string,
  { fileAccess, stride = 1 }: Placement,
  files: readonly TraceFile[] = [{ name: "file", nr }],
): Trace {
  if (words.length === 0) inputError(`empty trace file: ${path}; give a file with at least one request`);
  if (fileAccess !== undefined && fileAccess !== "mmap" && fileAccess !== "pread")
    inputError(`unknown file access: ${String(fileAccess)} (${path}); use mmap or pread`);
  if (!Number.isInteger(stride) || stride < 1)
    inputError(`invalid stride: ${stride} (${path}); use a whole number of pages, 1 or more`);
  if (fileAccess !== undefined && stride !== 1)
    inputError(
      `refused: stride ${stride} with file access ${fileAccess} (${path}): pages of files have no stride`,
    );
  const layout = layoutOf(nr * stride, fileAccess, files);
  if (nrSlotsAll(layout) > SLOT_MASK)
    inputError(
      `footprint beyond the slot range: ${nrSlotsAll(layout)} slots (${path}); at most ${SLOT_MASK}`,
    );
  if (stride !== 1) {
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      words[i] = (word & WRITE) | ((word & SLOT_MASK) * stride);
    }
  }
  const content = { layout, records: words, counts: shared(words.length).fill(1), events: [] };
  return { name: basename(path), digest: traceDigest(content), synthetic: false, ...content };
}

/** Mapped files lie one after another, so id and slot are the same number in every layout. */
function layoutOf(nr: number, fileAccess: Placement["fileAccess"], files: readonly TraceFile[]): TraceLayout {
  const nrSlots = Math.ceil(nr / PTRS_PER_PTE) * PTRS_PER_PTE;
  if (fileAccess === undefined)
    return { nrSlots, vmas: [{ process: 0, start: 0, nr, kind: "anon" }], files: [] };
  if (fileAccess === "pread") return { nrSlots: 0, vmas: [], files };
  let start = 0;
  const vmas = files.map((file, index) => {
    start += file.nr;
    return { process: 0, start: start - file.nr, nr: file.nr, kind: "file", file: index, offset: 0 } as const;
  });
  return { nrSlots, vmas, files };
}
