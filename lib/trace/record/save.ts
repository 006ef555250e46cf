import { statSync } from "node:fs";
import type { TraceOrigin } from "../header.js";
import { writeTraceFile } from "../parquet.js";
import type { Trace } from "../trace.js";
import { refilter } from "./refilter.js";

/** Trace files stay below 2 MB. */
const LIMIT_BYTES = 2_000_000;

/** Pages of the second filter, tried in turn; 0 is none. */
const SECOND = [0, 128, 192, 256, 384, 512];

/** Writes a trace, with the smallest second filter that makes the file fit. */
export async function saveTrace(path: string, trace: Trace, origin: TraceOrigin): Promise<void> {
  for (const second of SECOND) {
    const { reduction } = origin;
    if (second > 0 && reduction === undefined) break;
    // Files have half a byte a record or more: do not spend minutes on compressing one that cannot fit.
    const smaller = second === 0 ? trace : refilter(trace, second, reduction!.refresh);
    if (smaller.records.length > 4 * LIMIT_BYTES && second !== SECOND.at(-1)) continue;
    const written = second === 0 ? origin : { ...origin, reduction: { ...reduction!, second } };
    await writeTraceFile(path, smaller, written);
    if (statSync(path).size < LIMIT_BYTES) return;
  }
  throw new Error(`${path} is not below ${LIMIT_BYTES} bytes; make the workload smaller`);
}
