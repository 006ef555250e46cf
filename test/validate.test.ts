/*
 * The comparison with measured kernels, on small tables made by hand where each number can be checked, and once from
 * end to end on two short cells.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../lib/notebook/scrub.js";
import { quantile, rankCorrelation } from "../lib/stats/rank.js";
import { specOf, traceKey, traceSpecOf } from "../lib/validate/cells.js";
import { type Comparison, compare, rangeError } from "../lib/validate/compare.js";
import { csvText } from "../lib/validate/csv.js";
import { cellsOf, heldoutCells, type MeasuredCell, measuredCells } from "../lib/validate/measured.js";
import { runCells } from "../lib/validate/run-cells.js";
import { signs } from "../lib/validate/signs.js";
import { summarize, unforeseen } from "../lib/validate/summary.js";
import { choose, validation } from "../lib/validate/validate.js";

/** A row of a table of runs, as text. */
const RUN: Readonly<Record<string, string>> = {
  kernel: "6.12.117+deb12-amd64",
  status: "ok",
  workload: "zipf10_a",
  mode: "7",
  limit_pages: "8192",
  swap: "zram",
  swpn: "60",
  opts: "",
  na: "16384",
  majflt: "2000",
  pgscan: "5000",
  workingset_refault_anon: "1900",
  workingset_refault_file: "100",
};

/** The comparison of one counter: two repetitions, 1990 and 2010. */
const ROW: Comparison = {
  ...cellsOf([RUN], [])[0]!.setting,
  counter: "majflt",
  kind: "misses",
  runs: 2,
  low: 1990,
  high: 2010,
  predicted: 2000,
  least: 2000,
  most: 2000,
  error: 0,
  counts: true,
};

describe("an error", () => {
  it("is the distance to the range of repetitions, relative to its nearer end", () => {
    expect(rangeError(100, 200, 150)).toBe(0);
    expect(rangeError(100, 200, 200)).toBe(0);
    expect(rangeError(100, 200, 90)).toBeCloseTo(-0.1);
    expect(rangeError(100, 200, 220)).toBeCloseTo(0.1);
    expect(rangeError(0, 0, 0)).toBe(0);
  });
});

describe("measured cells", () => {
  it("hold all repetitions of a setting, whatever the host's boot", () => {
    const cells = cellsOf([RUN, { ...RUN, majflt: "2100", boot: "b" }, { ...RUN, mode: "0" }], []);
    expect(cells.map(({ runs }) => runs.length)).toEqual([2, 1]);
    expect(cells[0]!.runs.map(({ counters }) => counters.majflt)).toEqual([2000, 2100]);
    expect(cells[0]!.runs[0]!.counters.workingset_refault).toBe(2000);
  });

  it("keep checkpoints by the accesses done", () => {
    const at = (accesses: string): Record<string, string> => ({ ...RUN, accesses });
    const [cell] = cellsOf([RUN], [at("0"), at("30000"), at("30000"), at("60000")]);
    expect([...cell!.checkpoints].map(([accesses, rows]) => [accesses, rows.length])).toEqual([
      [30000, 2],
      [60000, 1],
    ]);
  });

  it("are those of data/kernel, and the held-out ones share none of their traces", () => {
    const measured = measuredCells();
    const heldout = heldoutCells();
    expect(measured.length).toBeGreaterThan(150);
    expect(new Set(measured.map(({ setting }) => setting.kernel))).toEqual(new Set(["6.1", "6.12", "7.3"]));
    const known = new Set(measured.map(({ setting }) => traceKey(setting)));
    expect(heldout.filter(({ setting }) => known.has(traceKey(setting)))).toEqual([]);
    for (const { setting } of [...measured, ...heldout]) expect(() => traceSpecOf(setting)).not.toThrow();
  });

  it("become cells of the simulator with the rig's machine", () => {
    const [cell] = cellsOf([{ ...RUN, mode: "1", opts: "fa=65536", checkpoints: "1" }], []);
    expect(specOf(cell!)).toMatchObject({
      memoryMax: 8192,
      profile: "6.12",
      set: { walk: "off" },
      swap: "zram",
      machine: { kernelMemory: true, pinned: 7, pace: 1, checkpoints: 1, faultAround: 16 },
    });
    expect(specOf(cell!, { machine: { pace: 2 } }).machine).toMatchObject({ pace: 2, pinned: 7 });
  });

  it("are chosen by lists and beginnings", () => {
    const cells = cellsOf([RUN, { ...RUN, mode: "0" }, { ...RUN, workload: "cyc_a" }], []);
    expect(choose(cells, { workload: ["zipf*"] })).toHaveLength(2);
    expect(choose(cells, { workload: ["zipf*"], mode: [0, 1] })).toHaveLength(1);
    expect(choose(cells, {})).toHaveLength(3);
  });
});

describe("a comparison", () => {
  const predicted = (counters: Record<string, number>, status: "ok" | "oom" = "ok") => ({
    result: { status, counters },
  });
  const cell = (row: Record<string, string>): MeasuredCell =>
    cellsOf([row, { ...row, pgscan: "5100" }], [])[0]!;

  it("has a row for each counter that both have", () => {
    const rows = compare({ cell: cell(RUN), predicted: predicted({ majflt: 1800, pgscan: 5202, other: 1 }) });
    expect(rows.map(({ counter, low, high, error }) => [counter, low, high, error])).toEqual([
      ["majflt", 2000, 2000, -0.1],
      ["pgscan", 5000, 5100, 0.02],
    ]);
  });

  it("counts from 1,000 events on", () => {
    const [row] = compare({ cell: cell({ ...RUN, majflt: "1000" }), predicted: predicted({ majflt: 5000 }) });
    expect(row!.counts).toBe(false);
    expect(unforeseen([row!])).toEqual([row]);
    expect(unforeseen([ROW])).toEqual([]);
  });

  it("leaves out 6.1's refaults under MGLRU, which count only a part", () => {
    const old = { ...RUN, kernel: "6.1.0-56-amd64" };
    const of = (row: Record<string, string>) =>
      compare({ cell: cell(row), predicted: predicted({ majflt: 2000, workingset_refault: 2000 }) });
    expect(of(old).map(({ counts }) => counts)).toEqual([true, false]);
    expect(of({ ...old, mode: "0" }).map(({ counts }) => counts)).toEqual([true, true]);
  });

  it("is none where one side ran out of memory", () => {
    const oom = { cell: cell(RUN), predicted: predicted({ majflt: 2000 }, "oom") };
    expect(compare(oom)).toEqual([]);
    expect(validation([oom]).unfinished).toMatchObject([{ real: "ok", predicted: "oom" }]);
    expect(
      compare({ cell: cell({ ...RUN, status: "killed9" }), predicted: predicted({ majflt: 1 }) }),
    ).toEqual([]);
  });
});

describe("a sign", () => {
  const pair = (real: number, predicted: number, mode = 1): Comparison[] => [
    { ...ROW, mode: 0, low: 1990, high: 2010, predicted: 2000 },
    { ...ROW, mode, low: real - 5, high: real + 5, predicted },
  ];

  it("is judged where the real difference exceeds twice the noise", () => {
    // half ranges: 10 + 5; so from 31 on
    expect(signs(pair(2030, 1))).toEqual([]);
    expect(signs(pair(2031, 2001))).toMatchObject([
      { from: 0, to: 1, real: 31, predicted: 1, noise: 15, agrees: true },
    ]);
    expect(signs(pair(2031, 1999))).toMatchObject([{ agrees: false }]);
    expect(signs(pair(2031, 2000))).toMatchObject([{ agrees: false }]);
  });

  it("has a noise of at least 0.2 %, as single runs have no range", () => {
    const single = (mode: number, real: number): Comparison => ({ ...ROW, mode, low: real, high: real });
    expect(signs([single(0, 10000), single(1, 10040)])).toEqual([]);
    expect(signs([single(0, 10000), single(1, 10041)])).toHaveLength(1);
  });

  it("is judged between all settings of enabled, and only in otherwise equal cells", () => {
    const rows = [0, 1, 3, 7].map((mode) => ({
      ...ROW,
      mode,
      low: 2000 + 100 * mode,
      high: 2000 + 100 * mode,
    }));
    expect(signs(rows).map(({ from, to }) => `${from}${to}`)).toEqual(["01", "03", "07", "13", "17", "37"]);
    expect(signs(rows.map((row) => ({ ...row, limit: row.mode })))).toEqual([]);
    // MGLRU does not depend on how often statistics are read, so its usual runs serve for the LRU's other ones.
    const rarely = rows.map((row) => (row.mode === 0 ? { ...row, checkpoints: 1 } : row));
    expect(signs(rarely).map(({ from, to, checkpoints }) => `${from}${to} ${checkpoints}`)).toEqual([
      "01 1",
      "03 1",
      "07 1",
      "13 10",
      "17 10",
      "37 10",
    ]);
  });
});

describe("a summary", () => {
  it("groups by mode and kind of counter, beside the target", () => {
    const errors = [0, 0.004, -0.02].map((error) => ({ ...ROW, mode: 1, error }));
    const [row] = summarize([
      ...errors,
      { ...ROW, mode: 1, error: 9, counts: false },
      { ...ROW, mode: 7, error: 1 },
    ]);
    expect(row).toMatchObject({ kernel: "6.12", nr: 3, inside: 1, median: 0.004, max: 0.02, met: true });
    expect(row!.p90).toBeCloseTo(0.0168);
  });

  it("says what misses its target, and shows each kernel beside all", () => {
    const rows = summarize([
      { ...ROW, error: 0.03 },
      { ...ROW, kernel: "7.3", error: 0 },
    ]).filter(({ nr }) => nr > 0);
    expect(rows.map(({ kernel, met }) => [kernel, met])).toEqual([
      ["all", false],
      ["6.12", false],
      ["7.3", true],
    ]);
  });

  it("uses quantiles between neighbours and ranks with ties", () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([], 0.5)).toBeNaN();
    expect(rankCorrelation([1, 2, 3], [10, 20, 90])).toBeCloseTo(1);
    expect(rankCorrelation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1);
    expect(rankCorrelation([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(0.9487, 4);
  });
});

describe("from end to end", () => {
  const cells = choose(measuredCells(), {
    kernel: ["6.12"],
    workload: ["cyc_p"],
    limit: [12288],
    mode: [0, 7],
    checkpoints: [10],
  });

  it("predicts cells in their order, with their course", async () => {
    expect(cells).toHaveLength(2);
    const found = validation(await runCells(cells));
    expect(found.unfinished).toEqual([]);
    const refaults = found.rows.filter(({ counter }) => counter === "workingset_refault");
    expect(refaults.map(({ mode }) => mode).sort()).toEqual([0, 7]);
    for (const { error } of refaults) expect(Math.abs(error)).toBeLessThan(0.05);
    expect(found.points.length).toBeGreaterThan(20);
    expect(csvText(found.rows.map((row) => ({ ...row }))).split("\n")).toHaveLength(found.rows.length + 2);
  });

  it("prints one JSON object on stdout, and refuses what is not measured", () => {
    const cli = (...args: string[]) =>
      spawnSync(process.execPath, ["--import", "tsx", join(packageRoot, "lib/cli.ts"), "validate", ...args], {
        encoding: "utf8",
      });
    const { status, stdout } = cli(
      "--kernel",
      "6.12",
      "--workload",
      "cyc_p",
      "--limit",
      "12288",
      "--mode",
      "7",
      "--json",
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ cells: 1, summary: expect.anything(), signs: [] });
    const none = cli("--workload", "frob");
    expect(none.status).toBe(2);
    expect(none.stderr).toMatch(/^error: no measured cell is like that: --workload frob/);
  });
});
