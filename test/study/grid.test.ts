import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { type Axes, footprintOf, grid } from "../../lib/study/grid.js";
import { drawRecorded, LIMIT_JITTER, seeds, WINDOW_SHARE } from "../../lib/study/seeds.js";
import { fakeOpen, TRACES, tinyTrace } from "./fixtures/cells.js";

const open = fakeOpen([...TRACES, tinyTrace("zipf-5", [1, 2, 3]), tinyTrace("zipf-6", [1, 2])]);

describe("grid", () => {
  it("makes a cell for every combination, seeds fastest, with labels beside a spec of plain data", async () => {
    const axes: Axes = {
      trace: ["alpha", "beta"],
      memory: [0.5, 1],
      point: {
        LRU: "lru",
        "MGLRU - Bloom": { policy: "mglru", set: { bloom: false }, base: "LRU", text: "-" },
      },
      seed: seeds(2),
    };
    const cells = await grid(axes, open);
    expect(cells.length).toBe(2 * 2 * 2 * 2);
    // beta touches 400 pages: half of them is 200, which is refused when the cell runs, not here.
    const cell = cells.find(({ labels }) => labels.trace === "beta" && labels.point !== "LRU");
    expect(cell).toEqual({
      labels: {
        trace: "beta",
        synthetic: false,
        point: "MGLRU - Bloom",
        base: "LRU",
        memory: 0.5,
        memory_max: 200,
        footprint: 400,
        seed: 0,
        profile: "6.12",
        swap: "zram",
        swappiness: 60,
      },
      spec: {
        trace: { recorded: "beta" },
        memoryMax: 200,
        policy: { name: "mglru" },
        set: { bloom: false },
        profile: "6.12",
        swap: "zram",
        swappiness: 60,
        seed: 0,
      },
      traceDigest: TRACES[1]!.digest,
    });
    expect(JSON.parse(JSON.stringify(cells))).toEqual(cells);
    expect(cells.slice(0, 3).map(({ labels }) => [labels.point, labels.seed])).toEqual([
      ["LRU", 0],
      ["LRU", 1],
      ["MGLRU - Bloom", 0],
    ]);
  });

  it("a seed of a recorded trace picks one window and limit for all points and sizes; 0 is the whole trace", async () => {
    const cells = await grid(
      { trace: ["alpha"], memory: [0.5, 1], point: { a: "lru", b: "fifo" }, seed: [0, 1, 2] },
      open,
    );
    for (const seed of [1, 2]) {
      const same = cells.filter(({ spec }) => spec.seed === seed);
      expect(new Set(same.map(({ spec }) => JSON.stringify(spec.trace))).size).toBe(1);
      expect(new Set(same.map(({ traceDigest }) => traceDigest)).size).toBe(1);
    }
    for (const { spec, labels } of cells) {
      const { window, limitFactor } = drawRecorded(spec.seed, TRACES[0]!.digest, 3000);
      expect(spec.trace).toEqual(window ? { recorded: "alpha", window } : { recorded: "alpha" });
      expect(spec.memoryMax).toBe(Math.round(labels.memory * labels.footprint * limitFactor));
    }
    const whole = cells.filter(({ spec }) => spec.seed === 0);
    expect(whole.every(({ spec, labels }) => !("window" in spec.trace) && labels.footprint === 1500)).toBe(
      true,
    );
    expect(whole.map(({ spec }) => spec.memoryMax)).toEqual([750, 750, 1500, 1500]);
  });

  it("a window's shares of memory are of the whole trace: a seed moves the limit by its jitter alone", async () => {
    const once = tinyTrace(
      "once",
      Array.from({ length: 1400 }, (_, i) => i),
    );
    const cells = await grid(
      { trace: ["once"], memory: [0.5], point: { a: "lru" }, seed: seeds(4) },
      fakeOpen([once]),
    );
    for (const { spec, labels } of cells) {
      expect(labels.footprint).toBe(1400);
      expect(Math.abs(spec.memoryMax - 700)).toBeLessThanOrEqual(700 * LIMIT_JITTER);
    }
    expect(cells.filter(({ spec }) => "window" in spec.trace).length).toBe(3);
  });

  it("a window within a window stays inside of it", async () => {
    const trace = { recorded: "alpha", window: { start: 100, length: 100 } };
    const [cell] = await grid({ trace: [trace], memory: [1], point: { a: "lru" }, seed: [3] }, open);
    const { window } = cell!.spec.trace as typeof trace;
    expect(window.length).toBe(85);
    expect(window.start).toBeGreaterThanOrEqual(100);
    expect(window.start + window.length).toBeLessThanOrEqual(200);
  });

  it("a seed of a generated trace is added to the generator's own", async () => {
    const trace = { generated: "zipf", params: {}, seed: 5, region: "anon" } as const;
    const cells = await grid({ trace: { z: trace }, memory: [1], point: { a: "lru" }, seed: [0, 1] }, open);
    expect(cells.map(({ spec }) => spec.trace)).toEqual([trace, { ...trace, seed: 6 }]);
    expect(cells.map(({ labels }) => labels.footprint)).toEqual([3, 2]);
  });

  it("a module's path becomes a URL, because workers have another folder", async () => {
    const point = { mine: { policy: { name: "mine", module: "./mine.js" } } };
    const [cell] = await grid({ trace: ["alpha"], memory: [1], point }, open);
    expect(cell!.spec.policy.module).toBe(pathToFileURL("mine.js").href);
  });

  const good = { trace: ["alpha"], memory: [0.5], point: { a: "lru" } };
  it.each<[string, object]>([
    ['no axis "point"', { ...good, point: undefined }],
    ["unknown axis: memroy", { ...good, memroy: [1] }],
    ['axis "memory" has no values', { ...good, memory: [] }],
    ['axis "point" has no values', { ...good, point: {} }],
    ['axis "trace" has no values', { ...good, trace: [] }],
    ['axis "memory" has a value twice: 0.5', { ...good, memory: [0.5, 1, 0.5] }],
    ['axis "seed" has a value twice: 1', { ...good, seed: [1, 1] }],
    ["two traces of one name: alpha (axis trace)", { ...good, trace: ["alpha", "/x/alpha.parquet"] }],
    ["bad share of memory: 4096 (axis memory)", { ...good, memory: [4096] }],
    ["bad share of memory: 0 (axis memory)", { ...good, memory: [0] }],
    ["bad share of memory: NaN (axis memory)", { ...good, memory: [Number.NaN] }],
    ["bad seed: -1 (axis seed)", { ...good, seed: [-1] }],
    ["bad axis: 0.5 (axis memory); give a list", { ...good, memory: 0.5 }],
    ['bad axis: ["lru"] (axis point)', { ...good, point: ["lru"] }],
    ['unknown key: sets (axis point, "a")', { ...good, point: { a: { policy: "lru", sets: {} } } }],
    ['no such base: "b" (axis point, "a")', { ...good, point: { a: { policy: "lru", base: "b" } } }],
    ['no policy: undefined (axis point, "a")', { ...good, point: { a: { set: {} } } }],
    ["no such trace: gamma", { ...good, trace: ["gamma"] }],
  ])("refuses with the axis's name: %s", async (message, axes) => {
    const defined = Object.fromEntries(Object.entries(axes).filter(([, value]) => value !== undefined));
    await expect(grid(defined as unknown as Axes, open)).rejects.toMatchObject({
      name: "InputError",
      message: expect.stringContaining(message),
    });
  });
});

describe("footprintOf", () => {
  it("counts pages, not slots: a file page counts once through two mappings and a descriptor", () => {
    const layout = {
      nrSlots: 512,
      vmas: [
        { process: 0, start: 0, nr: 4, kind: "file", file: 0, offset: 0 },
        { process: 0, start: 10, nr: 2, kind: "file", file: 0, offset: 1 },
        { process: 0, start: 20, nr: 5, kind: "anon" },
      ],
      files: [{ name: "f", nr: 4 }],
    } as const;
    // slots 1, 10 and 513 are all page 1 of the file; 20 and 21 are anonymous.
    const records = Uint32Array.from([1, 10, 513, 20, 21, 20]);
    expect(footprintOf({ ...TRACES[0]!, layout, records })).toBe(3);
  });
});

describe("seeds", () => {
  it("counts from 0", () => {
    expect(seeds(3)).toEqual([0, 1, 2]);
    expect(() => seeds(0)).toThrow("bad number of seeds: 0");
  });

  it("draws stay in range, differ between seeds and traces, and spread over it", () => {
    const draws = Array.from({ length: 400 }, (_, i) => drawRecorded(i + 1, "digest", 10_000));
    const starts = draws.map(({ window }) => window!.start);
    const factors = draws.map(({ limitFactor }) => limitFactor);
    expect(draws.every(({ window }) => window!.length === 10_000 * WINDOW_SHARE)).toBe(true);
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...starts)).toBeLessThanOrEqual(1500);
    expect(Math.max(...starts) - Math.min(...starts)).toBeGreaterThan(1400);
    expect(Math.min(...factors)).toBeGreaterThanOrEqual(1 - LIMIT_JITTER);
    expect(Math.max(...factors)).toBeLessThan(1 + LIMIT_JITTER);
    expect(Math.abs(factors.reduce((a, b) => a + b) / factors.length - 1)).toBeLessThan(0.003);
    expect(drawRecorded(1, "digest", 10_000)).toEqual(draws[0]);
    expect(drawRecorded(1, "other digest", 10_000)).not.toEqual(draws[0]);
    expect(drawRecorded(0, "digest", 10_000)).toEqual({ limitFactor: 1 });
  });
});
