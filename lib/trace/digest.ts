import { createHash } from "node:crypto";
import type { Trace, TraceLayout } from "./trace.js";

/** The layout with its keys in one order and its defaults left out, so that equal layouts give equal text. */
export function canonicalLayout(layout: TraceLayout): TraceLayout {
  return {
    nrSlots: layout.nrSlots,
    vmas: layout.vmas.map(({ process, start, nr, kind, file, offset, exec, recency }) => ({
      process,
      start,
      nr,
      kind,
      ...(kind === "file" ? { file: file!, offset: offset ?? 0 } : {}),
      ...(exec === true ? { exec } : {}),
      ...(recency === false ? { recency } : {}),
    })),
    files: layout.files.map(({ name, nr }) => ({ name, nr })),
  };
}

function bytes(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

/** sha256 (hex) over records, counts, events and layout. The name is no part of it. */
export function traceDigest(trace: Pick<Trace, "layout" | "records" | "counts" | "events">): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify(canonicalLayout(trace.layout)));
  hash.update(`\n${trace.records.length}\n`).update(bytes(trace.records)).update(bytes(trace.counts));
  for (const { at, op, start, nr } of trace.events) hash.update(`${at} ${op} ${start} ${nr}\n`);
  return hash.digest("hex");
}
