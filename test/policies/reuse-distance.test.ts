/* Policies that rank by reuse distance, in a kernel: accessed bits are enough for them, once the fault's own is not counted. */
import { describe, expect, it } from "vitest";
import { clock, clockPro, lirs } from "../../lib/policies/index.js";
import type { Policy } from "../../lib/reclaim/ops.js";
import { simulate } from "../../lib/sim/run-cell.js";
import { anonLayout, CELL, traceOf } from "../tiny.js";

const LAPS = 6;
const LOOP = traceOf(
  anonLayout(1200),
  Array.from({ length: LAPS * 1200 }, (_, i) => i % 1200),
);

const allocations = (policy: Policy): number =>
  simulate({ ...CELL, memoryMax: 700 }, LOOP, policy).counters.nr_alloc!;

describe("a loop of 1200 pages in a memcg of 700", () => {
  it("CLOCK allocates each page anew in each lap", () => {
    expect(allocations(clock())).toBe(LAPS * 1200);
  });

  // MIN keeps 700 of them: 1200 + 5 * 500.
  it.each([lirs, clockPro])("%o keeps most of what fits", (policy) => {
    expect(allocations(policy())).toBeLessThan(1200 + 5 * 700);
  });
});
