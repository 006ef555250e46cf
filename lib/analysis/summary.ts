/*
 * One number a trace, and what they say together. The trace is the unit: cells of one trace at several sizes and
 * seeds are no independent repeats of anything, so they are averaged first, and intervals and tests see as many
 * values as there are traces. What they extend to are programs like those traced, as far as these are a sample
 * of them; a trace more does more for an interval than a hundred seeds.
 *
 *   mean          of logarithms for ratios: a geometric mean; with its BCa interval, and the sign-flip test
 *   typical       Hodges-Lehmann: what one wild trace does not move. In the unit of the measure, which mean / sd
 *                 (Cohen's d) is not: how far traces differ from each other is no yardstick for a page-in.
 */
import { bootstrap } from "../stats/bootstrap.js";
import { hodgesLehmann, holm, signFlipTest } from "../stats/paired-tests.js";
import type { BootstrapOptions, Interval } from "../stats/resample.js";

/** How numbers of two cells are compared: divided, or subtracted (per 1,000 page visits). */
export type Scale = "ratio" | "difference";

/** What the traces say of one effect. */
export interface Summary {
  /** "ratio": 1 is no effect. Otherwise a difference in that unit: 0 is no effect. */
  readonly unit: "ratio" | "per 1,000 page visits";
  /** Mean over the traces, geometric for ratios. */
  readonly value: number;
  /** Interval over the traces, 95 % unless told otherwise; `interval` says what it rests on. */
  readonly lo: number;
  readonly hi: number;
  /**
   * What `lo` and `hi` rest on, see {@link Interval}: "bca" and "percentile" resamples of the traces (few make them too
   * narrow: of five, a nominal 95 % covers about 84 %); "one value", "all equal": nothing, the ends are the value.
   */
  readonly interval: Interval["basis"];
  /** Hodges-Lehmann estimate over the traces. */
  readonly typical: number;
  /** Traces. */
  readonly n: number;
  /** Sign-flip test over the traces, two-sided. */
  readonly p: number;
  /** The same after Holm's correction over the rows of one family. */
  readonly pHolm: number;
  /** The smallest p that so many traces can give: 2 / 2^n. */
  readonly pLeast: number;
}

/** Interval and level of the summaries; the statistic is always the mean. */
export type IntervalOptions = Omit<BootstrapOptions, "statistic">;

/** Summary of one value a trace: logarithms for ratios. `pHolm` is `p` until {@link corrected}. */
export function summary(values: ArrayLike<number>, scale: Scale, options: IntervalOptions = {}): Summary {
  const { estimate, low, high, n, basis } = bootstrap(values, options);
  const { p, least } = signFlipTest(values);
  const back = scale === "ratio" ? Math.exp : (x: number): number => x;
  return {
    unit: scale === "ratio" ? "ratio" : "per 1,000 page visits",
    value: back(estimate),
    lo: back(low),
    hi: back(high),
    interval: basis,
    typical: back(hodgesLehmann(values)),
    n,
    p,
    pHolm: p,
    pLeast: least,
  };
}

/** The rows of one family of tests with `pHolm` filled in. */
export function corrected<T extends { readonly p: number | null }>(
  rows: readonly T[],
): (T & { readonly pHolm: number | T["p"] })[] {
  const ps = holm(rows.map(({ p }): T["p"] => p));
  return rows.map((row, i) => ({ ...row, pHolm: ps[i]! }));
}
