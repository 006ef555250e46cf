/* What a machine with several memcgs, nodes or finite memory does. */
import { expect } from "vitest";
import type { Settings } from "../../lib/mechanisms/settings.js";
import { lru, mglru } from "../../lib/policies/index.js";
import type { Policy } from "../../lib/reclaim/ops.js";
import type { CellResult, MachineSpec } from "../../lib/sim/cell.js";
import { simulate } from "../../lib/sim/run-cell.js";
import type { Trace } from "../../lib/trace/trace.js";
import type { Counters } from "../sim/runs.js";
import { anonLayout, CELL, fileLayout, traceOf } from "../tiny.js";
import { both, type Relations } from "./runs.js";

/** Two memcgs, a process each, in one memory of 500 frames: what one gets the other must give. */
function shared(policy: () => Policy, set: Partial<Settings>, machine: MachineSpec = {}): CellResult {
  const memcgs = [0, 1].map((mm) => ({ name: `m${mm}`, processes: [mm] }));
  const memory = { nodes: [{ pages: 1000, free: 500 }] };
  return simulate({ ...CELL, memoryMax: 1000, set, machine: { memcgs, memory, ...machine } }, both, policy());
}

/** Two nodes of 500 frames. */
const twoNodes = (set: Partial<Settings>, swap: "zram" | "none" = "zram"): Counters => {
  const memory = { nodes: [0, 1].map(() => ({ pages: 1000, free: 500 })), bind: true };
  return simulate({ ...CELL, memoryMax: 2000, swap, set, machine: { memory } }, both, lru()).counters;
};

export const MACHINE: Relations<
  "memcgOrder" | "startPriority" | "kswapd" | "balanced" | "demotion" | "readahead"
> = {
  memcgOrder() {
    const [tree, partial, ranks] = (["tree", "partial", "memcg-lru"] as const).map((memcgOrder) =>
      shared(lru, { memcgOrder, kswapd: "off" }),
    ) as [CellResult, CellResult, CellResult];
    const passes = ({ counters: c }: CellResult): number => c.pgscan! / c.allocstall!;
    expect(passes(partial), "a run that stops half-way scans less").toBeLessThan(passes(tree));
    expect(ranks.counters).not.toEqual(partial.counters);
    const alone = (memcgOrder: Settings["memcgOrder"]): CellResult =>
      shared(lru, { memcgOrder }, { memcgs: [{ name: "all", processes: [0, 1] }] });
    expect(alone("tree").counters.nr_alloc, "one memcg under an empty root").toBe(
      alone("partial").counters.nr_alloc,
    );
  },

  startPriority() {
    const run = (startPriority: Settings["startPriority"]): Counters =>
      shared(mglru, { startPriority }).counters;
    expect(run("default")).not.toEqual(run("estimate"));
    const limit = { memory: { nodes: [{ pages: 100_000 }] } };
    const idle = (startPriority: Settings["startPriority"]): Counters =>
      simulate({ ...CELL, memoryMax: 400, set: { startPriority }, machine: limit }, both, mglru()).counters;
    expect(idle("default"), "a memcg's limit does not ask").toEqual(idle("estimate"));
  },

  kswapd() {
    const [on, off] = [shared(lru, {}).counters, shared(lru, { kswapd: "off" }).counters];
    expect([off.pageoutrun, off.pgscan_kswapd, off.pgsteal_kswapd]).toEqual([0, 0, 0]);
    expect(off.pgscan, "all of it is direct").toBeGreaterThan(0);
    expect(on.pgsteal, "it comes in time").toBe(on.pgsteal_kswapd);
    expect(on.allocstall_normal).toBe(0);
  },

  balanced() {
    const free = (balanced: Settings["balanced"]): number => shared(lru, { balanced }).counters.pageoutrun!;
    expect(free("promo"), "it frees more at a time").toBeLessThan(free("high"));
  },

  demotion() {
    const [off, on] = [twoNodes({}), twoNodes({ demotion: "on" })];
    expect([off.pgdemote_kswapd, off.pgdemote_direct]).toEqual([0, 0]);
    expect(on.pgdemote_kswapd).toBeGreaterThan(0);
    expect(on.pgmajfault!, "both nodes hold pages").toBeLessThan(off.pgmajfault!);
    expect(twoNodes({ demotion: "on" }, "none").pgsteal_anon, "without swap, too").toBeGreaterThan(0);
  },

  readahead() {
    const run = (trace: Trace, readahead: Settings["readahead"], swap: "zram" | "disk"): Counters =>
      simulate({ ...CELL, memoryMax: 400, swap, set: { readahead } }, trace, lru()).counters;
    const off = run(both, "off", "disk");
    expect(off, "off is not there").not.toHaveProperty("swap_ra");
    for (const readahead of ["kernel", "leap"] as const) {
      const lap = traceOf(
        anonLayout(600),
        Array.from({ length: 3000 }, (_, i) => i % 600),
      );
      const [alone, ahead] = [run(lap, "off", "disk"), run(lap, readahead, "disk")];
      expect(ahead.swap_ra_hit!, "a loop is foreseen").toBeGreaterThan(0.9 * ahead.swap_ra!);
      expect(ahead.pgmajfault!).toBeLessThan(0.5 * alone.pgmajfault!);
      expect(ahead.nr_alloc! - alone.nr_alloc!, "no more is read").toBeLessThan(0.1 * alone.nr_alloc!);
      const file = run(both, readahead, "zram");
      expect(file.swap_ra, "compressed memory is read at once").toBe(0);
      expect(() => run(lap, readahead, "zram")).toThrow(/^refused: readahead=.* set swap=disk$/);
    }
    const front = traceOf(
      fileLayout(1000),
      Array.from({ length: 1000 }, (_, i) => i),
    );
    const machine = { faultAround: 16 };
    const { counters: mapped } = simulate(
      { ...CELL, memoryMax: 2000, set: { readahead: "kernel" }, machine },
      front,
      lru(),
    );
    expect(mapped.pgmajfault, "fault-around leaves the marks, so the stream goes on").toBe(1);
    expect(mapped.nr_alloc).toBe(1000);
    const random = run(both, "kernel", "disk");
    expect(random.file_ra! + random.swap_ra!).toBeGreaterThan(0);
    expect(random.nr_alloc!, "what is read in vain").toBeGreaterThan(off.nr_alloc!);
  },
};
