/* How far the predictions are off, by groups of counters and modes, each beside its target. */
import { type Compared, type Comparison, counts } from "./comparison.js";
import { quantile } from "./quantile.js";

/** A group of rows, and the errors that it may have; 0.01 is one per cent. */
export interface Target {
  readonly group: string;
  readonly counters: readonly Compared[];
  /** Values of lru_gen/enabled. */
  readonly modes: readonly number[];
  readonly median: number;
  readonly p90?: number;
}

const MISSES = ["refaults", "majflt"] as const;
const ALL = [0, 1, 3, 5, 7];

/** What the model is to reach. 5 stands beside 1: without a walk, the third bit does nothing. */
export const TARGETS: readonly Target[] = [
  { group: "misses, mode 1", counters: MISSES, modes: [1, 5], median: 0.005, p90: 0.03 },
  { group: "misses, modes 3 and 7", counters: MISSES, modes: [3, 7], median: 0.01, p90: 0.05 },
  { group: "misses, mode 0", counters: MISSES, modes: [0], median: 0.01, p90: 0.06 },
  { group: "scans, steals", counters: ["pgscan", "pgsteal"], modes: ALL, median: 0.03, p90: 0.1 },
  { group: "activations, refills", counters: ["pgactivate", "pgrefill"], modes: ALL, median: 0.08 },
];

/** Errors of a group, as fractions; NaN if it has no rows. */
export interface Summary {
  readonly group: string;
  /** "all", or one kernel. */
  readonly kernel: string;
  /** Rows with enough events, and how many of them are inside the range of the repetitions. */
  readonly n: number;
  readonly inside: number;
  readonly median: number;
  readonly p90: number;
  readonly max: number;
  readonly targetMedian: number;
  /** NaN: no target. */
  readonly targetP90: number;
  readonly met: boolean;
}

function summaryOf(rows: readonly Comparison[], target: Target, kernel: string): Summary {
  const errors = rows
    .filter((row) => target.counters.includes(row.counter) && target.modes.includes(row.mode) && counts(row))
    .filter((row) => kernel === "all" || row.kernel === kernel)
    .map((row) => Math.abs(row.error));
  const median = quantile(errors, 0.5);
  const p90 = quantile(errors, 0.9);
  return {
    group: target.group,
    kernel,
    n: errors.length,
    inside: errors.filter((error) => error === 0).length,
    median,
    p90,
    max: errors.length === 0 ? Number.NaN : Math.max(...errors),
    targetMedian: target.median,
    targetP90: target.p90 ?? Number.NaN,
    met: errors.length === 0 || (median <= target.median && (target.p90 === undefined || p90 <= target.p90)),
  };
}

/** Each target over all kernels, and over each where there are several. */
export function summarise(rows: readonly Comparison[], targets: readonly Target[] = TARGETS): Summary[] {
  const kernels = [...new Set(rows.map(({ kernel }) => kernel))].sort();
  const groups = kernels.length > 1 ? ["all", ...kernels] : kernels;
  return targets.flatMap((target) => groups.map((kernel) => summaryOf(rows, target, kernel)));
}
