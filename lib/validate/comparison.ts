/*
 * Real against predicted, one row for each counter of each cell. The error of a prediction is its distance to the
 * range of the repetitions, relative to the range's nearer end: a kernel that does not repeat itself cannot be met
 * more closely than it meets itself.
 */

/** The counters that are compared. */
export const COMPARED = [
  "majflt",
  "refaults",
  "pgscan",
  "pgsteal",
  "pgactivate",
  "pgrefill",
  "pgdeactivate",
] as const;

export type Compared = (typeof COMPARED)[number];

/** Counters with fewer events than this say little and do not count in a summary. */
export const LEAST_EVENTS = 1000;

/** What distinguishes measured cells. Two cells of equal settings but for `mode` differ in lru_gen/enabled alone. */
export interface CellLabels {
  /** Kernel profile, such as "6.12". */
  readonly kernel: string;
  readonly workload: string;
  /** Pages of the workload's basic footprint, and the seed of its stream. */
  readonly pages: number;
  readonly seed: number;
  /** lru_gen/enabled. */
  readonly mode: number;
  /** memory.max, in pages. */
  readonly limit: number;
  readonly swap: string;
  readonly swappiness: number;
  /** How often the statistics were read. */
  readonly checkpoints: number;
  /** What else was set, as tokens of the rig; "" as a rule. */
  readonly opts: string;
}

/** One counter of one cell. Plain data, a row of a table. */
export interface Comparison extends CellLabels {
  readonly counter: Compared;
  /** Repetitions measured. */
  readonly reps: number;
  /** Least and most events of the repetitions. */
  readonly realMin: number;
  readonly realMax: number;
  readonly predicted: number;
  /** Signed, 0.01 is one per cent; 0 inside the range. See {@link rangeError}. */
  readonly error: number;
}

/** Signed distance of a prediction to [low, high], relative to the nearer end (at least one event). */
export function rangeError(predicted: number, low: number, high: number): number {
  if (predicted < low) return (predicted - low) / Math.max(1, low);
  if (predicted > high) return (predicted - high) / Math.max(1, high);
  return 0;
}

/** The row of a counter from its repetitions, of which there is at least one. */
export function comparison(
  labels: CellLabels,
  counter: Compared,
  real: readonly number[],
  predicted: number,
): Comparison {
  const realMin = Math.min(...real);
  const realMax = Math.max(...real);
  const error = rangeError(predicted, realMin, realMax);
  return { ...labels, counter, reps: real.length, realMin, realMax, predicted, error };
}

/** True if the kernel counted enough for the error to mean something. */
export function counts({ realMax }: Pick<Comparison, "realMax">): boolean {
  return realMax > LEAST_EVENTS;
}

/** Name of a cell: its settings, of which the usual ones are left out. */
export function cellName(cell: CellLabels): string {
  const more = [
    cell.pages === 16384 ? "" : `N${cell.pages}`,
    cell.swap === "disk" ? "disk" : "",
    cell.swappiness === 60 ? "" : `swappiness ${cell.swappiness}`,
    cell.checkpoints === 10 ? "" : `ck${cell.checkpoints}`,
    cell.opts,
  ].filter((part) => part !== "");
  return [cell.kernel, cell.workload, `mode ${cell.mode}`, `at ${cell.limit}`, ...more].join(" ");
}
