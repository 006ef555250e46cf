import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { factorialEffects } from "../../lib/analysis/factorial.js";
import { fraction } from "../../lib/design/fraction.js";
import { all, placesOf, row, rowsOf } from "./rows.js";

/** Values of R are R 4.2.2. */
describe("published", () => {
  test("pilot plant, 2^3 (Box, Hunter & Hunter, 2nd ed., chapter 5): 23, -5, 1.5; 1.5, 10, 0", () => {
    // R: 2 * coef(lm(y ~ .^2, d))
    const y = [60, 72, 54, 68, 52, 83, 45, 80];
    const design = placesOf(3, all(3));
    const found = factorialEffects(
      rowsOf(design, (mask) => y[mask]),
      design,
      { scale: "difference" },
    );
    expect(found.map(({ term }) => term)).toEqual(["a", "b", "c", "a × b", "a × c", "b × c"]);
    for (const [i, value] of [23, -5, 1.5, 1.5, 10, 0].entries())
      expect(found[i]!.value).toBeCloseTo(value, 12);
    expect(found[0]).toMatchObject({ unit: "per 1,000 page visits", n: 1, pLeast: 1, aliases: [] });
  });

  test("12 of 16 combinations, on logarithms: 2 * coef(lm(log(y) ~ .^2, d))", () => {
    const masks = [0, 1, 2, 4, 5, 6, 7, 8, 11, 12, 13, 15];
    const y = [100, 120, 90, 140, 155, 81, 170, 60, 130, 77, 95, 200];
    const design = placesOf(4, masks);
    const found = factorialEffects(
      rowsOf(design, (mask) => y[masks.indexOf(mask)]),
      design,
    );
    const logs = [
      0.3400563894984, 0.2315782707418, 0.2516850130023, -0.2621150560371, 0.231821585131, 0.0916731321125,
      -0.0338173211845, -0.088973812785, 0.3260335774082, 0.0884368748597,
    ];
    expect(found.length).toBe(logs.length);
    for (const [i, log] of logs.entries()) expect(Math.log(found[i]!.value)).toBeCloseTo(log, 10);
  });
});

describe("laws", () => {
  test("in a full factorial, effects are what the values were made of, and where b is on, a is main x interaction", () => {
    const size = fc.double({ min: 0.5, max: 2, noNaN: true });
    fc.assert(
      fc.property(fc.array(size, { minLength: 6, maxLength: 6 }), ([a, b, c, ab, ac, bc]) => {
        const design = placesOf(3, all(3));
        const sign = (mask: number, bit: number) => (mask & bit ? 1 : -1);
        const value = (mask: number) => {
          const [x, y, z] = [sign(mask, 1), sign(mask, 2), sign(mask, 4)];
          return (
            100 *
            a! ** (x / 2) *
            b! ** (y / 2) *
            c! ** (z / 2) *
            ab! ** ((x * y) / 2) *
            ac! ** ((x * z) / 2) *
            bc! ** ((y * z) / 2)
          );
        };
        const found = factorialEffects(rowsOf(design, value), design);
        for (const [i, own] of [a, b, c, ab, ac, bc].entries()) expect(found[i]!.value).toBeCloseTo(own!, 9);
        const withB = Math.sqrt((value(3) / value(2)) * (value(7) / value(6)));
        expect(found[0]!.value * found[3]!.value).toBeCloseTo(withB, 9);
      }),
      { numRuns: 40 },
    );
  });

  test("turned round, on for off, main effects are inverse and interactions the same", () => {
    const values = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 24, maxLength: 24 });
    fc.assert(
      fc.property(values, (ys) => {
        const design = placesOf(3, all(3));
        const there = factorialEffects(
          rowsOf(design, (mask, t) => ys[8 * t + mask], 3),
          design,
        );
        const back = factorialEffects(
          rowsOf(design, (mask, t) => ys[8 * t + (7 - mask)], 3),
          design,
        );
        for (const [i, { value, b, p }] of there.entries()) {
          expect(back[i]!.value).toBeCloseTo(b === null ? 1 / value : value, 9);
          expect(back[i]!.p).toBeCloseTo(p, 12);
        }
      }),
      { numRuns: 30 },
    );
  });

  test("the order of the rows changes nothing", () => {
    const design = placesOf(3, all(3));
    const rows = rowsOf(design, (mask, t) => 50 + 7 * mask + 3 * t * mask, 4);
    const sorted = (list: object[]) => list.map((entry) => JSON.stringify(entry));
    const reversed = factorialEffects(rows.toReversed(), design).map(({ value }) => value);
    expect(sorted(factorialEffects(rows, design))).toEqual(sorted(factorialEffects(rows, design)));
    for (const [i, { value }] of factorialEffects(rows, design).entries())
      expect(reversed[i]).toBeCloseTo(value, 12);
  });
});

test("a fraction estimates sums of aliases, and names them", () => {
  const design = placesOf(3, fraction(3, ["C=AB"]));
  // a doubles, b x c triples: the runs see both as one.
  const value = (mask: number) =>
    100 * 2 ** (mask & 1 ? 0.5 : -0.5) * 3 ** (((mask & 2) !== 0) === ((mask & 4) !== 0) ? 0.5 : -0.5);
  const found = factorialEffects(rowsOf(design, value), design);
  expect(found.map(({ term, aliases }) => [term, aliases])).toEqual([
    ["a", ["b × c"]],
    ["b", ["a × c"]],
    ["c", ["a × b"]],
  ]);
  expect(found[0]!.value).toBeCloseTo(6, 10);
});

test("leave one out is a design of main effects: each is the step from all", () => {
  const design = placesOf(4, [15, 14, 13, 11, 7], { kind: "leave-one-out" });
  const found = factorialEffects(
    rowsOf(design, (mask) => (mask === 15 ? 80 : 80 + mask)),
    design,
  );
  expect(found.map(({ term }) => term)).toEqual(["a", "b", "c", "d"]);
  expect(found[0]!.value).toBeCloseTo(80 / (80 + 14), 12);
});

describe("what is left out", () => {
  const design = placesOf(2, all(2));

  test("a block in which a combination ran out of memory or counts 0, whole", () => {
    const rows = [
      ...rowsOf(design, (mask) => 10 + mask),
      ...all(2).map((mask) =>
        row(Object.keys(design.places)[mask]!, "t0", mask === 3 ? undefined : 900, { seed: 1 }),
      ),
      ...all(2).map((mask) =>
        row(Object.keys(design.places)[mask]!, "t0", mask === 2 ? 0 : 900, { seed: 2 }),
      ),
    ];
    const found = factorialEffects(rows, design);
    const alone = factorialEffects(
      rowsOf(design, (mask) => 10 + mask),
      design,
    );
    expect(found.map(({ value }) => value)).toEqual(alone.map(({ value }) => value));
    expect(found[0]!.leftOut).toBe(2);
    expect(factorialEffects(rows, design, { scale: "difference" })[0]!.leftOut).toBe(1);
  });

  test("nothing whole, and rows of another design, are errors", () => {
    expect(() =>
      factorialEffects(
        rowsOf(design, (mask) => mask),
        design,
      ),
    ).toThrow("has a value of every combination (in the first: none counts 0)");
    expect(() => factorialEffects([row("other", "t", 1)], design)).toThrow("no rows of the design: 1 rows");
    expect(() =>
      factorialEffects(
        rowsOf(design, () => 1),
        design,
        { measures: { x: "nope" } },
      ),
    ).toThrow("unknown counter: nope; one of nr_record, workingset_refault");
  });
});

test("a weighted sum is a measure", () => {
  const design = placesOf(1, all(1));
  const rows = rowsOf(design, (mask) => 1000 * mask);
  // 1,000 visits at 2 each, and 3 for each of none or 1,000 refaults: 2,000 and 5,000.
  const measures = { time: { nr_record: 2, workingset_refault: 3 } };
  expect(factorialEffects(rows, design, { measures })[0]).toMatchObject({ measure: "time", term: "a" });
  expect(factorialEffects(rows, design, { measures })[0]!.value).toBeCloseTo(2.5, 12);
});
