import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { indexPage } from "../../lib/notebook/index-page.js";
import { clearDesigns, saveDesign, savedDesigns } from "../../lib/notebook/save-design.js";
import { REPORT_ENV } from "../../lib/notebook/save-table.js";
import type { Cell } from "../../lib/study/grid.js";

const cell = (point: string, seed: number, traceDigest = `digest of ${seed}`): Cell => ({
  labels: {
    ...{ trace: "sort", synthetic: false, point, base: point, memory: 0.2, memory_max: 20, footprint: 100 },
    ...{ seed, profile: "6.12", swap: "zram", swappiness: 60 },
  },
  spec: {
    ...{ trace: { recorded: "sort" }, memoryMax: 20, policy: { name: "fifo" }, set: { note: point } },
    ...{ seed, profile: "6.12", swap: "zram", swappiness: 60 },
  },
  traceDigest,
});

afterEach(() => {
  delete process.env[REPORT_ENV];
});

test("a design is its axes, the digests of its traces, and a digest of all cells", () => {
  const folder = mkdtempSync(join(tmpdir(), "reclaim-lab-"));
  process.env[REPORT_ENV] = folder;
  saveDesign("mine", [cell("<a>", 0), cell("b", 0), cell("<a>", 1), cell("b", 1)]);
  saveDesign("other", [cell("b", 1)]);
  saveDesign("mine", [cell("<a>", 0), cell("b", 0), cell("<a>", 1)]);
  const [other, mine] = savedDesigns(folder);
  expect(other).toMatchObject({ name: "other", cells: 1 });
  expect(mine).toMatchObject({
    ...{ name: "mine", cells: 3, traces: { sort: ["digest of 0", "digest of 1"] } },
    axes: { trace: ["sort"], memory: [0.2], point: ["<a>", "b"], seed: [0, 1], profile: ["6.12"] },
  });
  const page = indexPage([], [], [mine!], {});
  expect(page).toContain("2 point × 2 seed");
  expect(page).toContain("&lt;a&gt;, b");
  expect(page).toContain(mine!.digest.slice(0, 16));
  clearDesigns(folder);
  expect(savedDesigns(folder)).toEqual([]);
});

test("another switch or another trace is another digest", () => {
  const digestOf = (own: Cell): string => {
    const folder = mkdtempSync(join(tmpdir(), "reclaim-lab-"));
    process.env[REPORT_ENV] = folder;
    saveDesign("one", [own]);
    return savedDesigns(folder)[0]!.digest;
  };
  expect(digestOf(cell("a", 0))).toBe(digestOf(cell("a", 0)));
  expect(digestOf(cell("b", 0))).not.toBe(digestOf(cell("a", 0)));
  expect(digestOf(cell("a", 0, "else"))).not.toBe(digestOf(cell("a", 0)));
});

test("without a report nothing is written; a bad name is refused", () => {
  expect(() => saveDesign("a b", [])).toThrow(/^not a name of a design: a b;/);
  expect(() => saveDesign("a", [])).not.toThrow();
});
