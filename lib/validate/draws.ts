/*
 * One prediction out of several replays. What a machine's timers had left of their periods when a run began is not in its
 * record: the 2 s flush of memcg statistics, which the traditional LRU decides by, and the context switches that let a walk
 * meet a process. Whole runs hang on it, in the kernel and here, so a cell is replayed with phases spread evenly, and each counter
 * is the median of the replays. How far the replays lie apart is what chance is worth.
 *
 * A cell whose replays at two phases and at another pace agree in everything does not depend on time; that is its prediction.
 */
import type { CellResult } from "../sim/cell.js";
import { quantile } from "../stats/rank.js";

/** Replays of a cell; odd, so that a median is the outcome of a replay. */
export const DRAWS = 7;
/** So many equal replays are enough. */
const EQUAL = 2;

/** What the replays of a cell come to. */
export interface Drawn {
  /** Medians of the replays that ended as most did. */
  readonly result: CellResult;
  /** Least and most of each counter over them. */
  readonly spread: Readonly<Record<string, readonly [number, number]>>;
  /** Replays, and how many of them ran out of memory. */
  readonly draws: number;
  readonly oom: number;
}

/**
 * Replay with phases spread over [0, 1), neighbours far apart.
 * @param first - A replay at another pace: with two that agree with it, the rest is spared.
 */
export function draw(replay: (phase: number) => CellResult, first: CellResult, nr: number): Drawn {
  const results: CellResult[] = [];
  const far = Math.ceil(nr / 2) % nr;
  for (let k = 0; k < nr; k++) {
    results.push(replay((((k * far) % nr) + 0.5) / nr));
    if (results.length === EQUAL && results.every((result) => isEqual(result, first))) break;
  }
  return merged(results);
}

/** Several replays as one prediction. */
export function merged(results: readonly CellResult[]): Drawn {
  const oom = results.filter(({ status }) => status === "oom").length;
  const status = 2 * oom > results.length ? "oom" : "ok";
  const same = results.filter((result) => result.status === status);
  const counters = same.map((result) => result.counters);
  const first = same[0]!.checkpoints;
  const checkpoints = first?.map((_, i) =>
    medians(same.map((result) => result.checkpoints?.[i]).filter((point) => point !== undefined)),
  );
  return {
    result: { status, counters: medians(counters), ...(checkpoints !== undefined && { checkpoints }) },
    spread: Object.fromEntries(
      Object.keys(counters[0]!).map((name) => {
        const values = counters.map((of) => of[name]!);
        return [name, [Math.min(...values), Math.max(...values)] as const];
      }),
    ),
    draws: results.length,
    oom,
  };
}

function isEqual(a: CellResult, b: CellResult): boolean {
  return (
    a.status === b.status &&
    Object.entries(a.counters).every(([name, value]) => name === "ms" || value === b.counters[name])
  );
}

function medians(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  return Object.fromEntries(
    Object.keys(all[0]!).map((name) => {
      const values = all.map((counters) => counters[name]!);
      return [name, values.length === 1 ? values[0]! : quantile(values, 0.5)];
    }),
  );
}
