/* The whole comparison: which cells, what was predicted, and what it amounts to. */

import { quantile, rankCorrelation } from "../stats/rank.js";
import { type Comparison, compare, finished, type Outcome } from "./compare.js";
import { type CoursePoint, courses } from "./course.js";
import type { MeasuredCell, Setting } from "./measured.js";
import { type Sign, signs } from "./signs.js";
import { type SummaryRow, summarize } from "./summary.js";

/** Which cells: those that agree with every list. An empty or missing list agrees with all. */
export interface Choice {
  readonly kernel?: readonly string[];
  /** A name, or its beginning with a `*`: `zipf*`. */
  readonly workload?: readonly string[];
  readonly mode?: readonly number[];
  readonly limit?: readonly number[];
  readonly swap?: readonly string[];
  readonly checkpoints?: readonly number[];
}

/** The cells of a choice, in their order. */
export function choose(cells: readonly MeasuredCell[], choice: Choice): MeasuredCell[] {
  const wanted = Object.entries(choice).filter(([, values]) => values !== undefined && values.length > 0);
  return cells.filter(({ setting }) =>
    wanted.every(([name, values]) =>
      (values as readonly (string | number)[]).some((value) =>
        matches(setting[name as keyof Setting]!, value),
      ),
    ),
  );
}

function matches(found: string | number, wanted: string | number): boolean {
  return typeof wanted === "string" && wanted.endsWith("*")
    ? String(found).startsWith(wanted.slice(0, -1))
    : found === wanted;
}

/** Rank correlation of predicted and measured misses over the cells of a kernel. Plain data. */
export interface RankRow {
  readonly kernel: string;
  readonly counter: string;
  readonly cells: number;
  readonly correlation: number;
}

/** How near the course of the runs is: absolute errors at all checkpoints. Plain data. */
export interface CourseRow {
  readonly counter: string;
  readonly nr: number;
  readonly median: number;
  readonly p90: number;
}

/** A cell that has no counters to compare. */
export interface Unfinished extends Setting {
  /** "ok", "oom", or "ok or oom" if the repetitions differ. */
  readonly real: string;
  /** "ok" or "oom", with how many replays ran out of memory; or the error's message. */
  readonly predicted: string;
}

/** All that can be said of a set of outcomes. */
export interface Validation {
  readonly cells: number;
  readonly rows: readonly Comparison[];
  readonly summary: readonly SummaryRow[];
  readonly signs: readonly Sign[];
  readonly ranks: readonly RankRow[];
  readonly points: readonly CoursePoint[];
  readonly course: readonly CourseRow[];
  readonly unfinished: readonly Unfinished[];
}

export function validation(outcomes: readonly Outcome[]): Validation {
  const rows = outcomes.flatMap((outcome) => compare(outcome));
  const points = courses(outcomes);
  return {
    cells: outcomes.length,
    rows,
    summary: summarize(rows),
    signs: signs(rows),
    ranks: rankRows(rows),
    points,
    course: courseRows(points),
    unfinished: outcomes.filter((outcome) => !finished(outcome)).map(unfinished),
  };
}

function rankRows(rows: readonly Comparison[]): RankRow[] {
  const kernels = [...new Set(rows.map((row) => row.kernel))];
  return kernels.map((kernel) => {
    // 6.1 counts part of MGLRU's refaults: there, major faults.
    const counter = kernel === "6.1" ? "majflt" : "workingset_refault";
    const chosen = rows.filter((row) => row.kernel === kernel && row.counter === counter && row.high > 0);
    const real = chosen.map((row) => (row.low + row.high) / 2);
    const predicted = chosen.map((row) => row.predicted);
    return { kernel, counter, cells: chosen.length, correlation: rankCorrelation(real, predicted) };
  });
}

function courseRows(points: readonly CoursePoint[]): CourseRow[] {
  return [...new Set(points.map((point) => point.counter))].map((counter) => {
    const errors = points
      .filter((point) => point.counts && point.counter === counter)
      .map((point) => Math.abs(point.error));
    return { counter, nr: errors.length, median: quantile(errors, 0.5), p90: quantile(errors, 0.9) };
  });
}

function unfinished({ cell, predicted }: Outcome): Unfinished {
  const real = [...new Set(cell.runs.map((run) => run.status))].sort().join(" or ");
  const { error, result, draws = 1, oom = 0 } = predicted;
  const share = oom > 0 && draws > 1 ? ` (oom ${oom} of ${draws})` : "";
  return { ...cell.setting, real, predicted: error ?? `${result!.status}${share}` };
}
