/*
 * Does the model say which of two settings of lru_gen/enabled is better? Over cells that differ in nothing else: the
 * sign of each difference between MGLRU and the active and inactive lists, and between two settings of MGLRU, where
 * the kernel's own difference is larger than twice its noise.
 */
import { type Compared, type Comparison, cellName, LEAST_EVENTS } from "./comparison.js";

/** Counters whose differences are judged. */
export const JUDGED: readonly Compared[] = ["majflt", "refaults", "pgscan"];

/** Settings compared: from, to. */
export const STEPS: readonly (readonly [number, number])[] = [
  [0, 1],
  [0, 3],
  [0, 7],
  [1, 3],
  [3, 7],
  [1, 7],
];

/** Least noise of a counter, relative: one repetition says nothing about noise, and two may agree by chance. */
const LEAST_NOISE = 0.002;

/** A difference between two modes of otherwise equal cells, in events. */
export interface SignRow {
  /** The cell with the second mode. */
  readonly cell: string;
  readonly kernel: string;
  readonly counter: Compared;
  readonly from: number;
  readonly to: number;
  /** Between the middles of the two ranges. */
  readonly real: number;
  readonly predicted: number;
  /** Half the range of both cells' repetitions, at least 0.2 % of the larger middle. */
  readonly noise: number;
  readonly agrees: boolean;
}

const middle = ({ realMin, realMax }: Comparison): number => (realMin + realMax) / 2;
const halfRange = ({ realMin, realMax }: Comparison): number => (realMax - realMin) / 2;

function difference(from: Comparison, to: Comparison): SignRow {
  const real = middle(to) - middle(from);
  const predicted = to.predicted - from.predicted;
  return {
    cell: cellName(to),
    kernel: to.kernel,
    counter: to.counter,
    from: from.mode,
    to: to.mode,
    real,
    predicted,
    noise: Math.max(halfRange(from) + halfRange(to), LEAST_NOISE * Math.max(middle(from), middle(to))),
    agrees: Math.sign(real) === Math.sign(predicted),
  };
}

/** All differences that exceed twice the noise, of counters with enough events in one of the two cells. */
export function signs(rows: readonly Comparison[]): SignRow[] {
  const cells = new Map<string, Map<number, Comparison>>();
  for (const row of rows) {
    if (!JUDGED.includes(row.counter)) continue;
    const { kernel, workload, pages, seed, limit, swap, swappiness, checkpoints, opts, counter } = row;
    const key = [kernel, workload, pages, seed, limit, swap, swappiness, checkpoints, opts, counter].join(
      " ",
    );
    let modes = cells.get(key);
    if (modes === undefined) cells.set(key, (modes = new Map()));
    modes.set(row.mode, row);
  }
  return [...cells.values()].flatMap((modes) =>
    STEPS.flatMap(([a, b]) => {
      const [from, to] = [modes.get(a), modes.get(b)];
      if (from === undefined || to === undefined) return [];
      if (Math.max(from.realMax, to.realMax) <= LEAST_EVENTS) return [];
      const row = difference(from, to);
      return Math.abs(row.real) > 2 * row.noise ? [row] : [];
    }),
  );
}

/** How many signs agree, of one counter and step, or of all ("all"). */
export interface SignSummary {
  readonly counter: string;
  readonly step: string;
  readonly n: number;
  readonly agreeing: number;
}

/** Counts by counter and by kind of step (MGLRU against LRU; between MGLRU's settings), and over all. */
export function summariseSigns(rows: readonly SignRow[]): SignSummary[] {
  const kinds: readonly [string, (row: SignRow) => boolean][] = [
    ["MGLRU - LRU", ({ from }) => from === 0],
    ["enabled bits", ({ from }) => from !== 0],
  ];
  const count = (counter: string, step: string, found: readonly SignRow[]): SignSummary => ({
    counter,
    step,
    n: found.length,
    agreeing: found.filter(({ agrees }) => agrees).length,
  });
  return [
    ...JUDGED.flatMap((counter) =>
      kinds.map(([step, is]) =>
        count(
          counter,
          step,
          rows.filter((row) => row.counter === counter && is(row)),
        ),
      ),
    ),
    count("all", "all", rows),
  ];
}
