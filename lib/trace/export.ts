/* A trace as another file format. Each format holds less than a trace does; what is lost is said, never silent. */
import { closeSync, openSync, writeSync } from "node:fs";
import { inputError } from "../util/error.js";
import type { TraceOrigin } from "./header.js";
import { writeOracleGeneral } from "./import/oracle-general.js";
import { writeTraceFile } from "./parquet.js";
import { IN_FILE, PAGE_MASK } from "./rig-format.js";
import { nrFilePages, pageOfSlot, SLOT_MASK, type Trace, WRITE } from "./trace.js";

/** A format that traces are written in. */
export type ExportFormat = "parquet" | "rig" | "list" | "oracleGeneral";

export const EXPORT_FORMATS: readonly ExportFormat[] = ["parquet", "rig", "list", "oracleGeneral"];

/**
 * Write a trace. Parquet keeps all of it. The rig's format and lists keep the order of the accesses, which store, and the pages:
 * anonymous pages are numbered over all processes, file pages over all files, both in slot order. oracleGeneral keeps the
 * order and which slot.
 *
 * @param origin - Where the trace comes from; kept by Parquet only.
 * @returns what the file does not hold, a phrase each; empty if it holds all.
 * @throws InputError if the pages do not fit the format.
 */
export async function exportTrace(
  path: string,
  trace: Trace,
  format: ExportFormat,
  origin: TraceOrigin,
): Promise<string[]> {
  if (format === "parquet") await writeTraceFile(path, trace, origin);
  else if (format === "oracleGeneral") writeOracleGeneral(path, trace);
  else if (format === "rig") writeRig(path, trace);
  else writeList(path, trace);
  return format === "parquet" ? [] : lost(trace, format);
}

/** What a format other than Parquet leaves out of a trace. */
function lost({ layout, records, counts, events }: Trace, format: ExportFormat): string[] {
  const found: string[] = [];
  const say = (is: boolean, what: string): void => {
    if (is) found.push(what);
  };
  say(
    counts.some((count) => count > 1),
    "the accesses that a record stands for: each record is one",
  );
  say(events.length > 0, `${events.length} unmaps: pages that were given back stay in use`);
  if (format === "oracleGeneral") {
    say(
      records.some((word) => (word & WRITE) !== 0),
      "which accesses store",
    );
    say(layout.files.length > 0, "which pages are of files");
    return found;
  }
  const processes = new Set(layout.vmas.map(({ process }) => process)).size;
  say(processes > 1, `${processes} processes: their memory is one region`);
  say(layout.files.length > 1, `${layout.files.length} files: their pages are one file`);
  const mapped = records.some((word) => isFile(layout, word & SLOT_MASK));
  const fd = records.some((word) => (word & SLOT_MASK) >= layout.nrSlots);
  say(mapped && fd, "which file accesses go through descriptors: all will be read as --file-access says");
  return found;
}

function isFile(layout: Trace["layout"], slot: number): boolean {
  let [low, high] = [0, layout.vmas.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (layout.vmas[middle]!.start + layout.vmas[middle]!.nr <= slot) low = middle + 1;
    else high = middle;
  }
  const vma = layout.vmas[low];
  return vma !== undefined && vma.start <= slot && vma.kind === "file";
}

/** The records in the rig's format. */
function rigRecords({ layout, records }: Trace, path: string): Uint32Array {
  const pageOf = pageOfSlot(layout);
  const filePages = nrFilePages(layout);
  return records.map((word) => {
    const page = pageOf[word & SLOT_MASK]!;
    const number = page < filePages ? page : page - filePages;
    if (number > PAGE_MASK)
      inputError(`page beyond the rig's format: ${number} (${path}); at most ${PAGE_MASK}`);
    return (word & WRITE) | (page < filePages ? IN_FILE : 0) | number;
  });
}

function writeRig(path: string, trace: Trace): void {
  const words = rigRecords(trace, path);
  inFile(path, (write) => write(Buffer.from(words.buffer, words.byteOffset, words.byteLength)));
}

function writeList(path: string, trace: Trace): void {
  const words = rigRecords(trace, path);
  const nrAtOnce = 1 << 16;
  inFile(path, (write) => {
    for (let from = 0; from < words.length; from += nrAtOnce) {
      const lines = Array.from(words.subarray(from, from + nrAtOnce), (word) => {
        const region = (word & IN_FILE) === 0 ? "" : " file";
        return `${(word & WRITE) === 0 ? "read" : "write"} ${word & PAGE_MASK}${region}\n`;
      });
      write(Buffer.from(lines.join("")));
    }
  });
}

function inFile(path: string, fill: (write: (bytes: Buffer) => void) => void): void {
  const file = openSync(path, "w");
  try {
    fill((bytes) => {
      for (let at = 0; at < bytes.length; )
        at += writeSync(file, bytes, at, Math.min(bytes.length - at, 1 << 26));
    });
  } finally {
    closeSync(file);
  }
}
