import { describe, expect, it } from "vitest";
import { missRatioCurves, ratioCurve, refaultCurves } from "../../lib/analysis/curves.js";
import { minFaults } from "../../lib/analysis/min.js";
import { runCell } from "../../lib/sim/run-cell.js";
import { grid } from "../../lib/study/grid.js";
import type { Row } from "../../lib/study/run-grid.js";
import { fakeOpen, tinyTrace } from "../study/fixtures/cells.js";
import { row } from "./rows.js";

describe("curves", () => {
  const rows = [
    row("a", "t", 10, { memory: 0.2 }),
    row("a", "t", 14, { memory: 0.2, seed: 1 }),
    row("b", "t", 20, { memory: 0.2 }),
    row("b", "t", 20, { memory: 0.2, seed: 1 }),
    row("a", "t", undefined, { memory: 0.4 }),
  ];

  it("are of seed 0, per 1,000 visits, with the range over the seeds; cells without result are left out", () => {
    expect(refaultCurves(rows)).toEqual([
      { trace: "t", policy: "a", memory: 0.2, value: 10, lo: 10, hi: 14 },
      { trace: "t", policy: "b", memory: 0.2, value: 20, lo: 20, hi: 20 },
    ]);
    expect(ratioCurve(rows, "a", "b")).toEqual([
      { trace: "t", policy: "a / b", memory: 0.2, value: 0.5, lo: 0.5, hi: 0.7 },
    ]);
  });
});

describe("miss-ratio curves", () => {
  it("have MIN on every trace at every size, and no policy below it", async () => {
    // Two traces over 1,200 pages: a stride that comes round, and one with a hot third.
    const traces = [
      tinyTrace(
        "stride",
        Array.from({ length: 6000 }, (_, i) => (i * 7) % 1200),
      ),
      tinyTrace(
        "hot",
        Array.from({ length: 6000 }, (_, i) => (i % 2 === 0 ? (i * 3) % 400 : (i * 11) % 1200)),
      ),
    ];
    const open = fakeOpen(traces);
    const point = { lru: "lru", mglru: "mglru", fifo: "fifo" };
    const memory = [0.35, 0.5, 0.75];
    const cells = await grid({ trace: ["stride", "hot"], memory, point }, open);
    const rows: Row[] = [];
    for (const { labels, spec } of cells) {
      const { status, counters } = await runCell(spec, await open(spec.trace));
      rows.push({ labels, hash: null, status, error: null, counters });
    }
    const curves = await missRatioCurves(rows, cells, open);
    const bounds = curves.filter(({ policy }) => policy === "MIN");
    expect(bounds.map(({ trace, memory: share }) => [trace, share])).toEqual(
      ["stride", "hot"].flatMap((trace) => memory.map((share) => [trace, share])),
    );
    expect(bounds[0]!.value).toBe(minFaults(traces[0]!, 420).refaults / 6);
    for (const curve of curves) {
      const bound = bounds.find((own) => own.trace === curve.trace && own.memory === curve.memory)!;
      expect(curve.value).toBeGreaterThanOrEqual(bound.value);
      expect(curve.value).toBeGreaterThan(0);
    }
  });
});
