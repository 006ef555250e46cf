import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bootstrap, pairedRatioOfEach } from "../../lib/stats/bootstrap.js";
import { hodgesLehmann, holm, signedRankTest, signFlipTest } from "../../lib/stats/paired-tests.js";
import { ranks } from "../../lib/stats/rank.js";
import { InputError } from "../../lib/util/error.js";

/** Values of R are R 4.2.2 (Debian 12), boot 1.3-28.1. */
describe("against R", () => {
  // Darwin's pairs of Zea mays, in eighths of an inch: the data of Fisher's own example of the sign-flip test.
  const zea = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];

  test("Fisher's example: 1,726 of the 2^15 sums are as far from 0 (863 on either side)", () => {
    // s <- as.matrix(expand.grid(rep(list(c(-1,1)), 15))); mean(abs(s %*% z) >= abs(sum(z)))
    expect(signFlipTest(zea)).toEqual({ p: 1726 / 2 ** 15, least: 2 ** -14, n: 15, basis: "exact" });
  });

  test("signed rank and Hodges-Lehmann of the same: wilcox.test(z, conf.int=TRUE, exact=TRUE)", () => {
    expect(signedRankTest(zea)).toMatchObject({ statistic: 96, p: 0.041259765625, basis: "exact" });
    expect(hodgesLehmann(zea)).toBe(25);
  });

  test("depression scale, the example of ?wilcox.test: wilcox.test(x, y, paired=TRUE, conf.int=TRUE)", () => {
    const x = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
    const y = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
    const d = x.map((value, i) => value - y[i]!);
    expect(signedRankTest(d)).toMatchObject({ statistic: 40, p: 0.0390625, n: 9 });
    expect(hodgesLehmann(d)).toBeCloseTo(0.46, 12);
  });

  test("ties and a zero, against all 512 signs listed in R", () => {
    // r <- rank(abs(nz)); v <- as.matrix(expand.grid(rep(list(0:1), 9))) %*% r; 2 * min(mean(v <= V), mean(v >= V))
    const tied = signedRankTest([1, -1, 2, 2, -3, 4, 4, 4, 5, 0]);
    expect(tied).toMatchObject({ statistic: 38.5, p: 0.05859375, n: 9 });
  });

  test("250 values with ties, normal: b <- (1:250 * 7919) %% 251 - 115; wilcox.test(b, exact=FALSE)$p.value", () => {
    const b = Array.from({ length: 250 }, (_, i) => (((i + 1) * 7919) % 251) - 115);
    const found = signedRankTest(b);
    expect(found).toMatchObject({ statistic: 18072, basis: "normal" });
    expect(found.p).toBeCloseTo(0.0274255566905388, 12);
  });

  test('p.adjust(p, "holm"), a missing value included', () => {
    const found = holm([0.01, 0.02, 0.03, 0.04, 0.005, 0.5, null]);
    const expected = [0.05, 0.08, 0.09, 0.09, 0.03, 0.5];
    for (const [i, p] of expected.entries()) expect(found[i]).toBeCloseTo(p, 14);
    expect(found[6]).toBe(null);
  });

  test('boot.ci(boot(hours, mean, 199999), type="bca", L=empinf(b, type="jack")): 57.0 to 225.6', () => {
    const hours = [3, 5, 7, 18, 43, 85, 91, 98, 100, 130, 230, 487];
    const { estimate, low, high } = bootstrap(hours, { nrResamples: 200_000 });
    expect(estimate).toBeCloseTo(108.083, 3);
    expect(Math.abs(low - 57)).toBeLessThan(1);
    expect(Math.abs(high - 225.6)).toBeLessThan(2);
    // The same of log(hours), as ratios are: exp gives 46.0, 17.8 to 101.1.
    const ratio = pairedRatioOfEach(
      hours,
      hours.map(() => 1),
      { nrResamples: 200_000 },
    );
    expect(ratio.estimate).toBeCloseTo(45.9976, 4);
    expect(Math.abs(ratio.low - 17.78)).toBeLessThan(0.3);
    expect(Math.abs(ratio.high - 101.09)).toBeLessThan(1);
  });
});

describe("laws", () => {
  const sample = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 9 });

  test("turned round or in another order, the tests say the same", () => {
    fc.assert(
      fc.property(sample, (xs) => {
        const turned = xs.map((x) => -x).reverse();
        expect(signFlipTest(turned)).toEqual(signFlipTest(xs));
        expect(signedRankTest(turned).p).toBe(signedRankTest(xs).p);
        expect(hodgesLehmann(turned)).toBeCloseTo(-hodgesLehmann(xs), 12);
      }),
    );
  });

  test("the sign flip is the share of all signs, listed naively", () => {
    fc.assert(
      fc.property(sample, (xs) => {
        let sums = [0];
        for (const x of xs) sums = sums.flatMap((sum) => [sum + x, sum - x]);
        const bar = Math.abs(xs.reduce((sum, x) => sum + x, 0));
        const p = sums.filter((sum) => Math.abs(sum) >= bar).length / sums.length;
        expect(signFlipTest(xs).p).toBeCloseTo(p, 12);
      }),
    );
  });

  test("p is at least `least`, and is it where all differences are on one side", () => {
    fc.assert(
      fc.property(sample, (xs) => {
        for (const test of [signFlipTest, signedRankTest]) {
          expect(test(xs).p).toBeGreaterThanOrEqual(test(xs).least);
          const up = test(xs.map((x) => Math.abs(x) + 1));
          expect(up.p).toBeCloseTo(up.least, 12);
        }
      }),
    );
  });

  test("random signs come close to the exact share, and depend on the seed alone", () => {
    const xs = Array.from({ length: 18 }, (_, i) => Math.sin(i) + 0.3);
    const exact = signFlipTest(xs);
    const sampled = signFlipTest([...xs, 1e-9]);
    expect([exact.basis, sampled.basis]).toEqual(["exact", "sampled"]);
    expect(Math.abs(sampled.p - exact.p)).toBeLessThan(4 * Math.sqrt((exact.p * (1 - exact.p)) / 99_999));
    expect(signFlipTest([...xs, 1e-9])).toEqual(sampled);
    expect(signFlipTest([...xs, 1e-9], 2).p).not.toBe(sampled.p);
  });

  test("Holm keeps the order, never lowers a p, and leaves a single one alone", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 }),
        (ps) => {
          const found = holm(ps);
          for (const [i, p] of ps.entries()) {
            expect(found[i]).toBeGreaterThanOrEqual(p);
            for (const [k, q] of ps.entries()) if (p < q) expect(found[i]).toBeLessThanOrEqual(found[k]!);
          }
        },
      ),
    );
    expect(holm([0.04])).toEqual([0.04]);
  });

  test("ranks: equal values share the mean of theirs", () => {
    expect(ranks([10, 20, 10, 5])).toEqual([2.5, 4, 2.5, 1]);
  });
});

test("nothing to test, and what is no number", () => {
  expect(signFlipTest([0, 0])).toEqual({ p: 1, least: 1, n: 0, basis: "exact" });
  expect(signedRankTest([0])).toMatchObject({ p: 1, n: 0 });
  expect(() => signFlipTest([])).toThrow(InputError);
  expect(() => signedRankTest([1, Number.NaN])).toThrow("no number to test: NaN (index 1)");
});
