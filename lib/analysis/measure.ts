import type { Row } from "../study/run-grid.js";
import { inputError } from "../util/error.js";

/**
 * What to measure: a counter, a sum of counters, or a weighted sum, as the time that events cost:
 * `{ reclaim_cpu_ns: 1, pswpin: 20_000 }` in ns. The inverse of a ratio of times is a ratio of throughputs.
 */
export type Measure = string | readonly string[] | Readonly<Record<string, number>>;

/** Measures under the names that tables and plots show. */
export type Measures = Readonly<Record<string, Measure>>;

/** What analyses measure unless they are told: pages brought in again after reclaim. */
export const REFAULTS: Measures = { refaults: "workingset_refault" };

/** A measure of one cell. @throws InputError for a counter that it does not have. */
export function amount({ counters }: Row, measure: Measure): number {
  let sum = 0;
  for (const [name, weight] of weights(measure)) {
    const value = counters[name];
    if (value === undefined)
      inputError(`unknown counter: ${name}; one of ${Object.keys(counters).join(", ")}`);
    sum += weight * value;
  }
  return sum;
}

function weights(measure: Measure): (readonly [string, number])[] {
  if (typeof measure === "string") return [[measure, 1]];
  return Array.isArray(measure) ? measure.map((name) => [name, 1]) : Object.entries(measure);
}

/** The same per 1,000 page visits (trace records). */
export const perThousand = (row: Row, measure: Measure): number =>
  (1000 * amount(row, measure)) / amount(row, "nr_record");
