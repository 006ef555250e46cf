import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attribution, interactionIndices } from "../../lib/analysis/attribution.js";
import { exactWeights } from "../../lib/analysis/chains.js";
import { combinationsOf } from "../../lib/design/combinations.js";
import { all, placesOf, row, rowsOf } from "./rows.js";

const DIFFERENCE = { scale: "difference" } as const;
const parts = (k: number, value: (mask: number) => number): number[] => {
  const design = placesOf(k, all(k));
  return attribution(rowsOf(design, value), design, DIFFERENCE).map((part) => part.value);
};

function close(found: readonly number[], expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 9);
}

describe("published games", () => {
  test("gloves: one left and two right ones make 1/6, 1/6, 4/6 (the textbook example)", () => {
    close(
      parts(3, (mask) => (mask & 4 && mask & 3 ? 1 : 0)),
      [1 / 6, 1 / 6, 4 / 6, 1],
    );
  });

  test("a majority game with weights 4, 3, 2, 1 and quota 6: 5/12, 3/12, 3/12, 1/12", () => {
    const weight = (mask: number) => [4, 3, 2, 1].reduce((sum, w, i) => sum + (mask & (1 << i) ? w : 0), 0);
    close(
      parts(4, (mask) => (weight(mask) >= 6 ? 1 : 0)),
      [5 / 12, 3 / 12, 3 / 12, 1 / 12, 1],
    );
  });

  test("an airport: runways of length 1, 2, 4 cost 1/3, 1/3 + 1/2, 1/3 + 1/2 + 2 (Littlechild & Owen 1973)", () => {
    close(
      parts(3, (mask) => (mask & 4 ? 4 : mask & 2 ? 2 : mask & 1)),
      [1 / 3, 5 / 6, 17 / 6, 4],
    );
  });

  test("interaction in a unanimity game of t players is 1 / (t - 1) within it, 0 beyond (Grabisch & Roubens 1999)", () => {
    const design = placesOf(4, all(4));
    const rows = rowsOf(design, (mask) => ((mask & 7) === 7 ? 1 : 0));
    const found = interactionIndices(rows, design, DIFFERENCE);
    expect(found.map(({ a, b }) => a + b)).toEqual(["ab", "ac", "ad", "bc", "bd", "cd"]);
    close(
      found.map(({ value }) => value),
      [1 / 2, 1 / 2, 0, 1 / 2, 0, 0],
    );
    expect(found.every(({ coverage }) => coverage === 1)).toBe(true);
  });
});

/** The definition, order by order. */
function naive(k: number, value: (mask: number) => number | undefined): number[] | undefined {
  const sums = new Array<number>(k).fill(0);
  let nr = 0;
  const go = (mask: number, added: readonly [number, number][]): void => {
    if (value(mask) === undefined) return;
    if (mask === 2 ** k - 1) {
      nr++;
      for (const [i, step] of added) sums[i] = sums[i]! + step;
    }
    for (let i = 0; i < k; i++) {
      const next = mask | (1 << i);
      if (next !== mask && value(next) !== undefined) go(next, [...added, [i, value(next)! - value(mask)!]]);
    }
  };
  go(0, []);
  return nr === 0 ? undefined : sums.map((sum) => sum / nr);
}

describe("laws", () => {
  const lattice = fc
    .integer({ min: 1, max: 5 })
    .chain((k) =>
      fc.tuple(
        fc.constant(k),
        fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 2 ** k, maxLength: 2 ** k }),
      ),
    );

  test("the parts are the mean over all orders, and sum to the gap", () => {
    fc.assert(
      fc.property(lattice, ([k, ys]) => {
        const found = parts(k, (mask) => ys[mask]!);
        close(found.slice(0, k), naive(k, (mask) => ys[mask])!);
        expect(found.slice(0, k).reduce((sum, x) => sum + x, 0)).toBeCloseTo(ys.at(-1)! - ys[0]!, 8);
        expect(found[k]).toBeCloseTo(ys.at(-1)! - ys[0]!, 9);
      }),
      { numRuns: 60 },
    );
  });

  test("as ratios they multiply to the gap, over several traces too; the waterfall ends at it, shares sum to 1", () => {
    fc.assert(
      fc.property(lattice, ([k, ys]) => {
        const design = placesOf(k, all(k));
        const rows = rowsOf(design, (mask, t) => ys[mask]! + 10 * t * mask, 3);
        const found = attribution(rows, design);
        const gap = found.at(-1)!;
        expect(found.slice(0, k).reduce((product, { value }) => product * value, 1)).toBeCloseTo(
          gap.value,
          8,
        );
        expect(found[k - 1]!.to).toBeCloseTo(gap.to, 8);
        expect(gap).toMatchObject({
          factor: "all",
          from: 1,
          method: "exact",
          orders: null,
          samplingError: 0,
        });
        if (Math.abs(Math.log(gap.value)) > 1e-6)
          expect(found.slice(0, k).reduce((sum, { share }) => sum + share!, 0)).toBeCloseTo(1, 6);
        for (const { value, lo, hi } of found) {
          expect(lo).toBeLessThanOrEqual(value * (1 + 1e-9));
          expect(hi).toBeGreaterThanOrEqual(value * (1 - 1e-9));
        }
      }),
      { numRuns: 40 },
    );
  });

  test("a factor that does nothing gets nothing; two that do the same get the same", () => {
    const [a, b, c] = parts(3, (mask) => 10 + ((mask & 1) + ((mask & 2) >> 1)) ** 2);
    expect(c).toBe(0);
    expect(a).toBeCloseTo(b!, 12);
  });

  test("from the other end the parts are the negative", () => {
    fc.assert(
      fc.property(lattice, ([k, ys]) => {
        const there = parts(k, (mask) => ys[mask]!);
        const back = parts(k, (mask) => ys[2 ** k - 1 - mask]!);
        close(
          back,
          there.map((value) => -value),
        );
      }),
      { numRuns: 40 },
    );
  });

  test("where combinations are missing, the mean is over the orders that meet none of them", () => {
    fc.assert(
      fc.property(lattice, fc.nat(), ([k, ys], holes) => {
        const there = all(k).filter(
          (mask) => mask === 0 || mask === 2 ** k - 1 || ((holes >> (mask % 30)) & 1) === 0,
        );
        const expected = naive(k, (mask) => (there.includes(mask) ? ys[mask] : undefined));
        const weights = exactWeights(there, k);
        expect(weights === undefined).toBe(expected === undefined);
        if (expected === undefined) return;
        const design = placesOf(k, there);
        const found = attribution(
          rowsOf(design, (mask) => ys[mask]),
          design,
          DIFFERENCE,
        );
        close(
          found.slice(0, k).map(({ value }) => value),
          expected,
        );
        expect(found[0]!.method).toBe(there.length === 2 ** k ? "exact" : "possible orders");
      }),
      { numRuns: 80 },
    );
  });

  test("without three-way interactions, the index is the whole difference of differences", () => {
    // v = 3 a + 5 ab - 2 bc
    const value = (mask: number) =>
      50 + 3 * (mask & 1) + ((mask & 3) === 3 ? 5 : 0) - ((mask & 6) === 6 ? 2 : 0);
    const design = placesOf(3, all(3));
    close(
      interactionIndices(rowsOf(design, value), design, DIFFERENCE).map((pair) => pair.value),
      [5, 0, -2],
    );
  });
});

describe("sampled orders", () => {
  const factors = [..."abcdefgh"].map((name) => ({ name, off: { x: 0 }, on: { x: 1 } }));
  // Interactions of all orders, so that orders differ.
  const value = (mask: number) => 100 + ((mask * 2654435761) % 97) + 9 * (mask & 3);
  const sampled = (size: number, drawSeed: number) => {
    const { combinations, orders } = combinationsOf(factors, { kind: "orders", size, drawSeed });
    const design = placesOf(8, combinations, { kind: "orders", orders: orders! });
    return attribution(rowsOf(design, value), design, DIFFERENCE);
  };
  const exact = parts(8, value);

  test("parts sum to the gap, and lie about the exact ones as their errors say", () => {
    let [beyond, nr] = [0, 0];
    for (let seed = 1; seed <= 30; seed++) {
      const found = sampled(60, seed);
      expect(found.slice(0, 8).reduce((sum, part) => sum + part.value, 0)).toBeCloseTo(exact[8]!, 8);
      expect(found[0]).toMatchObject({ method: "sampled orders", orders: 60 });
      for (const [i, { value: own, samplingError }] of found.slice(0, 8).entries()) {
        nr++;
        if (Math.abs(own - exact[i]!) > 2 * samplingError!) beyond++;
      }
    }
    expect(beyond / nr).toBeLessThan(0.1);
    expect(beyond / nr).toBeGreaterThan(0.01);
  });

  test("more orders, smaller errors: a quarter of the draws, half the precision", () => {
    const error = (size: number) => sampled(size, 5)[2]!.samplingError!;
    expect(error(64) / error(256)).toBeGreaterThan(1.5);
    expect(error(64) / error(256)).toBeLessThan(2.7);
  });

  test("one pair of orders has no error; the same seed the same parts", () => {
    expect(sampled(2, 1)[0]!.samplingError).toBe(null);
    expect(sampled(10, 3)).toEqual(sampled(10, 3));
  });
});

test("designs that have no fair choice of orders are refused", () => {
  const half = placesOf(3, [0, 3, 5, 6], { kind: "fraction" });
  const rows = rowsOf(half, (mask) => 10 + mask);
  expect(() => attribution(rows, half)).toThrow(
    "no Shapley values: the design (fraction) has 4 of 8 combinations",
  );
  expect(() => interactionIndices(rows, half)).toThrow(
    "no interaction index: the design is of kind fraction",
  );
  const broken = placesOf(2, [0, 3]);
  expect(() =>
    attribution(
      rowsOf(broken, () => 5),
      broken,
    ),
  ).toThrow("no Shapley values");
});

test("groups are analysed apart", () => {
  const places = {
    "x: none": { group: "x", on: [] },
    "x: all": { group: "x", on: ["a"] },
    "y: none": { group: "y", on: [] },
    "y: all": { group: "y", on: ["a"] },
  };
  const rows = [
    row("x: none", "t", 10),
    row("x: all", "t", 20),
    row("y: none", "t", 10),
    row("y: all", "t", 5),
  ];
  const found = attribution(rows, { kind: "full", factors: ["a"], places });
  expect(found.map(({ group, factor, value }) => [group, factor, Math.round(1e6 * value) / 1e6])).toEqual([
    ["x", "a", 2],
    ["x", "all", 2],
    ["y", "a", 0.5],
    ["y", "all", 0.5],
  ]);
});
