import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { brokenLaw, timesMin } from "../lib/conformance/laws.js";
import type { Settings } from "../lib/mechanisms/settings.js";
import * as policies from "../lib/policies/index.js";
import type { Policy } from "../lib/reclaim/ops.js";
import { PROFILES } from "../lib/sim/profiles.js";
import { simulate } from "../lib/sim/run-cell.js";
import { resolveSettings } from "../lib/sim/switchboard.js";
import { SWITCHES } from "../lib/sim/switches.js";
import type { Trace } from "../lib/trace/trace.js";
import { InputError } from "../lib/util/error.js";
import { CELL, sharedTraces } from "./tiny.js";

/** One value after the other in every slot, plus the combinations that belong together. */
const MECHANISMS: readonly Partial<Settings>[] = [
  {},
  { references: "off" },
  { hits: "marked" },
  { hits: "told" },
  { firstUse: "counts" },
  { firstUse: "forgotten" },
  { references: "flags", walk: "on" },
  { references: "rmap" },
  { references: "exact" },
  { references: "exact", walk: "on", young: "touch" },
  { walk: "on", walkEvery: 0.1 },
  { walk: "on", nonleaf: "on" },
  { walk: "on", filter: "bloom", lookaround: 64 },
  { walk: "on", filter: "exact", lookaround: 16 },
  { walk: "on", filter: "bloom", lookaround: 64, feeders: "walks" },
  { walk: "on", filter: "exact", lookaround: 64, feeders: "look-around" },
  { walk: "on", filter: "off", nonleaf: "off", feeders: "both" },
  { walk: "on", filter: "oracle", lookaround: 64 },
  { walk: "on", mmMin: 64 },
  { walk: "on", mmBits: "off" },
  { mmBits: "on" },
  { walk: "off" },
  { lookaround: 0 },
  { lookaround: 512 },
  { fd: "off" },
  { fd: "mark" },
  { fd: "two-touch" },
  { fd: "refs" },
  { fd: "refs", tiers: "pid" },
  { fd: "refs", tiers: "always" },
  { fd: "refs-hot" },
  { fd: "refs-hot", tiers: "pid-wide" },
  ...[0, 1, 2, 3].flatMap((refsWidth) => [
    { fd: "refs", refsWidth, tiers: "pid" } as const,
    { fd: "refs-hot", refsWidth, tiers: "pid-wide" } as const,
  ]),
  { fd: "refs", tiers: "pid", tierGain: 1, tierMin: 0 },
  { balance: "tiers", tierMin: 8 },
  { tiers: "off" },
  { ages: "flags" },
  { ages: "list" },
  { walk: "on", young: "touch" },
  { walk: "on", young: "promote", lookaround: 64 },
  { walk: "on", young: "mark" },
  { walk: "on", young: "next" },
  { walk: "on", young: "next", ages: "flags", lookaround: 64 },
  { young: "next" },
  { walk: "on", young: "second", lookaround: 64 },
  { exec: "on" },
  { exec: "off" },
  { workingset: "distance" },
  { workingset: "generations" },
  { workingset: "generations-4" },
  { workingset: "off" },
  { refault: "active" },
  { refault: "new" },
  { refault: "flags", fd: "refs" },
  { refault: "flags", fd: "refs-hot", workingset: "generations-4" },
  { balance: "cost" },
  { balance: "tiers" },
  { balance: "tier-sums" },
  { balance: "swappiness" },
  { balance: "oldest" },
  { balance: "fixed" },
  { balance: "fixed", anonShare: 0 },
  { balance: "fixed", anonShare: 1 },
  { deactivation: "scan" },
  { deactivation: "implicit" },
  { deactivation: "implicit", ages: "flags", lookaround: 64 },
  { retry: "on" },
  { retry: "on", lookaround: 64, walk: "on" },
  { retry: "off" },
  { batch: 1 },
  { batch: 64 },
  { addBatch: 1 },
  { addBatch: 15 },
  { faultYoung: "on" },
  { faultYoung: "off" },
  { insertion: "young" },
  { insertion: "marked" },
  { aging: "spread" },
  { aging: "count" },
  { budget: "batch" },
  { budget: "exact" },
  { budget: "abort" },
  { memcgOrder: "tree" },
  { memcgOrder: "partial" },
  { memcgOrder: "memcg-lru" },
  { startPriority: "default" },
  { startPriority: "estimate" },
  { kswapd: "on" },
  { kswapd: "off" },
  { balanced: "high" },
  { balanced: "promo" },
  { readahead: "off" },
  { readahead: "kernel" },
  { readahead: "leap" },
  { demotion: "off" },
  { demotion: "on" },
  { dirty: "activate" },
  { dirty: "skip" },
  { dirty: "skip", budget: "abort" },
  { dirty: "write" },
];

const KERNELS = Object.keys(PROFILES) as (keyof typeof PROFILES)[];

/** The policies of the package, and those with options of theirs. */
const POLICIES: Readonly<Record<string, () => Policy>> = {
  ...policies,
  "lru, 4 classes": () => policies.lru({ classes: 4 }),
  "mglru, 2 generations": () => policies.mglru({ gens: 2, minGens: 1 }),
  "mglru, 8 generations": () => policies.mglru({ gens: 8 }),
};

/** In turn: each kernel and each setting meets both. */
const SWAPS = ["zram", "none"] as const;

/** The laws of one run, and, where `twice` is set, that it can be repeated. */
function laws(
  policy: () => Policy,
  spec: Parameters<typeof simulate>[0],
  trace: Trace,
  twice: boolean,
): void {
  const { memoryMax } = spec;
  const result = simulate(spec, trace, policy()); // recounts the machine at the end
  const { counters: c } = result;
  if (twice) expect(simulate(spec, trace, policy()), "same spec, same bytes").toEqual(result);
  if (spec.swap === "none") expect(c.pgsteal_anon).toBe(0);
  const ended = result.status === "ok";
  expect(brokenLaw("kernel", c, trace, memoryMax, ended)).toBeUndefined();
  if (ended) expect(timesMin("kernel", c, trace, memoryMax), "MIN is a bound").toBeGreaterThanOrEqual(1);
}

/** Why the switchboard refuses it; undefined if it does not. */
function refusal(policy: Policy, profile: string, set: Partial<Settings>): unknown {
  try {
    resolveSettings(policy, { ...set }, profile);
    return undefined;
  } catch (error) {
    return error;
  }
}

it("tries every value of every switch", () => {
  for (const [name, { allowed }] of Object.entries(SWITCHES)) {
    const tried = MECHANISMS.flatMap((set) => set[name as keyof Settings] ?? []).map(String);
    if (typeof allowed !== "function") expect([...new Set(tried)].sort(), name).toEqual([...allowed].sort());
    else expect(tried.length, name).toBeGreaterThan(0);
  }
});

describe.each(Object.entries(POLICIES))("%s", (_name, policy) => {
  it.each(MECHANISMS.map((set, j) => [JSON.stringify(set), set, j] as const))(
    "with %s keeps the laws in every kernel, or is refused",
    (_text, set, j) => {
      const accepted = KERNELS.filter((profile) => refusal(policy(), profile, set) === undefined);
      const repeated = accepted[j % accepted.length];
      for (const [i, profile] of KERNELS.entries()) {
        const error = refusal(policy(), profile, set);
        if (error !== undefined) {
          expect(error).toBeInstanceOf(InputError);
          expect((error as Error).message).toMatch(/^refused: .+: .+/);
          continue;
        }
        const machine = set.faultYoung === "off" ? { machine: { faultAround: 16 } } : {};
        const swap = SWAPS[(i + j) % SWAPS.length]!;
        fc.assert(
          fc.property(sharedTraces, fc.integer({ min: 256, max: 700 }), (trace, memoryMax) => {
            const spec = { ...CELL, memoryMax, profile, set: { ...set }, swap, ...machine };
            laws(policy, spec, trace, profile === repeated);
          }),
          { numRuns: 1, seed: 7 + i + KERNELS.length * j },
        );
      }
    },
  );

  it("reclaims nothing and refaults nothing while all fits", () => {
    fc.assert(
      fc.property(sharedTraces, fc.constantFrom(...KERNELS), (trace, profile) => {
        const { counters } = simulate({ ...CELL, memoryMax: 2000, profile }, trace, policy());
        expect(counters.pgscan).toBe(0);
        expect(counters.workingset_refault).toBe(0);
      }),
      { numRuns: 10, seed: 7 },
    );
  });
});
