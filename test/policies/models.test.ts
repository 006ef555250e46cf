/*
 * Every simple policy against its model on ordinary arrays: the same traces, and every counter the same. List
 * moves are not compared (the models have no lists), nor the CPU time that is computed from them.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Settings } from "../../lib/mechanisms/settings.js";
import { clock, fifo, random, sieve } from "../../lib/policies/index.js";
import type { Policy } from "../../lib/reclaim/ops.js";
import { simulate } from "../../lib/sim/run-cell.js";
import type { Trace } from "../../lib/trace/trace.js";
import { CELL, sharedTraces } from "../tiny.js";
import { clockModel, fifoModel, randomModel, sieveModel } from "./models.js";

const PAIRS: readonly [() => Policy, (sound: Policy) => Policy][] = [
  [fifo, fifoModel],
  [clock, clockModel],
  [sieve, sieveModel],
  [random, randomModel],
];

/** Settings under which candidates are refused, kept, rotated and marked from outside. */
const SETS: readonly Partial<Settings>[] = [
  {},
  { fd: "refs", tiers: "always", references: "rmap" },
  { walk: "on", walkEvery: 0.2, lookaround: 16, references: "rmap" },
];

function comparable(policy: Policy, trace: Trace, memoryMax: number, swap: "zram" | "none", set: object) {
  const { status, counters } = simulate({ ...CELL, memoryMax, swap, set: { ...set } }, trace, policy);
  const { list_move: _moves, reclaim_cpu_ns: _ns, ...rest } = counters;
  return { status, counters: rest as Record<string, number> };
}

describe.each(PAIRS.map(([make, model]) => [make().name, make, model] as const))("%s", (_n, make, model) => {
  it.each(SETS.map((set) => [JSON.stringify(set), set] as const))(
    "does what its model does, %s",
    (_t, set) => {
      let reclaimed = 0;
      fc.assert(
        fc.property(
          sharedTraces,
          fc.integer({ min: 256, max: 420 }),
          fc.constantFrom("zram" as const, "none" as const),
          (trace, memoryMax, swap) => {
            const real = comparable(make(), trace, memoryMax, swap, set);
            reclaimed += real.counters.pgsteal!;
            expect(real).toEqual(comparable(model(make()), trace, memoryMax, swap, set));
          },
        ),
        { numRuns: 25, seed: 17 },
      );
      expect(reclaimed, "the traces are long enough to reclaim").toBeGreaterThan(1000);
    },
  );
});
