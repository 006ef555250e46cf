/* What must hold for the counters of any run, whatever the policy. */
import { minFaults } from "../analysis/min.js";
import type { CellResult } from "../sim/cell.js";
import type { Trace } from "../trace/trace.js";

export type Mode = "kernel" | "cache";

type Counters = CellResult["counters"];

/**
 * A law that the counters break, in words; undefined if they keep all.
 * @param ended - The run came to the end of the trace: it did not run out of memory.
 */
export function brokenLaw(
  mode: Mode,
  c: Counters,
  trace: Trace,
  memoryMax: number,
  ended = true,
): string | undefined {
  const distinct = mode === "cache" ? new Set(trace.records.map((record) => record & 0x7fffffff)).size : 0;
  const laws: readonly (readonly [string, boolean])[] = [
    [
      `nr_access ${c.nr_access} = ${trace.records.length} records`,
      !ended || c.nr_access === trace.records.length,
    ],
    [`pgsteal ${c.pgsteal} <= pgscan ${c.pgscan}`, c.pgsteal! <= c.pgscan!],
    ...(mode === "cache"
      ? ([
          [`resident ${c.resident_now} = misses - evictions`, c.resident_now === c.misses! - c.pgsteal!],
          [
            `resident ${c.resident_now} = the least of ${memoryMax} and ${distinct} objects`,
            c.resident_now === Math.min(memoryMax, distinct),
          ],
        ] as const)
      : ([
          ["pgscan = pgscan_anon + pgscan_file", c.pgscan === c.pgscan_anon! + c.pgscan_file!],
          ["pgsteal = pgsteal_anon + pgsteal_file", c.pgsteal === c.pgsteal_anon! + c.pgsteal_file!],
          [`memory.current ${c.mem_current_now} <= ${memoryMax} pages`, c.mem_current_now! <= memoryMax],
        ] as const)),
  ];
  return laws.find(([, holds]) => !holds)?.[0];
}

/** Pages brought in by a run, as a multiple of what MIN brings in: 1 or more. */
export function timesMin(mode: Mode, c: Counters, trace: Trace, memoryMax: number): number {
  const { allocations, refaults } = minFaults(trace, memoryMax);
  return (mode === "cache" ? c.misses! : c.nr_alloc!) / (allocations + refaults);
}
