import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aliasStructure, fraction } from "../../lib/design/fraction.js";

describe("published", () => {
  test("2^(5-1), E=ABCD: resolution V, the 16 runs in standard order", () => {
    expect(aliasStructure(5, ["E=ABCD"])).toMatchObject({
      definingRelation: ["ABCDE"],
      resolution: 5,
      aliases: [],
    });
    // R 4.2.2: d <- expand.grid(rep(list(c(-1,1)), 4)); d$E <- apply(d, 1, prod)
    const e = fraction(5, ["E=ABCD"]).map((run) => run >> 4);
    expect(e).toEqual([1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0, 0, 1]);
  });

  // The saturated design of Box, Hunter & Hunter. R 4.2.2 on the same runs:
  // m <- model.matrix(~ .^2, d)[, -1]; a <- abs(crossprod(m)) == nrow(m); unique(apply(a, 1, \(r) colnames(m)[r]))
  test("2^(7-4), D=AB E=AC F=BC G=ABC: resolution III", () => {
    const { resolution, aliases, definingRelation } = aliasStructure(7, ["D=AB", "E=AC", "F=BC", "G=ABC"]);
    expect(resolution).toBe(3);
    expect(definingRelation.slice(0, 7).sort()).toEqual(
      ["ABD", "ACE", "AFG", "BCF", "BEG", "CDG", "DEF"].sort(),
    );
    expect(aliases.map((set) => set.join(" "))).toEqual([
      "A BD CE FG",
      "B AD CF EG",
      "C AE BF DG",
      "D AB CG EF",
      "E AC BG DF",
      "F AG BC DE",
      "G AF BE CD",
    ]);
  });

  // R, as above: "A:B C:E", "A:C B:E", "A:D E:F", "A:E B:C D:F", "A:F D:E", "B:D C:F", "B:F C:D".
  test("2^(6-2), E=ABC F=BCD: resolution IV, pairs confused in seven sets", () => {
    const { resolution, aliases } = aliasStructure(6, ["E=ABC", "F=BCD"]);
    expect(resolution).toBe(4);
    expect(aliases.map((set) => set.join(" "))).toEqual([
      "AB CE",
      "AC BE",
      "AD EF",
      "AE BC DF",
      "AF DE",
      "BD CF",
      "BF CD",
    ]);
  });

  test("a minus sign takes the other half", () => {
    expect(aliasStructure(3, ["C=-AB"])).toMatchObject({
      definingRelation: ["-ABC"],
      aliases: [
        ["A", "-BC"],
        ["B", "-AC"],
        ["C", "-AB"],
      ],
    });
    const halves = [...fraction(3, ["C=AB"]), ...fraction(3, ["C=-AB"])];
    expect(halves.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});

describe("laws", () => {
  const designs = fc
    .integer({ min: 3, max: 9 })
    .chain((k) => fc.tuple(fc.constant(k), fc.integer({ min: 1, max: k - 2 }), fc.infiniteStream(fc.nat())))
    .map(([k, p, stream]) => {
      const letters = "ABCDEFGHJ";
      const free = k - p;
      const generators = Array.from({ length: p }, (_, i) => {
        // Two factors at least.
        const words = Array.from({ length: 2 ** free }, (_, w) => w).filter((w) => (w & (w - 1)) !== 0);
        const word = words[(stream.next().value ?? 0) % words.length]!;
        const text = [...letters].filter((_, bit) => bit < free && (word >> bit) & 1).join("");
        return `${letters[free + i]}=${stream.next().value! % 2 ? "-" : ""}${text}`;
      });
      return { k, generators };
    });

  test("each run once; every column is balanced; every word of the defining relation is the same in all runs", () => {
    fc.assert(
      fc.property(designs, ({ k, generators }) => {
        const runs = fraction(k, generators);
        expect(new Set(runs).size).toBe(2 ** (k - generators.length));
        const sign = (run: number, letters: string): number =>
          [...letters].reduce((s, letter) => ((run >> "ABCDEFGHJ".indexOf(letter)) & 1 ? s : -s), 1);
        for (const letter of "ABCDEFGHJ".slice(0, k))
          expect(runs.reduce((sum, run) => sum + sign(run, letter), 0)).toBe(0);
        const { definingRelation, aliases } = aliasStructure(k, generators);
        expect(definingRelation.length).toBe(2 ** generators.length - 1);
        for (const word of definingRelation) {
          const value = word.startsWith("-") ? -1 : 1;
          for (const run of runs) expect(sign(run, word.replace("-", ""))).toBe(value);
        }
        for (const set of aliases)
          for (const alias of set) {
            const value = alias.startsWith("-") ? -1 : 1;
            for (const run of runs)
              expect(value * sign(run, alias.replace("-", ""))).toBe(sign(run, set[0]!));
          }
      }),
      { numRuns: 60 },
    );
  });
});

test.each([
  ["E=ABCD", "no factor E"],
  ["D=ABX", "no factor X"],
  ["D=AAB", "A stands in it twice"],
  ["D=ABD", "D is on both sides"],
  ["D", "bad generator: D; write it as E=ABCD"],
])("refuses %s", (generator, message) => {
  expect(() => aliasStructure(4, [generator])).toThrow(message);
});

test("refuses two generators of one factor, and one made of another", () => {
  expect(() => aliasStructure(5, ["E=AB", "E=AC"])).toThrow("two generators of one factor: E");
  expect(() => aliasStructure(5, ["E=AB", "D=AE"])).toThrow("E is made by a generator itself");
});
