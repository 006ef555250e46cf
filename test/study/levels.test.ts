import { describe, expect, it } from "vitest";
import type { CellSpec } from "../../lib/sim/cell.js";
import { factorColumn, levelColumns, levelsOf } from "../../lib/study/levels.js";

const spec = (
  policy: string | CellSpec["policy"],
  set: CellSpec["set"] = {},
  more: Partial<CellSpec> = {},
): { spec: CellSpec } => ({
  spec: {
    trace: { recorded: "sort" },
    memoryMax: 500,
    policy: typeof policy === "string" ? { name: policy } : policy,
    profile: "6.12",
    set,
    swap: "zram",
    swappiness: 60,
    seed: 0,
    ...more,
  },
});
const all = (): boolean => true;

describe("levelsOf", () => {
  it("tells each switch that a cell sets as it was in force, set or by default", async () => {
    const cells = [
      spec("mglru"),
      spec("mglru", { walk: "off" }),
      spec("lru"),
      spec("lru", { lookaround: 64 }),
    ];
    expect(await levelsOf(cells, all)).toEqual([
      { policy: "mglru", set_lookaround: 64, set_walk: "on" },
      { policy: "mglru", set_lookaround: 64, set_walk: "off" },
      { policy: "lru", set_lookaround: 0, set_walk: "off" },
      { policy: "lru", set_lookaround: 64, set_walk: "off" },
    ]);
  });

  it("has no column for what is the same everywhere, or what nobody asked for", async () => {
    const cells = [spec("mglru", { filter: "off" }), spec("mglru", { filter: "off" }), spec("fifo")];
    const [first] = await levelsOf(cells, all);
    expect(first).toEqual({ policy: "mglru" }); // a FIFO has no filter either
  });

  it("knows defaults of the profile, and options, which not every policy has", async () => {
    const fewer = { name: "mglru", options: { gens: 2, minGens: 1 } };
    const cells = [
      spec("mglru", { dirty: "skip" }),
      spec("mglru", {}, { profile: "6.1" }),
      spec("mglru"),
      spec(fewer),
      spec("sieve"),
    ];
    const levels = await levelsOf(cells, all);
    expect(levels.map(({ set_dirty }) => set_dirty).slice(0, 3)).toEqual(["skip", "skip", "activate"]);
    expect(levels.map(({ option_gens }) => option_gens)).toEqual([4, 4, 4, 2, null]);
  });

  it("tells what a cell sets, and no more, of policies that may not be made here, are refused, or are caches", async () => {
    const mine = { name: "mine", module: "/nowhere/mine.mjs" };
    const cells = [
      spec(mine, { walk: "on" }),
      spec(mine),
      spec("nobody", { walk: "off" }),
      spec("mglru", {}, { mode: "cache" }),
    ];
    const levels = await levelsOf(cells, ({ policy }) => policy.module === undefined);
    expect(levels.map(({ set_walk }) => set_walk)).toEqual(["on", null, "off", null]);
  });
});

describe("columns", () => {
  it.each([
    ["PID", "pid_on"],
    ["Bloom filter", "bloom_filter_on"],
    ["look-around", "look_around_on"],
    ["2 looks", "f_2_looks_on"],
    ["Größe (neu)", "größe_neu_on"],
  ])("a factor %s is %s", (name, column) => {
    expect(factorColumn(name)).toBe(column);
  });

  it("hold values of one type: of several, texts", () => {
    expect(levelColumns([{ set_x: 1 }, { set_x: "on" }, {}, undefined])).toEqual([
      ["set_x", ["1", "on", null, null]],
    ]);
  });
});
