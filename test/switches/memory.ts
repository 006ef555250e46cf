/* What is remembered: refaults, tiers, the balance of the types. */
import { expect } from "vitest";
import type { Settings } from "../../lib/mechanisms/settings.js";
import { fifo, lru, mglru } from "../../lib/policies/index.js";
import type { Policy } from "../../lib/reclaim/ops.js";
import { anon, both, decisions, on, once, type Relations, reads } from "./runs.js";
export const MEMORY: Relations<
  "workingset" | "refault" | "tiers" | "tierGain" | "tierMin" | "anonShare" | "balance"
> = {
  workingset() {
    const run = on(mglru, both);
    const off = run({ workingset: "off" });
    expect([off.workingset_activate_anon, off.workingset_activate_file]).toEqual([0, 0]);
    const ways = ["distance", "generations", "generations-4", "off"] as const;
    const brought = (policy: () => Policy) =>
      ways.map((workingset) => on(policy, both)({ workingset }).nr_alloc);
    expect(new Set(brought(lru)).size).toBe(4);
    expect(new Set(brought(mglru)).size).toBeGreaterThan(1);
    expect(run().workingset_activate_anon!).toBeGreaterThan(0);
    for (const policy of [lru, mglru]) {
      const c = ways.map((workingset) => on(policy, once)({ workingset }));
      for (const other of c) expect(decisions(other), "nothing comes back").toEqual(decisions(c[0]!));
    }
  },

  refault() {
    const places = ["flags", "active", "new"] as const;
    const read = places.map((refault) => on(mglru, reads)({ refault }));
    expect(read[0], "as in the kernel").toEqual(on(mglru, reads)());
    expect(new Set(read.map((c) => c.nr_alloc)).size).toBe(3);
    const lrus = (["active", "new"] as const).map((refault) => on(lru, both)({ refault }));
    expect(lrus[0]).toEqual(on(lru, both)());
    expect(lrus[1]!.workingset_activate_anon!, "still told").toBeGreaterThan(0);
    expect(lrus[1]!.nr_alloc).not.toBe(lrus[0]!.nr_alloc);
    const plain = on(fifo, both)();
    for (const refault of ["active", "new"] as const) {
      const { nr_alloc, pgscan } = on(fifo, both)({ refault });
      expect([nr_alloc, pgscan], "fifo has one place").toEqual([plain.nr_alloc, plain.pgscan]);
      for (const policy of [lru, mglru]) {
        expect(on(policy, once)({ refault }), "nothing comes back").toEqual(on(policy, once)());
      }
    }
  },

  tiers() {
    const run = on(mglru, reads);
    expect(run({ tiers: "off" }).tier_protected).toBe(0);
    expect(run({ tiers: "always" }).tier_protected!).toBeGreaterThan(run({ tiers: "pid" }).tier_protected!);
    const kept = (tiers: Settings["tiers"]) => run({ tiers }, { memoryMax: 300 }).tier_protected!;
    expect(kept("pid-wide"), "3:2 protects sooner than 2:1").toBeGreaterThanOrEqual(kept("pid"));
    const untold = ["pid", "pid-wide", "always", "off"].map((tiers) =>
      on(mglru, anon)({ tiers, workingset: "off" } as Partial<Settings>),
    );
    for (const c of untold) expect(c, "no reads and no memory of them, no tiers").toEqual(untold[0]);
  },

  tierGain() {
    const run = (set: Partial<Settings>) => on(mglru, reads)({ tiers: "pid", ...set }, { memoryMax: 300 });
    expect(run({ tierGain: 1.5 }), "3:2").toEqual(run({ tiers: "pid-wide" }));
    expect(run({ tierGain: 2 })).toEqual(run({}));
    expect(run({ tierGain: 1 }).tier_protected!).toBeGreaterThan(run({ tierGain: 16 }).tier_protected!);
    expect(on(mglru, anon)({ tierGain: 16, workingset: "off" })).toEqual(
      on(mglru, anon)({ workingset: "off" }),
    );
  },

  tierMin() {
    const run = (tierMin: number) => on(mglru, reads)({ tierMin }, { memoryMax: 300 });
    expect(run(64)).toEqual(on(mglru, reads)({}, { memoryMax: 300 }));
    expect(run(0).tier_protected!).toBeGreaterThan(run(65536).tier_protected!);
    expect(run(65536), "a controller that never hears enough protects full counts alone").toEqual(
      on(mglru, reads)({ tierMin: 60000 }, { memoryMax: 300 }),
    );
    for (const tierMin of [0, 65536]) {
      expect(on(mglru, anon)({ tierMin, workingset: "off" })).toEqual(on(mglru, anon)({ workingset: "off" }));
    }
  },

  anonShare() {
    const anonPart = (policy: () => Policy, anonShare: number) => {
      const c = on(policy, both)({ balance: "fixed", anonShare });
      const nr = c.inactive_anon_now! + c.active_anon_now!;
      return nr / (nr + c.inactive_file_now! + c.active_file_now!);
    };
    const parts = [0.2, 0.5, 0.8, 1].map((share) => anonPart(lru, share));
    for (let i = 1; i < parts.length; i++) expect(parts[i]!).toBeGreaterThan(parts[i - 1]!);
    // Of generations only those that may be evicted are there to choose from.
    expect(anonPart(mglru, 1)).toBeGreaterThan(anonPart(mglru, 0));
    for (const policy of [lru, mglru]) {
      const without = [0.1, 0.9].map((anonShare) =>
        on(policy, reads)({ balance: "fixed", anonShare }, { swap: "none" }),
      );
      expect(without[0], "without swap there is no choice").toEqual(without[1]);
    }
  },

  balance() {
    const ways = ["cost", "tiers", "tier-sums", "swappiness", "fixed"] as const;
    const oldest = on(mglru, both)({ balance: "oldest" });
    expect(oldest).not.toEqual(on(mglru, both)({ balance: "cost" }));
    expect(on(mglru, anon)({ balance: "oldest", tiers: "off" }), "one type is the oldest").toEqual(
      on(mglru, anon)({ balance: "swappiness", tiers: "off" }),
    );
    const files = (policy: () => Policy, swap: "zram" | "none") =>
      ways.map((balance) => on(policy, reads)({ balance }, { swap }));
    for (const policy of [lru, mglru]) {
      const shares = ways.map((balance) => on(policy, both)({ balance }).pgscan_anon);
      expect(new Set(shares).size).toBeGreaterThan(1);
      for (const c of files(policy, "none")) {
        expect(c, "without swap there is no choice").toEqual(files(policy, "none")[0]);
      }
    }
  },
};
