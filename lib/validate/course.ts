/* The course of a run: counters since the start at each tenth of the trace, measured against predicted. */
import { finished, isPartial, MIN_EVENTS, type Outcome, rangeError, rangeOf } from "./compare.js";
import type { Setting } from "./measured.js";

const COUNTERS = ["workingset_refault", "pgscan"] as const;

/** One counter at one checkpoint. Plain data. */
export interface CoursePoint extends Setting {
  readonly counter: string;
  readonly accesses: number;
  readonly low: number;
  readonly high: number;
  readonly predicted: number;
  /** As in a `Comparison`. */
  readonly error: number;
  readonly counts: boolean;
}

/** All checkpoints that kernel and model share. */
export function courses(outcomes: readonly Outcome[]): CoursePoint[] {
  return outcomes.filter(finished).flatMap(({ cell, predicted }) =>
    (predicted.result!.checkpoints ?? []).flatMap((counters) => {
      const accesses = counters.nr_record!;
      const measured = cell.checkpoints.get(accesses);
      if (measured === undefined) return [];
      return COUNTERS.flatMap((counter) => {
        const range = rangeOf(measured, counter);
        const value = counters[counter];
        if (range === undefined || value === undefined) return [];
        const { low, high } = range;
        const counts = high > MIN_EVENTS && !isPartial(cell.setting, counter);
        const error = rangeError(low, high, value);
        return { ...cell.setting, counter, accesses, low, high, predicted: value, error, counts };
      });
    }),
  );
}
