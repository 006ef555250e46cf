/*
 * The laws over machines with several memcgs, nodes and finite memory, for every policy and every switch of the machine.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Settings } from "../lib/mechanisms/settings.js";
import * as policies from "../lib/policies/index.js";
import type { Policy } from "../lib/reclaim/ops.js";
import type { MachineSpec } from "../lib/sim/cell.js";
import { PROFILES } from "../lib/sim/profiles.js";
import { simulate } from "../lib/sim/run-cell.js";
import { CELL, sharedTraces } from "./tiny.js";

const KERNELS = Object.keys(PROFILES) as (keyof typeof PROFILES)[];

/** Two processes in two memcgs, one of them protected and with a limit of its own, below a third. */
const MEMCGS: MachineSpec["memcgs"] = [
  { name: "parent", high: 900 },
  { name: "a", parent: "parent", processes: [0], low: 150, min: 40 },
  { name: "b", parent: "parent", processes: [1], max: 300, files: ["a"] },
];

const MACHINES: Readonly<Record<string, MachineSpec>> = {
  "two memcgs under one limit": { memcgs: MEMCGS },
  "two memcgs in finite memory": { memcgs: MEMCGS, memory: { nodes: [{ pages: 1000, free: 420 }] } },
  "two memcgs, two nodes": {
    memcgs: MEMCGS,
    memory: { nodes: [200, 300].map((free) => ({ pages: 1000, free: free + 100 })) },
  },
  "two nodes, nobody's memcg": { memory: { nodes: [300, 300].map((free) => ({ pages: 1000, free })) } },
  "time passes": {
    memory: { nodes: [{ pages: 1000, free: 420 }], minTtlMs: 1 },
    pace: 1,
    kernelMemory: true,
  },
};

const SETS: readonly Partial<Settings>[] = [
  {},
  { memcgOrder: "tree" },
  { memcgOrder: "partial" },
  { memcgOrder: "memcg-lru" },
  { startPriority: "default" },
  { startPriority: "estimate" },
  { kswapd: "off" },
  { balanced: "promo" },
  { demotion: "on" },
];

describe.each(Object.entries(policies))("%s", (name, policy: () => Policy) => {
  it.each(Object.entries(MACHINES))("%s", (_title, machine) => {
    for (const set of SETS) {
      const nodes = machine.memory?.nodes.length ?? 0;
      if (set.memcgOrder !== undefined && machine.memcgs === undefined) continue;
      if (set.memcgOrder === "memcg-lru" && nodes === 0) continue;
      if ((set.startPriority ?? set.kswapd ?? set.balanced) !== undefined && nodes === 0) continue;
      if (set.demotion !== undefined && nodes < 2) continue;
      fc.assert(
        fc.property(
          sharedTraces,
          fc.integer({ min: 256, max: 700 }),
          fc.constantFrom(...KERNELS),
          fc.constantFrom("zram" as const, "disk" as const, "none" as const),
          (trace, memoryMax, profile, swap) => {
            const spec = { ...CELL, memoryMax, profile, swap, set: { ...set }, machine };
            const result = simulate(spec, trace, policy()); // recounts the machine at the end
            expect(simulate(spec, trace, policy()), "same spec, same bytes").toEqual(result);
            const { counters: c, memcgs = {} } = result;
            expect(c.pgsteal!, name).toBeLessThanOrEqual(c.pgscan!);
            expect(c.pgsteal_anon! + c.pgsteal_file!).toBe(c.pgsteal);
            expect(c.pgdemote_kswapd! + c.pgdemote_direct!).toBeLessThanOrEqual(c.pgsteal!);
            expect(c.mem_current_now!).toBeLessThanOrEqual(memoryMax);
            for (const [one, counts] of Object.entries(memcgs)) {
              if (one === "root")
                for (const key of ["pgfault", "pgscan", "pgsteal"]) expect(counts[key]).toBe(c[key]);
            }
            if (memcgs.parent !== undefined) {
              for (const key of ["pgfault", "pgscan", "pswpin", "mem_current_now", "inactive_file_now"]) {
                expect(memcgs.a![key]! + memcgs.b![key]!, key).toBe(memcgs.parent[key]);
              }
              expect(memcgs.b!.mem_current_now!).toBeLessThanOrEqual(300);
            }
          },
        ),
        { numRuns: 2, seed: 5 },
      );
    }
  });
});
