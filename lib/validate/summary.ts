/* How far the predictions are off, by groups of counters and modes, each beside its target. */

import { quantile } from "../stats/rank.js";
import { type Comparison, isPartial, type Kind, MIN_EVENTS } from "./compare.js";

/** A group of counters and modes, and the errors that it may have; 0.01 is one per cent. */
export interface Target {
  readonly group: string;
  readonly kind: Kind;
  /** Values of lru_gen/enabled. */
  readonly modes: readonly number[];
  readonly median: number;
  readonly p90?: number;
}

const ALL = [0, 1, 3, 5, 7];

/** What the model is to reach. 5 stands beside 1: without a walk, the third bit does nothing. */
export const TARGETS: readonly Target[] = [
  { group: "misses, mode 1", kind: "misses", modes: [1, 5], median: 0.005, p90: 0.03 },
  { group: "misses, modes 3 and 7", kind: "misses", modes: [3, 7], median: 0.01, p90: 0.05 },
  { group: "misses, mode 0", kind: "misses", modes: [0], median: 0.01, p90: 0.06 },
  { group: "scans, steals", kind: "scans", modes: ALL, median: 0.03, p90: 0.1 },
  { group: "activations, refills", kind: "moves", modes: ALL, median: 0.08 },
];

/** Errors of a group, as fractions; NaN if it has no rows. */
export interface SummaryRow {
  readonly group: string;
  /** "all", or one kernel. */
  readonly kernel: string;
  /** Rows with enough events, and how many of them are inside the range of the repetitions. */
  readonly nr: number;
  readonly inside: number;
  readonly median: number;
  readonly p90: number;
  readonly max: number;
  readonly targetMedian: number;
  /** Null: no target. */
  readonly targetP90: number | null;
  readonly met: boolean;
}

function summaryOf(rows: readonly Comparison[], target: Target, kernel: string): SummaryRow {
  const errors = rows
    .filter((row) => row.counts && row.kind === target.kind && target.modes.includes(row.mode))
    .filter((row) => kernel === "all" || row.kernel === kernel)
    .map((row) => Math.abs(row.error));
  const median = quantile(errors, 0.5);
  const p90 = quantile(errors, 0.9);
  return {
    group: target.group,
    kernel,
    nr: errors.length,
    inside: errors.filter((error) => error === 0).length,
    median,
    p90,
    max: errors.length === 0 ? Number.NaN : Math.max(...errors),
    targetMedian: target.median,
    targetP90: target.p90 ?? null,
    met: errors.length === 0 || (median <= target.median && (target.p90 === undefined || p90 <= target.p90)),
  };
}

/** Each target over all kernels, and over each where there are several. */
export function summarize(rows: readonly Comparison[], targets: readonly Target[] = TARGETS): SummaryRow[] {
  const kernels = [...new Set(rows.map(({ kernel }) => kernel))].sort();
  const groups = kernels.length > 1 ? ["all", ...kernels] : kernels;
  return targets.flatMap((target) => groups.map((kernel) => summaryOf(rows, target, kernel)));
}

/** Counters that came to something where the kernel had too few events for them to count. */
export function unforeseen(rows: readonly Comparison[]): Comparison[] {
  return rows.filter(
    (row) => row.high <= MIN_EVENTS && row.predicted > MIN_EVENTS && !isPartial(row, row.counter),
  );
}
