import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Settings } from "../lib/mechanisms/settings.js";
import * as policies from "../lib/policies/index.js";
import type { Policy } from "../lib/reclaim/ops.js";
import { simulate } from "../lib/sim/run-cell.js";
import { resolveSettings } from "../lib/sim/switchboard.js";
import { minFaults } from "../lib/study/min.js";
import type { Trace } from "../lib/trace/trace.js";
import { InputError } from "../lib/util/error.js";
import { CELL, sharedTraces } from "./tiny.js";

/** One value after the other in every slot, plus the combinations that belong together. */
const MECHANISMS: readonly Partial<Settings>[] = [
  {},
  { references: "off" },
  { references: "flags", walk: "on" },
  { references: "rmap" },
  { walk: "on", walkEvery: 0.1 },
  { walk: "on", nonleaf: "on" },
  { walk: "on", filter: "bloom", lookaround: 64 },
  { walk: "on", filter: "exact", lookaround: 16 },
  { walk: "off" },
  { lookaround: 0 },
  { lookaround: 512 },
  { fd: "off" },
  { fd: "mark" },
  { fd: "two-touch" },
  { fd: "refs" },
  { fd: "refs", tiers: "pid" },
  { fd: "refs", tiers: "always" },
  { tiers: "off" },
  { ages: "flags" },
  { ages: "list" },
  { walk: "on", young: "touch" },
  { walk: "on", young: "promote", lookaround: 64 },
  { workingset: "distance" },
  { workingset: "generations" },
  { workingset: "off" },
  { balance: "cost" },
  { balance: "tiers" },
  { balance: "swappiness" },
];

/** The policies of the package, and those with options of theirs. */
const POLICIES: Readonly<Record<string, () => Policy>> = {
  ...policies,
  "lru, 4 classes": () => policies.lru({ classes: 4 }),
  "mglru, 2 generations": () => policies.mglru({ gens: 2, minGens: 1 }),
  "mglru, 8 generations": () => policies.mglru({ gens: 8 }),
};

const SWAPS = ["zram", "none"] as const;

function laws(policy: () => Policy, set: Partial<Settings>, trace: Trace, memoryMax: number): void {
  for (const swap of SWAPS) {
    const spec = { ...CELL, memoryMax, set: { ...set }, swap };
    const result = simulate(spec, trace, policy()); // recounts the machine at the end
    const { counters: c } = result;
    expect(simulate(spec, trace, policy()), "same spec, same bytes").toEqual(result);
    expect(c.pgsteal!).toBeLessThanOrEqual(c.pgscan!);
    expect(c.pgscan_anon! + c.pgscan_file!).toBe(c.pgscan);
    expect(c.pgsteal_anon! + c.pgsteal_file!).toBe(c.pgsteal);
    expect(c.mem_current_now!).toBeLessThanOrEqual(memoryMax);
    if (swap === "none") expect(c.pgsteal_anon).toBe(0);
    if (result.status !== "ok") continue;
    const min = minFaults(trace, memoryMax);
    expect(c.nr_alloc!, "MIN is a bound").toBeGreaterThanOrEqual(min.allocations + min.refaults);
  }
}

describe.each(Object.entries(POLICIES))("%s", (_name, policy) => {
  it.each(MECHANISMS.map((set) => [JSON.stringify(set), set] as const))(
    "with %s keeps the laws, or is refused",
    (_text, set) => {
      try {
        resolveSettings(policy(), { ...set });
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        expect((error as Error).message).toMatch(/^refused: .+: .+/);
        return;
      }
      fc.assert(
        fc.property(sharedTraces, fc.integer({ min: 256, max: 700 }), (trace, memoryMax) =>
          laws(policy, set, trace, memoryMax),
        ),
        { numRuns: 12, seed: 7 },
      );
    },
  );

  it("reclaims nothing and refaults nothing while all fits", () => {
    fc.assert(
      fc.property(sharedTraces, (trace) => {
        const { counters } = simulate({ ...CELL, memoryMax: 2000 }, trace, policy());
        expect(counters.pgscan).toBe(0);
        expect(counters.workingset_refault).toBe(0);
      }),
      { numRuns: 10, seed: 7 },
    );
  });
});
