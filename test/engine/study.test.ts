import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { planStudy, runStudy } from "../../lib/engine/study.js";
import type { StudySpec } from "../../lib/engine/study-spec.js";
import { readStudy } from "../../lib/study/results/manifest.js";
import { toTable } from "../../lib/study/table.js";
import { FAKE_RUNNER, fakeOpen, TRACES, tempFolder } from "../study/fixtures/cells.js";

const grid: StudySpec = {
  name: "quick",
  trace: ["alpha", "beta"],
  memory: [0.5, 1],
  point: { a: "sum", b: { policy: "sum", set: { x: 1 } } },
};
const parts: StudySpec = {
  name: "parts",
  trace: ["alpha"],
  memory: [0.1, 1],
  kind: "leave-one-out",
  between: {
    off: "lru",
    on: "mglru",
    bundle: { placement: ["placement"], tiers: ["counted reads", "tiers"] },
  },
};
const fake = { runner: FAKE_RUNNER, open: fakeOpen(TRACES), workers: 2, onNote: () => {} };

describe("planStudy", () => {
  it("counts cells, what is kept, and estimates the rest; makes no folder", async () => {
    const results = join(tempFolder(), "none");
    const plan = await planStudy(grid, { ...fake, results });
    expect(plan).toMatchObject({ name: "quick", distinct: 8, kept: 0, invalid: [], design: undefined });
    expect(plan.text).toMatch(
      /^study quick\n8 cells, 8 of them distinct\n0 results are kept, 8 to compute: about \d+ s/,
    );
    expect(existsSync(results)).toBe(false);
    await runStudy(grid, { ...fake, results });
    const again = await planStudy(grid, { ...fake, results });
    expect(again).toMatchObject({ kept: 8, seconds: 0, cellSeconds: {} });
    expect(again.text).toContain("8 results are kept, nothing to compute");
    const more = await planStudy({ ...grid, memory: [0.5, 1, 0.75] }, { ...fake, results });
    expect(more).toMatchObject({ distinct: 12, kept: 8, basis: "earlier cells of 2 traces" });
    expect(more.seconds).toBeGreaterThan(0);
  });

  it("names results of other code, and does not count them as kept", async () => {
    const results = tempFolder();
    const runner = join(results, "runner.mjs");
    const version = (nr: number): void =>
      writeFileSync(runner, `export const runCell = () => ({ status: "ok", counters: { nr: ${nr} } });`);
    const options = { ...fake, results, runner: `file://${runner}` };
    version(1);
    await runStudy(grid, options);
    version(2);
    const plan = await planStudy(grid, options);
    expect(plan).toMatchObject({ kept: 0, stale: [{ cells: 8 }] });
    expect(plan.text).toMatch(/not used: 8 by code [0-9a-f]{12}; reclaim-lab results stale lists them/);
    const { rows, stale } = await runStudy(plan, options);
    expect(stale).toEqual(plan.stale);
    expect(rows.map(({ counters }) => counters.nr)).toEqual(Array(8).fill(2));
    expect((await planStudy(grid, options)).stale).toEqual([]);
  });

  it("lists the cells of a design that cannot run, with the reason", async () => {
    const plan = await planStudy(parts, fake);
    expect(plan.cells.length).toBe(3);
    expect(plan.invalid.length).toBe(3);
    expect(plan.invalid[0]!.reason).toMatch(/^memory\.max of \d+ pages; the least is 256/);
    expect(plan.text).toContain("leave-one-out: 2 factors");
    expect(plan.text).toContain("3 invalid cells:");
  });

  it.each<[object, string]>([
    [{ ...parts, between: undefined }, "no factors"],
    [{ ...parts, factors: [{ name: "walk", off: {}, on: {} }] }, "two sources of factors"],
    [
      { ...parts, between: { off: "lru", on: "mglru", bundle: { a: ["nothing"] } } },
      "no such factor: nothing",
    ],
    [{ ...grid, memory: [7] }, "bad share of memory: 7"],
  ])("refuses %o", async (spec, message) => {
    await expect(planStudy(spec as StudySpec, fake)).rejects.toThrow(message);
  });
});

describe("runStudy", () => {
  it("keeps the study under its name: the same table again, to the byte", async () => {
    const results = tempFolder();
    const study = await runStudy(grid, { ...fake, results });
    expect(study).toMatchObject({ computed: 8, cached: 0, failed: 0, stale: [] });
    expect(toTable(await readStudy(results, "quick")).toCSV()).toBe(toTable(study).toCSV());
    const manifest = readFileSync(join(results, "studies", "quick.json"), "utf8");
    expect(await runStudy(grid, { ...fake, workers: 1, results })).toMatchObject({ computed: 0, cached: 8 });
    expect(readFileSync(join(results, "studies", "quick.json"), "utf8")).toBe(manifest);
    await expect(readStudy(results, "slow")).rejects.toThrow("no study slow");
  });

  it("keeps which cells of a design cannot run, with the reason", async () => {
    const results = tempFolder();
    const { plan } = await runStudy(parts, { ...fake, results });
    const { rows, invalid } = await readStudy(results, "parts");
    expect([rows.length, invalid.length]).toEqual([3, 3]);
    expect(invalid).toEqual(plan.invalid);
    expect((await readStudy(results, "parts")).rows[0]!.levels).toMatchObject({
      placement_on: 1,
      tiers_on: 1,
    });
  });

  it("a cell without a result is a row that says why", async () => {
    const results = tempFolder();
    const ran = await runStudy({ ...grid, point: { a: "sum", b: "throw" } }, { ...fake, results });
    const { rows } = await readStudy(results, "quick");
    expect(rows.map(({ status }) => status)).toEqual(Array(4).fill(["ok", "error"]).flat());
    expect(rows[1]!.error).toBe(ran.rows[1]!.error);
    expect(rows[1]!.error).toBe("Error: broken invariant");
  });
});
