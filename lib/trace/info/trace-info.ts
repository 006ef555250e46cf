import { inputError } from "../../util/error.js";
import { type TraceFacts, traceFacts } from "../facts.js";
import type { Trace } from "../trace.js";
import { type AccessBins, accessBins } from "./access-bins.js";
import { type RegionInfo, regionsOf } from "./regions.js";
import { type Reuse, reuseOf } from "./reuse.js";
import { usualWindows, type WorkingSets, workingSets } from "./working-set.js";

/** All that `reclaim-lab trace info` says of a trace. */
export interface TraceInfo extends TraceFacts {
  readonly digest: string;
  readonly synthetic: boolean;
  readonly regions: readonly RegionInfo[];
  readonly reuse: Reuse;
  readonly workingSet: WorkingSets;
  /** Accesses over time and place. */
  readonly heatmap: AccessBins;
}

/** Options of {@link traceInfo}. */
export interface TraceInfoOptions {
  /** Windows of the working set, in records. Default: a 1,000th, a 100th and a 10th of the trace. */
  readonly windows?: readonly number[];
  /** Points in time at which the working set is given. Default: 64. */
  readonly samples?: number;
  /** Most rows and columns of the heat map. Default: 24 and 64. */
  readonly rows?: number;
  readonly columns?: number;
}

/**
 * What a trace amounts to: footprint by region, reuse distances and the miss ratios of LRU, working sets over time, where it
 * accesses memory. Exact; a pass of some 100 to 500 ns a record.
 * @throws InputError for a window or a size that is no whole number above 0.
 */
export function traceInfo(trace: Trace, options: TraceInfoOptions = {}): TraceInfo {
  const { windows = usualWindows(trace.records.length), samples = 64, rows = 24, columns = 64 } = options;
  for (const [name, value] of [
    ...windows.map((tau) => ["window", tau] as const),
    ["samples", samples],
    ["rows", rows],
    ["columns", columns],
  ] as const) {
    if (!Number.isInteger(value) || value < 1)
      inputError(`invalid ${name}: ${value}; give a whole number, 1 or more`);
  }
  return {
    ...traceFacts(trace),
    digest: trace.digest,
    synthetic: trace.synthetic,
    regions: regionsOf(trace),
    reuse: reuseOf(trace),
    workingSet: workingSets(trace, windows, samples),
    heatmap: accessBins(trace, columns, rows),
  };
}
