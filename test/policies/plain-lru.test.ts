/*
 * lru on the real core against a plain restatement, on traces long enough for both lists, refaults and costs to
 * matter: 3 to 6 times more pages than memory would be all misses, so 2 to 3 times, with a hot part that moves.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lru } from "../../lib/policies/index.js";
import { simulate } from "../../lib/sim/run-cell.js";
import { mulberry32 } from "../../lib/util/random.js";
import { anonLayout, CELL, fileLayout, traceOf } from "../tiny.js";
import { plainLru } from "./plain-lru.js";

const PAGES = 900;

/** Two thirds of the accesses in a window of `hot` pages that moves on every `stay` accesses. */
function stream(seed: number, hot: number, stay: number): number[] {
  const random = mulberry32(seed);
  return Array.from({ length: 12_000 }, (_, i) => {
    const base = Math.floor(i / stay) * 37;
    return random.int(3) < 2 ? (base + random.int(hot)) % PAGES : random.int(PAGES);
  });
}

describe.each(["anon", "file"] as const)("lru, %s", (type) => {
  it("agrees with its plain restatement on every counter", () => {
    const seen = { recent: 0, restore: 0, deactivate: 0 };
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 40, max: 400 }),
        fc.integer({ min: 300, max: 12_000 }),
        fc.integer({ min: 256, max: 450 }),
        fc.constantFrom(1, 60, 100, 200),
        (seed, hot, stay, memoryMax, swappiness) => {
          const records = stream(seed, hot, stay);
          const trace = traceOf(type === "anon" ? anonLayout(PAGES) : fileLayout(PAGES), records);
          const { status, counters } = simulate({ ...CELL, memoryMax, swappiness }, trace, lru());
          expect(status).toBe("ok");
          expect(counters).toMatchObject(plainLru(type, records, memoryMax, swappiness));
          seen.recent += counters[`workingset_activate_${type}`]!;
          seen.restore += counters[`workingset_restore_${type}`]!;
          seen.deactivate += counters.pgdeactivate!;
        },
      ),
      { numRuns: 25, seed: 23 },
    );
    expect(Math.min(seen.recent, seen.restore, seen.deactivate), JSON.stringify(seen)).toBeGreaterThan(100);
  });
});
