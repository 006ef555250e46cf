/*
 * Measured against predicted, counter by counter. The error of a prediction is its distance to the range of the
 * repetitions, relative to the nearer end: 0 inside the range, negative below, positive above.
 */
import type { Predicted } from "./cells.js";
import type { MeasuredCell, Setting } from "./measured.js";

/** Events from which on a counter says something: below, the rig's own pages show. */
export const MIN_EVENTS = 1000;

/** What a counter tells: misses, the work of reclaim, or the moves between its classes. */
export type Kind = "misses" | "scans" | "moves" | "other";

/** The counters of the tables. "other" ones are shown, but have no target. */
export const COMPARED: Readonly<Record<string, Kind>> = {
  majflt: "misses",
  workingset_refault: "misses",
  pgscan: "scans",
  pgsteal: "scans",
  pgactivate: "moves",
  pgrefill: "moves",
  pgdeactivate: "other",
};

/** What was found for one counter of one cell. Plain data, a row of a table. */
export interface Comparison extends Setting {
  readonly counter: string;
  readonly kind: Kind;
  /** Runs that `low` and `high` are of. */
  readonly runs: number;
  readonly low: number;
  readonly high: number;
  readonly predicted: number;
  /** Least and most of the replays that `predicted` is the median of. */
  readonly least: number;
  readonly most: number;
  /** As a share: 0.01 is 1 per cent too many. */
  readonly error: number;
  /** Whether it counts in summaries: enough events, and a counter that means the same in kernel and model. */
  readonly counts: boolean;
}

/** A measured cell and what was predicted for it. */
export interface Outcome {
  readonly cell: MeasuredCell;
  readonly predicted: Predicted;
}

/** Distance of a number to a range, relative to the nearer end; Infinity above a range that ends at 0. */
export function rangeError(low: number, high: number, predicted: number): number {
  if (predicted < low) return (predicted - low) / low;
  return predicted > high ? (predicted - high) / high : 0;
}

/** Least and most of a counter over the runs that have it; undefined if none does. */
export function rangeOf(
  runs: readonly Readonly<Record<string, number>>[],
  counter: string,
): Range | undefined {
  const values = runs.flatMap((counters) => counters[counter] ?? []);
  if (values.length === 0) return undefined;
  return { low: Math.min(...values), high: Math.max(...values), runs: values.length };
}

/** See {@link rangeOf}. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly runs: number;
}

/** True where the kernel's counter is another thing than its name says: 6.1's MGLRU counts part of its refaults. */
export function isPartial({ kernel, mode }: Setting, counter: string): boolean {
  return kernel === "6.1" && mode !== 0 && counter.startsWith("workingset_");
}

/** The cells in which kernel and model both reached the end. Nothing can be compared in the others. */
export function finished({ cell, predicted }: Outcome): boolean {
  return predicted.result?.status === "ok" && cell.runs.every((run) => run.status === "ok");
}

/** Compare some counters of a cell; none if it did not finish. A counter that one side lacks is left out. */
export function compare(outcome: Outcome, counters: readonly string[] = Object.keys(COMPARED)): Comparison[] {
  const { cell, predicted } = outcome;
  if (!finished(outcome)) return [];
  const runs = cell.runs.map((run) => run.counters);
  return counters.flatMap((counter) => {
    const range = rangeOf(runs, counter);
    const value = predicted.result!.counters[counter];
    if (range === undefined || value === undefined) return [];
    const { low, high } = range;
    const [least, most] = predicted.spread?.[counter] ?? [value, value];
    return {
      ...cell.setting,
      counter,
      kind: COMPARED[counter] ?? "other",
      runs: range.runs,
      low,
      high,
      predicted: value,
      least,
      most,
      error: rangeError(low, high, value),
      counts: high > MIN_EVENTS && !isPartial(cell.setting, counter),
    };
  });
}
