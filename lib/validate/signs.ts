/*
 * Does the model say which of two settings of lru_gen/enabled is better? Over cells that differ in nothing else: the
 * sign of each difference between MGLRU and the active and inactive lists, and between two settings of MGLRU, where
 * the kernel's own difference is larger than twice its noise.
 */
import { type Comparison, isPartial, MIN_EVENTS } from "./compare.js";
import type { Setting } from "./measured.js";

/** Counters whose differences are judged. */
export const JUDGED: readonly string[] = ["majflt", "workingset_refault", "pgscan"];

/** Settings compared: from, to. */
export const STEPS: readonly (readonly [number, number])[] = [
  [0, 1],
  [0, 3],
  [0, 5],
  [0, 7],
  [1, 3],
  [3, 7],
  [5, 7],
  [1, 7],
];

/** How often memory.stat is read during a usual run. The traditional LRU depends on it, MGLRU does not. */
const USUAL_CHECKPOINTS = 10;

/** Least noise of a counter, relative: one repetition says nothing about noise, and two may agree by chance. */
const LEAST_NOISE = 0.002;

/** A difference between two modes of otherwise equal cells, in events. */
export interface Sign extends Omit<Setting, "mode"> {
  readonly counter: string;
  readonly from: number;
  readonly to: number;
  /** Between the middles of the two ranges. */
  readonly real: number;
  readonly predicted: number;
  /** Half the range of both cells' repetitions, at least 0.2 % of the larger middle. */
  readonly noise: number;
  readonly agrees: boolean;
}

const middle = ({ low, high }: Comparison): number => (low + high) / 2;
const halfRange = ({ low, high }: Comparison): number => (high - low) / 2;

/** What two cells share: their setting without the mode. */
function shared(row: Comparison): Omit<Setting, "mode"> {
  const { kernel, workload, limit, swap, swappiness, opts, checkpoints, pages, seed } = row;
  return { kernel, workload, limit, swap, swappiness, opts, checkpoints, pages, seed };
}

function difference(from: Comparison, to: Comparison): Sign {
  const real = middle(to) - middle(from);
  const predicted = to.predicted - from.predicted;
  return {
    ...shared(from),
    counter: to.counter,
    from: from.mode,
    to: to.mode,
    real,
    predicted,
    noise: Math.max(halfRange(from) + halfRange(to), LEAST_NOISE * Math.max(middle(from), middle(to))),
    agrees: Math.sign(real) === Math.sign(predicted),
  };
}

/** Rows of one counter by all that is set, and by mode. */
function byCell(rows: readonly Comparison[]): (cell: Omit<Setting, "mode">, counter: string) => Modes {
  const cells = new Map<string, Map<number, Comparison>>();
  const key = (cell: Omit<Setting, "mode">, counter: string): string => JSON.stringify([cell, counter]);
  for (const row of rows) {
    const name = key(shared(row), row.counter);
    const modes = cells.get(name) ?? new Map<number, Comparison>();
    cells.set(name, modes.set(row.mode, row));
  }
  return (cell, counter) => cells.get(key(cell, counter)) ?? NONE;
}

type Modes = ReadonlyMap<number, Comparison>;
const NONE: Modes = new Map();

/**
 * All differences that exceed twice the noise, of counters with enough events in one of the two cells. Where MGLRU was only
 * measured with the usual checkpoints, those runs are also the partners of the traditional LRU with others.
 */
export function signs(rows: readonly Comparison[]): Sign[] {
  const judged = rows.filter((row) => JUDGED.includes(row.counter) && !isPartial(row, row.counter));
  const modesOf = byCell(judged);
  return judged.flatMap((from) => {
    const cell = shared(from);
    const usual = from.mode === 0 ? modesOf({ ...cell, checkpoints: USUAL_CHECKPOINTS }, from.counter) : NONE;
    return STEPS.filter(([mode]) => mode === from.mode).flatMap(([, mode]) => {
      const to = modesOf(cell, from.counter).get(mode) ?? usual.get(mode);
      if (to === undefined || Math.max(from.high, to.high) <= MIN_EVENTS) return [];
      const row = difference(from, to);
      return Math.abs(row.real) > 2 * row.noise ? [row] : [];
    });
  });
}
