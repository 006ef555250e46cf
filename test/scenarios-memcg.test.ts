/* The conformance scenario of protection: a memcg below the one that must shrink. Others: scenarios-lru, scenarios-mglru. */
import { describe, expect, it } from "vitest";
import { lru, mglru } from "../lib/policies/index.js";
import { fdAccess } from "../lib/reclaim/fault.js";
import { shrinkNode } from "../lib/reclaim/shrink-node.js";
import { checkInvariants } from "../lib/sim/invariants.js";
import { boot } from "../lib/sim/machine.js";
import { run } from "./scenarios.js";
import { CELL, traceOf } from "./tiny.js";

describe("protection", () => {
  /*
   * 100,000 pages of a memcg, 60,000 protected by memory.low, are reclaimed from above at priority 12.
   *
   *   lru, mglru 7.3   100,000 - floor(100,000 * 60,000 / 100,001) = 40,001 pages count: 40,001 >> 12 = 9
   *   mglru 6.1, 6.12  protection is all or nothing: 100,000 >> 12 = 24, in a batch of 64
   *
   * Source: mm/vmscan.c, get_scan_count(), get_nr_to_scan(), 6.12; apply_proportional_protection(), 7.3.
   */
  it.each([
    ["6.1", lru, 9],
    ["6.12", lru, 9],
    ["7.3", lru, 9],
    ["6.1", mglru, 64],
    ["6.12", mglru, 64],
    ["7.3", mglru, 9],
  ] as const)("14: %s, memory.low: of 100,000 pages with 60,000 protected", (profile, policy, scanned) => {
    const layout = { nrSlots: 0, vmas: [], files: [{ name: "f", nr: 100_000 }] };
    const machine = { memcgs: [{ name: "a", files: ["f"], low: 60_000 }] };
    const spec = { ...CELL, memoryMax: Number.POSITIVE_INFINITY, profile, swap: "none" as const, machine };
    const core = boot(spec, traceOf(layout, []), policy());
    for (const page of run(0, 100_000)) fdAccess(core, page, false);
    core.batches.drain();
    core.stock.drain(core.memcg);
    core.sc.begin(core.memcg, 1000, false);
    shrinkNode(core, 0);
    expect([core.stat.pgscan, core.stat.pgsteal]).toEqual([scanned, scanned]);
    checkInvariants(core);
  });
});
