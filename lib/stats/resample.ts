/*
 * Bootstrap intervals: draw samples of the same size from the sample itself, with replacement, and see how far
 * the statistic moves.
 *
 *   percentile  the middle `level` of the resampled statistics
 *   bca         the same, with its two ends moved for median bias (z0) and for a spread that changes with the
 *               value (acceleration a, from leaving out one value at a time)
 *
 * Few values make both too narrow: they cannot show values that the sample lacks. On the mean of normal values
 * a nominal 95 % covers the truth in 84 % of samples of 5, 90 % of 10, and 94 % of 30 (bca; measured here, see
 * the test). With one value there is no interval at all, and the result says so.
 *
 * Source: Efron & Tibshirani, An Introduction to the Bootstrap, 1993: chapter 13 (percentile), 14.3 (BCa,
 * equations 14.9 to 14.15).
 */
import { inputError } from "../util/error.js";
import { mulberry32 } from "../util/random.js";
import { normalCdf, normalQuantile } from "./normal.js";

/** A number computed from a sample. It must not keep or change the array: the next resample reuses it. */
export type Statistic = (values: Float64Array) => number;

/** How an interval is made. */
export interface BootstrapOptions {
  /** Default: {@link mean}. */
  readonly statistic?: Statistic;
  /** Default: "bca". */
  readonly method?: "percentile" | "bca";
  /** Nominal coverage, above 0 and below 1. Default: 0.95. */
  readonly level?: number;
  /** Resamples, 100 to 1,000,000. Default: 2000. */
  readonly nrResamples?: number;
  /** Seed of the resampling, 0 to 2^32 - 1. Default: 1. Equal seeds give equal intervals. */
  readonly seed?: number;
}

/** An estimate with its interval, both ends included. */
export interface Interval {
  /** The statistic of the sample itself. */
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  /** Values, or pairs of values. */
  readonly n: number;
  /**
   * What the ends rest on. "bca" and "percentile": resamples ("percentile" also where BCa was asked for but is
   * undefined, because all resamples lie on one side of the estimate). "one value" and "all equal": nothing
   * varied, the ends are the estimate, and that is no sign of precision. "zero base": a ratio to a base of 0,
   * or below: the ends are NaN.
   */
  readonly basis: "bca" | "percentile" | "one value" | "all equal" | "zero base";
}

/** The arithmetic mean. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Median bias in normal units: 0 if half of the resampled statistics are below the estimate. Ties count half. */
function biasCorrection(sorted: Float64Array, estimate: number): number {
  let below = 0;
  for (const value of sorted) below += value < estimate ? 1 : value === estimate ? 0.5 : 0;
  return normalQuantile(below / sorted.length);
}

/**
 * The acceleration of a statistic: a sixth of the skewness of its values with one item left out, 0 if they are
 * all equal. Exported for those who want to check an interval by hand.
 *
 * @param leftOut - the statistic without item i, for each i. Shape: [n].
 */
export function acceleration(leftOut: ArrayLike<number>): number {
  const centre = mean(leftOut);
  let squares = 0;
  let cubes = 0;
  for (let i = 0; i < leftOut.length; i++) {
    const difference = centre - leftOut[i]!;
    squares += difference ** 2;
    cubes += difference ** 3;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/** The ordered value that `share` of the values lie below: number floor((B + 1) * share), counted from the nearer end. */
function orderedValue(sorted: Float64Array, share: number): number {
  const nr = sorted.length;
  const rank = share <= 0.5 ? Math.floor((nr + 1) * share) : nr + 1 - Math.floor((nr + 1) * (1 - share));
  return sorted[Math.min(Math.max(rank, 1), nr) - 1]!;
}

/** The share of resamples below a BCa end whose nominal share is `share`. */
function bcaShare(share: number, z0: number, a: number): number {
  const z = z0 + normalQuantile(share);
  const shrink = 1 - a * z;
  return shrink <= 0 ? (z > 0 ? 1 : 0) : normalCdf(z0 + z / shrink);
}

/** Items to resample: how many, and the statistic of the items with given indices. Index arrays are reused. */
export interface Resampled {
  readonly n: number;
  readonly of: (indices: Int32Array) => number;
}

/** The options with defaults filled in. @throws InputError for a value out of its range. */
export function checkedOptions(options: BootstrapOptions): Required<BootstrapOptions> {
  const { statistic = mean, method = "bca", level = 0.95, nrResamples = 2000, seed = 1 } = options;
  if (!(level > 0 && level < 1)) {
    inputError(`invalid level of a bootstrap interval: ${level}; use a number above 0 and below 1, as 0.95`);
  }
  if (!Number.isInteger(nrResamples) || nrResamples < 100 || nrResamples > 1_000_000) {
    inputError(
      `invalid nrResamples of a bootstrap interval: ${nrResamples}; use an integer from 100 to 1000000`,
    );
  }
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff) {
    inputError(`invalid seed of a bootstrap interval: ${seed}; use an integer from 0 to ${0xffff_ffff}`);
  }
  if (method !== "bca" && method !== "percentile") {
    inputError(`unknown method of a bootstrap interval: ${method}; use bca or percentile`);
  }
  return { statistic, method, level, nrResamples, seed };
}

function resample({ n, of }: Resampled, nrResamples: number, seed: number): Float64Array {
  const random = mulberry32(seed);
  const indices = new Int32Array(n);
  const found = new Float64Array(nrResamples);
  for (let b = 0; b < nrResamples; b++) {
    for (let i = 0; i < n; i++) indices[i] = random.int(n);
    found[b] = of(indices);
  }
  return found.sort();
}

function leaveOneOut({ n, of }: Resampled): Float64Array {
  const indices = new Int32Array(n - 1);
  return Float64Array.from({ length: n }, (_, left) => {
    for (let i = 0; i < n - 1; i++) indices[i] = i < left ? i : i + 1;
    return of(indices);
  });
}

/** Resample the items and read the interval off; `allEqual` says that no resample can differ. */
export function interval(items: Resampled, allEqual: boolean, options: Required<BootstrapOptions>): Interval {
  const { n } = items;
  const estimate = items.of(Int32Array.from({ length: n }, (_, i) => i));
  if (n === 1) return { estimate, low: estimate, high: estimate, n, basis: "one value" };
  if (allEqual) return { estimate, low: estimate, high: estimate, n, basis: "all equal" };

  const sorted = resample(items, options.nrResamples, options.seed);
  const tail = (1 - options.level) / 2;
  const z0 = options.method === "bca" ? biasCorrection(sorted, estimate) : Number.NaN;
  if (!Number.isFinite(z0)) {
    const [low, high] = [orderedValue(sorted, tail), orderedValue(sorted, 1 - tail)];
    return { estimate, low, high, n, basis: "percentile" };
  }
  const a = acceleration(leaveOneOut(items));
  const low = orderedValue(sorted, bcaShare(tail, z0, a));
  const high = orderedValue(sorted, bcaShare(1 - tail, z0, a));
  return { estimate, low, high, n, basis: "bca" };
}

/** A copy of the values. @throws InputError if there are none or one is no finite number. */
export function checkSample(values: ArrayLike<number>, what: string): Float64Array {
  if (values.length === 0) inputError(`empty ${what} of a bootstrap interval; give at least one value`);
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    inputError(
      `no number in the ${what} of a bootstrap interval: ${values[i]} (index ${i}); leave such rows out`,
    );
  }
  return Float64Array.from(values);
}
