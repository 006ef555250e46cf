/* Machines with several memcgs, nodes or finite memory, as cells describe them. */
import { describe, expect, it } from "vitest";
import { fifo, lru, mglru } from "../../lib/policies/index.js";
import type { CellResult, CellSpec, MachineSpec } from "../../lib/sim/cell.js";
import { runCell, simulate } from "../../lib/sim/run-cell.js";
import { mixed } from "../switches/runs.js";
import { CELL } from "../tiny.js";

const both = mixed();
const two = (a: object = {}, b: object = {}): MachineSpec => ({
  memcgs: [
    { name: "a", processes: [0], ...a },
    { name: "b", processes: [1], ...b },
  ],
});
const run = (machine: MachineSpec, cell: Partial<CellSpec> = {}): CellResult =>
  simulate({ ...CELL, memoryMax: 900, machine, ...cell }, both, lru());

describe("memcgs", () => {
  it("are reclaimed from when their parent is at its limit, the protected one less", () => {
    const fair = run(two()).memcgs!;
    const spared = run(two({ low: 500 })).memcgs!;
    expect(spared.a!.mem_current_now!).toBeGreaterThan(fair.a!.mem_current_now!);
    expect(spared.a!.pgmajfault!).toBeLessThan(fair.a!.pgmajfault!);
    expect(spared.b!.pgmajfault!).toBeGreaterThan(fair.b!.pgmajfault!);
  });

  it("below memory.min are not touched at all", () => {
    const { memcgs } = run(two({ min: 700 }));
    expect([memcgs!.a!.pgsteal, memcgs!.a!.pgmajfault]).toEqual([0, 0]);
    expect(memcgs!.b!.pgsteal).toBeGreaterThan(0);
  });

  it("below memory.low are touched when nothing else helps, and say so", () => {
    const { memcgs, status } = run(two({ low: 700 }, { low: 700 }));
    expect([status, memcgs!.root!.memcg_low! > 0]).toEqual(["ok", true]);
  });

  it("run out of memory when memory.min covers all there is", () => {
    const { status, counters } = run(two({ min: 900 }, { min: 900 }));
    expect([status, counters.oom_kill]).toEqual(["oom", 1]);
  });

  it("have limits of their own", () => {
    const { memcgs } = run(two({ max: 300 }, {}), { memoryMax: 5000 });
    expect(memcgs!.a!.pgsteal).toBeGreaterThan(0);
    expect(memcgs!.b!.pgsteal).toBe(0);
    const high = run(two({ high: 300 }, {}), { memoryMax: 5000 }).memcgs!;
    expect(high.a!.memcg_high).toBeGreaterThan(0);
    expect(high.a!.mem_current_now!).toBeLessThan(300 + 64);
  });

  it("may each have a policy", async () => {
    const spec = { trace: { recorded: "" }, ...CELL, memoryMax: 5000, policy: { name: "lru" } } as CellSpec;
    const own = (policy?: string): MachineSpec =>
      two({ max: 300 }, { max: 300, ...(policy !== undefined && { policy: { name: policy } }) });
    const [alike, mixedUp] = [
      await runCell({ ...spec, machine: own() }, both),
      await runCell({ ...spec, machine: own("fifo") }, both),
    ];
    expect(alike.memcgs!.b!.pgactivate).toBeGreaterThan(0);
    expect(mixedUp.memcgs!.b!.pgactivate, "fifo activates nothing").toBe(0);
    expect(mixedUp.memcgs!.a!.pgactivate).toBeGreaterThan(0);
    expect(() => simulate({ ...CELL, machine: own("fifo") }, both, lru())).toThrow(/fifo .* not at hand/);
  });

  it("that hold nothing change nothing but their own report", () => {
    const { memcgs: _, ...alone } = run({ memcgs: [{ name: "empty" }] });
    const plain = run({});
    expect(alone.counters.pgsteal).toBe(plain.counters.pgsteal);
    expect(alone.counters.pgmajfault).toBe(plain.counters.pgmajfault);
  });

  it.each([
    [{ memcgs: [{ name: "root" }] }, /name given twice: root/],
    [{ memcgs: [{ name: "a", parent: "b" }] }, /unknown parent: b .*list it before/],
    [{ memcgs: [{ name: "a", processes: [2] }] }, /no such process: 2 .*0 to 1/],
    [two({}, { processes: [0] }), /process 0 is in two memcgs: a and b/],
    [{ memcgs: [{ name: "a", files: ["x"] }] }, /no such file: x/],
    [{ memcgs: [{ name: "a", low: -1 }] }, /invalid low \(memcg a\): -1/],
    [{ memory: { nodes: [] } }, /invalid memory.nodes: 0; give one to eight/],
    [{ memory: { nodes: [{ pages: 1000, free: 10 }] } }, /invalid memory.nodes\[0\]: 10 free/],
    [{ memory: { nodes: [{ pages: 1000 }], minTtlMs: 5 } }, /minTtlMs without pace/],
  ] as [MachineSpec, RegExp][])("%j is refused", (machine, message) => {
    expect(() => run(machine)).toThrow(message);
  });
});

describe("memory that fills as a whole", () => {
  const memory = (free: number): MachineSpec => ({ memory: { nodes: [{ pages: 4000, free }] } });

  it("keeps free pages between the watermarks, by kswapd alone where no time passes", () => {
    const { counters } = run(memory(600), { memoryMax: 4000 });
    expect(counters.pgsteal).toBe(counters.pgsteal_kswapd);
    expect(counters.n0_free_now!).toBeGreaterThan(100);
    expect(counters.allocstall).toBe(0);
  });

  it("is reclaimed directly where kswapd comes too late", () => {
    const { counters } = run({ ...memory(600), pace: 0.001 }, { memoryMax: 4000 });
    expect(counters.allocstall_normal).toBeGreaterThan(0);
    expect(counters.pgsteal_kswapd!).toBeLessThan(counters.pgsteal!);
  });

  it("is out of bounds for min_ttl: killed instead of taking what was in use a moment ago", () => {
    const nodes = [{ pages: 4000, free: 600 }];
    const ttl = (minTtlMs: number): CellResult =>
      simulate(
        { ...CELL, memoryMax: 4000, machine: { memory: { nodes, minTtlMs }, pace: 1 } },
        both,
        mglru(),
      );
    expect([ttl(0).status, ttl(1).status, ttl(1_000_000).status]).toEqual(["ok", "ok", "oom"]);
    expect(ttl(1_000_000).counters.oom_kill).toBe(1);
  });

  it("is any policy's", () => {
    for (const policy of [fifo(), mglru()]) {
      const { status, counters } = simulate({ ...CELL, memoryMax: 4000, machine: memory(600) }, both, policy);
      expect([status, counters.pgsteal! > 0]).toEqual(["ok", true]);
    }
  });
});
