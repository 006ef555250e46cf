/*
 * Tests on paired differences, one number a pair: is the middle of them 0?
 *
 *   sign flip     if a change does nothing, each difference is as likely to be d as -d: the share of the 2^n ways to
 *                 choose signs whose sum is as far from 0 as the one observed. About the mean; assumes no shape.
 *   signed rank   the same with the differences replaced by their ranks (Wilcoxon): one huge difference counts no
 *                 more than the next smaller one. About the Hodges-Lehmann estimate, the median of all means of two.
 *
 * Both are exact where they list or count all signs. n differences cannot give a p below 2 / 2^n: with seven
 * traces 0.016, so that after Holm's correction of seven tests nothing can be below 0.05. `least` says so.
 *
 * Source: Fisher, The Design of Experiments, 1935, section 21; Wilcoxon, Individual comparisons by ranking
 * methods, Biometrics Bulletin 1(6), 1945; Hodges & Lehmann, Annals of Mathematical Statistics 34(2), 1963;
 * Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6(2), 1979.
 */
import { inputError } from "../util/error.js";
import { mulberry32 } from "../util/random.js";
import { median } from "./bootstrap.js";
import { normalCdf } from "./normal.js";
import { ranks } from "./rank.js";

/** What a test says. */
export interface TestResult {
  /** Two-sided, in (0, 1]: chance of differences as far from 0, if the change did nothing. */
  readonly p: number;
  /** The smallest p that so many differences can give; 1 if all are 0. */
  readonly least: number;
  /** Differences that are not 0: only they can speak. */
  readonly n: number;
  /** "exact": all signs counted. "sampled": that many drawn at random. "normal": approximated. */
  readonly basis: "exact" | "sampled" | "normal";
}

/** Up to here all 2^n signs are listed. */
const MAX_LISTED = 18;
/** Random signs beyond that; the observed ones are one more. */
const NR_FLIPS = 99_999;
/** Up to here the distribution of the rank sum is counted out. */
const MAX_COUNTED = 200;
/** Sums that differ by less than this share of all are equal: they differ in rounding only. */
const SAME = 1e-12;

/**
 * Sign-flip test of the mean.
 * @param seed - of the random signs, beyond 18 differences.
 * @throws InputError for no differences, or one that is no finite number.
 */
export function signFlipTest(differences: ArrayLike<number>, seed = 1): TestResult {
  const values = checked(differences);
  const n = values.length;
  if (n === 0) return { p: 1, least: 1, n, basis: "exact" };
  const all = values.reduce((sum, value) => sum + Math.abs(value), 0);
  const bar = Math.abs(values.reduce((sum, value) => sum + value, 0)) - SAME * all;
  const least = 2 ** (1 - n);
  if (n <= MAX_LISTED) return { p: shareOfFlips(values, bar), least, n, basis: "exact" };
  const random = mulberry32(seed);
  let far = 1;
  for (let i = 0; i < NR_FLIPS; i++) {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += (random.next32() & 0x8000_0000) === 0 ? values[k]! : -values[k]!;
    if (Math.abs(sum) >= bar) far++;
  }
  return { p: far / (NR_FLIPS + 1), least: 1 / (NR_FLIPS + 1), n, basis: "sampled" };
}

/** Share of all 2^n signs whose sum is `bar` or more from 0; the first sign is fixed, for its mirror is as far. */
function shareOfFlips(values: readonly number[], bar: number): number {
  const n = values.length;
  const ways = 2 ** (n - 1);
  let far = 0;
  for (let signs = 0; signs < ways; signs++) {
    let sum = values[n - 1]!;
    for (let k = 0; k < n - 1; k++) sum += (signs >>> k) & 1 ? -values[k]! : values[k]!;
    if (Math.abs(sum) >= bar) far++;
  }
  return far / ways;
}

/**
 * Wilcoxon's signed rank test. Zeros are left out, equal sizes share the mean of their ranks; up to 200
 * differences it is exact, ties or not (R's `wilcox.test` is exact without ties up to 49), beyond that normal with
 * correction for ties and continuity, as R's.
 * @throws InputError for no differences, or one that is no finite number.
 */
export function signedRankTest(differences: ArrayLike<number>): TestResult & { readonly statistic: number } {
  const values = checked(differences);
  const n = values.length;
  if (n === 0) return { p: 1, least: 1, n, statistic: 0, basis: "exact" };
  const rank = ranks(values.map(Math.abs));
  const statistic = rank.reduce((sum, value, i) => sum + (values[i]! > 0 ? value : 0), 0);
  if (n > MAX_COUNTED) {
    const centre = (n * (n + 1)) / 4;
    const spread = Math.sqrt(rank.reduce((sum, value) => sum + value ** 2, 0) / 4);
    const p = 2 * normalCdf(-Math.max(0, Math.abs(statistic - centre) - 0.5) / spread);
    return { p: Math.min(1, p), least: 0, n, statistic, basis: "normal" };
  }
  const at = rankSumDistribution(rank);
  const upTo = Math.round(2 * statistic);
  let [low, high] = [0, 0];
  for (let sum = 0; sum < at.length; sum++) {
    if (sum <= upTo) low += at[sum]!;
    if (sum >= upTo) high += at[sum]!;
  }
  return { p: Math.min(1, 2 * Math.min(low, high)), least: 2 ** (1 - n), n, statistic, basis: "exact" };
}

/** Chance of each sum of ranks, by twice the sum (ties have half ranks). Shape: [n (n + 1) + 1]. */
function rankSumDistribution(rank: readonly number[]): Float64Array {
  const at = new Float64Array(rank.length * (rank.length + 1) + 1);
  at[0] = 1;
  for (const value of rank) {
    const step = Math.round(2 * value);
    for (let sum = at.length - 1; sum >= 0; sum--) {
      at[sum] = 0.5 * (at[sum]! + (sum >= step ? at[sum - step]! : 0));
    }
  }
  return at;
}

/** The Hodges-Lehmann estimate: the median of the means of all pairs, each value with itself too. At most 2,000 values. */
export function hodgesLehmann(values: ArrayLike<number>): number {
  const n = values.length;
  if (n === 0 || n > 2000) inputError(`bad sample: ${n} values; give 1 to 2000`);
  const means = new Float64Array((n * (n + 1)) / 2);
  let at = 0;
  for (let i = 0; i < n; i++) for (let k = i; k < n; k++) means[at++] = (values[i]! + values[k]!) / 2;
  return median(means);
}

/**
 * Holm's correction: p values such that calling all below 0.05 an effect is wrong about any of them in at most 5 % of
 * studies, whatever depends on what. Null and NaN are no tests: they stay, and do not count.
 */
export function holm<P extends number | null>(ps: readonly P[]): (number | P)[] {
  const isTest = (p: P): boolean => typeof p === "number" && !Number.isNaN(p);
  const order = ps.map((_, i) => i).filter((i) => isTest(ps[i]!));
  order.sort((a, b) => (ps[a] as number) - (ps[b] as number));
  const corrected: (number | P)[] = [...ps];
  let least = 0;
  for (const [rank, i] of order.entries()) {
    least = Math.max(least, Math.min(1, (order.length - rank) * (ps[i] as number)));
    corrected[i] = least;
  }
  return corrected;
}

/** Those that are not 0. */
function checked(differences: ArrayLike<number>): number[] {
  if (differences.length === 0) inputError("no differences to test; give at least one pair");
  const values = Array.from(differences);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) inputError(`no number to test: ${values[bad]} (index ${bad}); leave such pairs out`);
  return values.filter((value) => value !== 0);
}
