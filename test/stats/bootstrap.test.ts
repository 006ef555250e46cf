import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bootstrap,
  median,
  pairedDifference,
  pairedRatio,
  pairedRatioOfEach,
} from "../../lib/stats/bootstrap.js";
import { normalCdf, normalQuantile } from "../../lib/stats/normal.js";
import { acceleration, mean } from "../../lib/stats/resample.js";
import { InputError } from "../../lib/util/error.js";
import { mulberry32 } from "../../lib/util/random.js";

const variance = (values: Float64Array): number => {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
};

describe("published", () => {
  // Spatial test data, values A: Efron & Tibshirani 1993, table 14.1 (p. 180). Statistic: the plug-in variance.
  const spatial = [
    48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41,
  ];
  const options = { statistic: variance, level: 0.9, nrResamples: 20_000 } as const;

  test("estimate 171.5 (p. 181) and acceleration 0.061 (p. 186)", () => {
    expect(bootstrap(spatial, options).estimate).toBeCloseTo(171.53, 2);
    const leftOut = spatial.map((_, i) => variance(Float64Array.from(spatial.toSpliced(i, 1))));
    expect(acceleration(leftOut)).toBeCloseTo(0.061, 3);
  });

  // Table 14.2 has BCa 115.8 to 259.6, percentile 100.8 to 233.9, from 2000 resamples. R's boot package, with
  // 19,999, has BCa 116.0 to 260.7 and percentile 97.9 to 234.8 (quoted in bootknife.m of Octave's
  // statistics-resampling). Ends scatter by about 1.5 from seed to seed.
  test.each([1, 2, 3])("90 %% intervals of table 14.2, seed %d", (seed) => {
    const bca = bootstrap(spatial, { ...options, seed });
    expect(bca.basis).toBe("bca");
    expect(Math.abs(bca.low - 115.9)).toBeLessThan(2.5);
    expect(Math.abs(bca.high - 260.7)).toBeLessThan(2.5);
    const percentile = bootstrap(spatial, { ...options, seed, method: "percentile" });
    expect(Math.abs(percentile.low - 97.9)).toBeLessThan(2.5);
    expect(Math.abs(percentile.high - 234.8)).toBeLessThan(2.5);
  });

  test("ratio of means of the hormone patch data (Efron & Tibshirani, 10.3)", () => {
    const gained = [-1200, 2601, -2705, 1982, -1290, 351, -638, -2719];
    const base = [8406, 2342, 8187, 8459, 4795, 3516, 4796, 10238];
    expect(pairedRatio(gained, base).estimate).toBeCloseTo(-0.0713, 4);
  });

  test("normal quantiles", () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12);
    expect(normalQuantile(0.05)).toBeCloseTo(-1.6448536269514722, 12);
    expect(normalCdf(1)).toBeCloseTo(0.8413447460685429, 14);
    // R 4.2.2: pnorm(-9) is 1.1285884059538408e-19.
    expect([normalQuantile(0), normalCdf(-9), normalCdf(9)]).toEqual([
      Number.NEGATIVE_INFINITY,
      1.1285884059538408e-19,
      1,
    ]);
  });
});

describe("exact, by listing all resamples", () => {
  const percentile = { method: "percentile", nrResamples: 20_000 } as const;

  test("mean of 0, 1, 10", () => {
    // 27 resamples: sum 0 once, sum 1 three times (so 4/27 = 15 % are at most 1/3); 30 once, 21 three times.
    expect(bootstrap([10, 0, 1], { ...percentile, level: 0.8 })).toEqual({
      estimate: 11 / 3,
      low: 1 / 3,
      high: 7,
      n: 3,
      basis: "percentile",
    });
  });

  test("median of 1 to 5", () => {
    // P(resampled median <= 1) = P(Bin(5, 1/5) >= 3) = 5.8 %, P(<= 2) = P(Bin(5, 2/5) >= 3) = 31.7 %.
    const sample = [4, 2, 5, 1, 3];
    const at = (level: number): number[] => {
      const { low, estimate, high } = bootstrap(sample, { ...percentile, statistic: median, level });
      return [low, estimate, high];
    };
    expect(at(0.9)).toEqual([1, 3, 5]);
    expect(at(0.8)).toEqual([2, 3, 4]);
  });

  test("ratio of two pairs: whole pairs are drawn", () => {
    // 1/1 and 9/3: ratios of the four resamples 1, 10/4 twice, 3. Drawn apart, 1/3 and 9 would come up.
    const pairs = [
      [1, 9],
      [1, 3],
    ] as const;
    const wide = pairedRatio(...pairs, { ...percentile, level: 0.8 });
    expect(wide).toEqual({ estimate: 2.5, low: 1, high: 3, n: 2, basis: "percentile" });
    expect(pairedRatio(...pairs, { ...percentile, level: 0.4 })).toMatchObject({ low: 2.5, high: 2.5 });
  });

  test("median of an even number of values, input untouched", () => {
    const values = [9, 1, 5, 3];
    expect(median(values)).toBe(4);
    expect(values).toEqual([9, 1, 5, 3]);
  });
});

test("BCa follows a skewed sample: both ends lie above the percentile ends", () => {
  // Air-conditioning data: Davison & Hinkley 1997, table 1.2; example 5.4 against 5.8 shows the same move.
  const hours = [3, 5, 7, 18, 43, 85, 91, 98, 100, 130, 230, 487];
  const bca = bootstrap(hours);
  const percentile = bootstrap(hours, { method: "percentile" });
  expect(bca.low).toBeGreaterThan(percentile.low + 5);
  expect(bca.high).toBeGreaterThan(percentile.high + 15);
});

test("coverage of a nominal 95 % with five normal values is about 84 %", () => {
  const random = mulberry32(99);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - random.rnd())) * Math.cos(2 * Math.PI * random.rnd());
  let covered = 0;
  for (let seed = 0; seed < 1000; seed++) {
    const { low, high } = bootstrap(Array.from({ length: 5 }, normal), { seed, nrResamples: 400 });
    if (low <= 0 && high >= 0) covered++;
  }
  expect(covered / 1000).toBeGreaterThan(0.8);
  expect(covered / 1000).toBeLessThan(0.88);
});

describe("relations", () => {
  const sample = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 12 });
  const few = { nrResamples: 200 } as const;

  test("same seed, same interval; low <= high; both are means of sample values", () => {
    fc.assert(
      fc.property(sample, fc.nat(), (values, seed) => {
        const found = bootstrap(values, { ...few, seed });
        expect(bootstrap(values, { ...few, seed })).toEqual(found);
        expect(found.low).toBeLessThanOrEqual(found.high);
        expect(found.low).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
        expect(found.high).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
      }),
      { numRuns: 50 },
    );
  });

  test("a scale passes through, and a common factor of pairs cancels", () => {
    fc.assert(
      fc.property(sample, (values) => {
        const [once, twice] = [
          bootstrap(values, few),
          bootstrap(
            values.map((v) => 4 * v),
            few,
          ),
        ];
        expect([twice.low, twice.high]).toEqual([4 * once.low, 4 * once.high]);
        const base = values.map((_, i) => i + 1);
        const ratio = pairedRatio(values, base, few);
        expect(
          pairedRatio(
            values.map((v) => 2 * v),
            base.map((v) => 2 * v),
            few,
          ),
        ).toEqual(ratio);
      }),
      { numRuns: 50 },
    );
  });

  test("swapping the samples inverts the ratio of each pair", () => {
    const [xs, base] = [
      [2, 4, 9],
      [1, 8, 3],
    ];
    const options = { method: "percentile" } as const;
    const [there, back] = [pairedRatioOfEach(xs, base, options), pairedRatioOfEach(base, xs, options)];
    expect(there.estimate).toBeCloseTo(3 ** (1 / 3), 12);
    expect(back.estimate).toBeCloseTo(1 / there.estimate, 12);
    expect(back.low).toBeCloseTo(1 / there.high, 12);
  });
});

describe("nothing varies", () => {
  test("one value is its own interval, and says so", () => {
    const point = { estimate: 7, low: 7, high: 7, n: 1, basis: "one value" };
    expect(bootstrap([7])).toEqual(point);
    expect(pairedDifference([9], [2])).toEqual(point);
    expect(pairedRatio([14], [2])).toEqual(point);
  });

  test("equal values, differences, ratios", () => {
    expect(bootstrap([3, 3, 3])).toEqual({ estimate: 3, low: 3, high: 3, n: 3, basis: "all equal" });
    expect(pairedDifference([3, 5], [1, 3])).toMatchObject({ low: 2, high: 2, basis: "all equal" });
    expect(pairedRatio([2, 4, 6], [1, 2, 3])).toMatchObject({ low: 2, high: 2, basis: "all equal" });
  });

  test("a base of 0 leaves the ratio without an interval", () => {
    expect(pairedRatio([1, 2], [0, 3])).toEqual({
      estimate: 1,
      low: Number.NaN,
      high: Number.NaN,
      n: 2,
      basis: "zero base",
    });
    expect(pairedRatio([1, 2], [0, 0]).estimate).toBeNaN();
    expect(pairedRatioOfEach([0, 2], [1, 1]).basis).toBe("zero base");
  });

  test("BCa without resamples on both sides falls back to percentile", () => {
    // The number of distinct values: no resample of 60 values draws each of them once.
    const statistic = (values: Float64Array): number => new Set(values).size;
    expect(
      bootstrap(
        Array.from({ length: 60 }, (_, i) => i),
        { statistic },
      ).basis,
    ).toBe("percentile");
  });
});

describe("bad input", () => {
  test.each([
    ["empty sample", () => bootstrap([]), /empty sample/],
    [
      "NaN",
      () => bootstrap([1, Number.NaN]),
      /no number in the sample of a bootstrap interval: NaN \(index 1\)/,
    ],
    ["null", () => bootstrap([null as unknown as number, 1]), /null \(index 0\)/],
    ["level in percent", () => bootstrap([1, 2], { level: 95 }), /invalid level of a bootstrap interval: 95/],
    ["too few resamples", () => bootstrap([1, 2], { nrResamples: 10 }), /invalid nrResamples.*: 10/],
    ["seed", () => bootstrap([1, 2], { seed: 0.5 }), /invalid seed.*: 0.5/],
    ["method", () => bootstrap([1, 2], { method: "abc" as "bca" }), /unknown method.*: abc/],
    ["unpaired", () => pairedRatio([1, 2], [1]), /unpaired samples: 2 values and 1 base values/],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(InputError);
    expect(call).toThrow(message);
  });
});
