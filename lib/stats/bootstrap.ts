import { inputError } from "../util/error.js";
import { type BootstrapOptions, checkedOptions, checkSample, type Interval, interval } from "./resample.js";

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

function checkPairs(xs: ArrayLike<number>, base: ArrayLike<number>): void {
  if (xs.length === base.length) return;
  inputError(
    `unpaired samples: ${xs.length} values and ${base.length} base values; give one base value for each`,
  );
}

/**
 * The statistic of a sample with its bootstrap interval.
 *
 * @param values - independent repeats, as one number for each seed.
 * @throws InputError for an empty sample, a value that is no finite number, or a wrong option.
 */
export function bootstrap(values: ArrayLike<number>, options: BootstrapOptions = {}): Interval {
  const checked = checkedOptions(options);
  const sample = checkSample(values, "sample");
  const scratch = new Float64Array(sample.length);
  const of = (indices: Int32Array): number => {
    for (let i = 0; i < indices.length; i++) scratch[i] = sample[indices[i]!]!;
    return checked.statistic(scratch.subarray(0, indices.length));
  };
  return interval(
    { n: sample.length, of },
    sample.every((value) => value === sample[0]),
    checked,
  );
}

/** The statistic of the differences `xs[i] - base[i]`, with its interval. Pair i shares what varies, as a seed. */
export function pairedDifference(
  xs: ArrayLike<number>,
  base: ArrayLike<number>,
  options: BootstrapOptions = {},
): Interval {
  checkPairs(xs, base);
  const from = checkSample(base, "base");
  return bootstrap(
    checkSample(xs, "sample").map((x, i) => x - from[i]!),
    options,
  );
}

/**
 * The ratio statistic(xs) / statistic(base), with its interval: whole pairs are resampled, so what pair i shares
 * (a seed, a trace) cancels. 1 is no effect. With the default statistic it is a ratio of means, in which large
 * pairs weigh more; where each pair should weigh the same (traces of unlike size), use {@link pairedRatioOfEach}.
 */
export function pairedRatio(
  xs: ArrayLike<number>,
  base: ArrayLike<number>,
  options: BootstrapOptions = {},
): Interval {
  const checked = checkedOptions(options);
  checkPairs(xs, base);
  const [above, below] = [checkSample(xs, "sample"), checkSample(base, "base")];
  const n = above.length;
  if (below.some((value) => value <= 0)) {
    const whole = checked.statistic(below.slice());
    const estimate = whole > 0 ? checked.statistic(above.slice()) / whole : Number.NaN;
    return { estimate, low: Number.NaN, high: Number.NaN, n, basis: "zero base" };
  }
  const [top, bottom] = [new Float64Array(n), new Float64Array(n)];
  const of = (indices: Int32Array): number => {
    const { length } = indices;
    for (let i = 0; i < length; i++) {
      top[i] = above[indices[i]!]!;
      bottom[i] = below[indices[i]!]!;
    }
    return checked.statistic(top.subarray(0, length)) / checked.statistic(bottom.subarray(0, length));
  };
  const allEqual = above.every((value, i) => value * below[0]! === above[0]! * below[i]!);
  return interval({ n, of }, allEqual, checked);
}

/**
 * The geometric mean of the ratios `xs[i] / base[i]`, with its interval: each pair weighs the same, and swapping
 * the samples gives the reciprocal. The statistic is applied to the logarithms, so the median is the median ratio.
 * A value or base of 0 or below gives "zero base".
 */
export function pairedRatioOfEach(
  xs: ArrayLike<number>,
  base: ArrayLike<number>,
  options: BootstrapOptions = {},
): Interval {
  checkPairs(xs, base);
  const [above, below] = [checkSample(xs, "sample"), checkSample(base, "base")];
  if (above.some((value) => value <= 0) || below.some((value) => value <= 0)) {
    return { estimate: Number.NaN, low: Number.NaN, high: Number.NaN, n: above.length, basis: "zero base" };
  }
  const logs = bootstrap(
    above.map((x, i) => Math.log(x / below[i]!)),
    options,
  );
  return { ...logs, estimate: Math.exp(logs.estimate), low: Math.exp(logs.low), high: Math.exp(logs.high) };
}
