import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ABSENT, entryOf, isInSwap, NO_SHADOW, shadowOf } from "../../lib/mm/page-entry.js";
import { Plateaus, Runs } from "../../lib/mm/runs.js";

/** Pieces that are index plus a constant, constants, and anything: as address maps have them, and worse. */
const columns = fc
  .array(
    fc.record({
      nr: fc.integer({ min: 1, max: 200 }),
      from: fc.integer({ min: -3, max: 60_000 }),
      step: fc.constantFrom(0, 1, 1, 1, 2),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((pieces) =>
    pieces.flatMap(({ nr, from, step }) => Array.from({ length: nr }, (_, i) => from + i * step)),
  );

describe("numbers that run along", () => {
  it("are those of the column", () => {
    fc.assert(
      fc.property(columns, (values) => {
        const runs = new Runs(Int32Array.from(values));
        expect(values.map((_, i) => runs.at(i))).toEqual(values);
      }),
      { seed: 4 },
    );
  });

  it("or constant ones, but in holes, where nobody asks", () => {
    const HOLE = 65535;
    fc.assert(
      fc.property(columns, (values) => {
        const column = Uint16Array.from(values, (value) => (value < 0 ? HOLE : Math.floor(value / 100)));
        const plateaus = new Plateaus(column, HOLE);
        for (const [i, value] of column.entries()) if (value !== HOLE) expect(plateaus.at(i)).toBe(value);
      }),
      { seed: 5 },
    );
  });
});

describe("the entry of a page that is not in memory", () => {
  it("is below every folio, and keeps its shadow and whether it is in swap", () => {
    const shadows = fc.oneof(fc.integer({ min: 0, max: NO_SHADOW }), fc.constantFrom(0, NO_SHADOW));
    fc.assert(
      fc.property(shadows, fc.boolean(), (shadow, inSwap) => {
        const entry = Int32Array.of(entryOf(shadow, inSwap))[0]!;
        expect(entry).toBeLessThan(0);
        expect([shadowOf(entry), isInSwap(entry)]).toEqual([shadow, inSwap]);
      }),
      { seed: 6 },
    );
  });

  it("with nothing to remember is what it was before the page ever came in", () => {
    expect(entryOf(NO_SHADOW, false)).toBe(ABSENT);
    expect([shadowOf(ABSENT), isInSwap(ABSENT), isInSwap(0)]).toEqual([NO_SHADOW, false, false]);
  });
});
