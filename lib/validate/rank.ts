/* Does the model order cells as the kernel does? Spearman's rank correlation, with ties at their mean rank. */
import type { Compared, Comparison } from "./comparison.js";

function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const rank = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1]!] === values[order[from]!]) to++;
    for (let i = from; i <= to; i++) rank[order[i]!] = (from + to) / 2;
    from = to + 1;
  }
  return rank;
}

/** Spearman's correlation of two columns of equal length; NaN of fewer than two, or if one column is constant. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (x.length - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i]! - mean, y[i]! - mean];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}

/** Rank correlation of one counter over the cells of one kernel. */
export interface RankRow {
  readonly kernel: string;
  readonly counter: Compared;
  readonly cells: number;
  readonly spearman: number;
}

/** Rank correlation of predicted with real (middle of the range), for each kernel. */
export function rankCorrelations(rows: readonly Comparison[], counters: readonly Compared[]): RankRow[] {
  const kernels = [...new Set(rows.map(({ kernel }) => kernel))].sort();
  return kernels.flatMap((kernel) =>
    counters.map((counter) => {
      const found = rows.filter((row) => row.kernel === kernel && row.counter === counter);
      const real = found.map(({ realMin, realMax }) => (realMin + realMax) / 2);
      const predicted = found.map((row) => row.predicted);
      return { kernel, counter, cells: found.length, spearman: spearman(real, predicted) };
    }),
  );
}
