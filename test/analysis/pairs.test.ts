import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pairedDifferences } from "../../lib/analysis/pairs.js";
import { row } from "./rows.js";

describe("paired differences", () => {
  test("stand beside the base on the same trace, size, seed and machine, and nowhere else", () => {
    const rows = [
      row("none", "t", 100),
      row("walk", "t", 80),
      row("walk", "t", 70, { seed: 1 }),
      row("walk", "u", 60),
      row("none", "u", undefined),
      row("none", "t", 0, { memory: 0.7 }),
      row("walk", "t", 3, { memory: 0.7 }),
    ];
    expect(pairedDifferences(rows)).toEqual([
      {
        ...{ trace: "t", memory: 0.5, seed: 0, profile: "6.12", swap: "zram", swappiness: 60 },
        ...{ point: "walk", base: "none", measure: "refaults" },
        ...{ value: 80, baseValue: 100, difference: -20, ratio: 0.8 },
      },
      expect.objectContaining({ memory: 0.7, value: 3, baseValue: 0, difference: 3, ratio: null }),
    ]);
  });

  test("with point and base exchanged, differences are negative and ratios inverse, in any order of rows", () => {
    const counts = fc.array(fc.tuple(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 1e6 })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(counts, fc.nat(), (pairs, turn) => {
        const made = (base: string) =>
          pairs.flatMap(([a, b], t) => [
            row("none", `t${t}`, a, { base }),
            row("walk", `t${t}`, b, { base }),
          ]);
        const there = pairedDifferences(made("none"));
        const back = pairedDifferences(made("walk"));
        for (const [i, { difference, ratio }] of there.entries()) {
          expect(back[i]!.difference).toBeCloseTo(-difference, 9);
          expect(back[i]!.ratio! * ratio!).toBeCloseTo(1, 12);
        }
        const rows = made("none");
        const turned = [...rows.slice(turn % rows.length), ...rows.slice(0, turn % rows.length)];
        const byTrace = (found: typeof there) => [...found].sort((a, b) => (a.trace < b.trace ? -1 : 1));
        expect(byTrace(pairedDifferences(turned))).toEqual(byTrace(there));
      }),
    );
  });

  test("nothing to pair is an error", () => {
    expect(() => pairedDifferences([row("walk", "t", 1)])).toThrow("no pairs to compare: 1 rows, 0 of them");
  });
});
