import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type EffectRow, effectPlot } from "../../lib/plot/effect-plot.js";
import { panels } from "../../lib/plot/facets.js";
import { heatmap } from "../../lib/plot/heatmap.js";
import { logLimit, logTicks, place, ratioText } from "../../lib/plot/ratio.js";
import { refaultCurve } from "../../lib/plot/refault-curve.js";
import { axisTitle, INK, LESS, lineStyle, MORE, PALETTE, SAME, wrap } from "../../lib/plot/theme.js";
import { workloadHeatmap } from "../../lib/plot/workload-heatmap.js";

type Fields = Record<string, Record<string, unknown>>;

describe("theme", () => {
  test("an axis needs a quantity and a unit", () => {
    expect(axisTitle("memory", "share of footprint")).toBe("memory (share of footprint)");
    expect(() => axisTitle("memory", " ")).toThrow(
      /^an axis without quantity or unit: "memory" \(" "\); name both$/,
    );
  });

  test("lines beyond the palette differ by their dash", () => {
    const styles = Array.from({ length: 2 * PALETTE.length }, (_, i) => JSON.stringify(lineStyle(i)));
    expect(new Set(styles).size).toBe(styles.length);
  });

  test("titles are broken between words", () => {
    expect(wrap("refaults of each point", 12)).toEqual(["refaults of", "each point"]);
  });
});

test("panels fill the paper and do not overlap", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 5 }), (nr, columns) => {
      const grid = panels(nr, columns, { x: 0.05, y: 0.05 });
      for (const [i, a] of grid.entries()) {
        expect(a.xDomain[0]).toBeGreaterThanOrEqual(0);
        expect(a.yDomain[1]).toBeLessThanOrEqual(1);
        for (const b of grid.slice(i + 1)) {
          const apart = a.xDomain[1] < b.xDomain[0] || b.yDomain[1] < a.yDomain[0];
          expect(apart).toBe(true);
        }
      }
    }),
  );
});

describe("ratios", () => {
  test.each([
    [1, "0 %"],
    [0.83, "−17 %"],
    [1.034, "+3.4 %"],
    [0.004, "−99.6 %"],
    [3.21, "×3.2"],
    [120.4, "×120"],
    [0, "none"],
    [Number.POSITIVE_INFINITY, "new"],
    [Number.NaN, "–"],
  ])("%d reads %s", (ratio, text) => expect(ratioText(ratio)).toBe(text));

  test("every ratio has a place on its axis; 0 and infinity at its ends", () => {
    expect(place(0, 2)).toEqual({ at: -2, clipped: true });
    expect(place(Number.POSITIVE_INFINITY, 2)).toEqual({ at: 2, clipped: true });
    expect(place(2, 2)).toEqual({ at: 1, clipped: false });
    expect(place(Number.NaN, 2)).toBeUndefined();
    const ratio = fc.oneof(fc.double({ min: 0, noNaN: true }), fc.constant(0));
    fc.assert(
      fc.property(fc.array(ratio), (ratios) => {
        const limit = logLimit(ratios);
        for (const each of ratios) expect(Math.abs(place(each, limit)!.at)).toBeLessThanOrEqual(limit);
        for (const tick of logTicks(limit).tickvals) expect(Math.abs(tick)).toBeLessThanOrEqual(limit);
      }),
    );
  });
});

describe("refault curves", () => {
  const rows = ["sort", "cc"].flatMap((trace) =>
    ["bound", "a", "b"].flatMap((policy) =>
      [0.5, 0.25].map((memory) => ({
        trace,
        policy,
        memory,
        value: memory * 10,
        lo: memory * 9,
        hi: memory * 11,
      })),
    ),
  );
  const figure = refaultCurve(rows, { bounds: ["bound"] });
  const lines = figure.data.filter((trace) => trace.fill === undefined);

  test("one line and one band for each policy and trace, sorted by memory", () => {
    expect(figure.data).toHaveLength(12);
    expect(lines[1]).toMatchObject({ name: "a", x: [0.25, 0.5], y: [2.5, 5], xaxis: "x", yaxis: "y" });
    expect(figure.data[0]).toMatchObject({
      fill: "toself",
      x: [0.25, 0.5, 0.5, 0.25],
      y: [2.75, 5.5, 4.5, 2.25],
    });
  });

  test("each policy is named once and has one colour; bounds are black", () => {
    expect(figure.data.filter((trace) => trace.showlegend).map((trace) => trace.name)).toEqual([
      "bound",
      "a",
      "b",
    ]);
    const colours = (name: string): unknown[] =>
      lines.filter((trace) => trace.name === name).map((trace) => (trace as Fields).line!.color);
    expect(colours("bound")).toEqual([INK, INK]);
    expect(colours("a")).toEqual([PALETTE[0], PALETTE[0]]);
  });

  test("on a log axis 0 is a gap, a band ends at the least value, and there are always ticks", () => {
    const line = [
      { trace: "t", policy: "p", memory: 0.1, value: 40 },
      { trace: "t", policy: "p", memory: 0.2, value: 0, lo: 0, hi: 20 },
    ];
    const { data, layout } = refaultCurve(line, { log: true, muted: ["p"] });
    expect(data.find(({ fill }) => fill === undefined)).toMatchObject({
      y: [40, null],
      line: { dash: "dot" },
    });
    expect(data.find(({ fill }) => fill !== undefined)!.y).toEqual([40, 20, 20, 40]);
    expect(layout.yaxis).toMatchObject({ dtick: "D1" });
    expect(refaultCurve(line).data.at(-1)!.y).toEqual([40, 0]);
    const two = [...line, { trace: "u", policy: "p", memory: 0.1, value: 4 }];
    const { yaxis, yaxis2 } = refaultCurve(two, { sameY: true }).layout as Record<
      string,
      { range: number[] }
    >;
    expect(yaxis!.range).toEqual([0, 42]);
    expect(yaxis2!.range).toEqual([0, 42]);
  });

  test("axes have units; the log axis is asked for", () => {
    expect(figure.layout).toMatchObject({
      xaxis: { title: { text: "memory (share of footprint)" } },
      yaxis: { title: { text: "refaults (per 1,000 accesses)" }, rangemode: "tozero" },
      annotations: [{ text: "<b>sort</b>" }, { text: "<b>cc</b>" }],
    });
    expect(refaultCurve(rows, { log: true, measure: "faults" }).layout.yaxis).toMatchObject({
      type: "log",
      title: { text: "faults (per 1,000 accesses)" },
    });
  });

  test("no rows are refused", () => expect(() => refaultCurve([])).toThrow(/^no rows to plot;/));
});

describe("the effect plot", () => {
  const row = (point: string, measure: string, ratio: number, more: Partial<EffectRow> = {}): EffectRow => ({
    point,
    base: "base",
    measure,
    ratio,
    ...more,
  });
  const figure = effectPlot([
    row("worse", "refaults", 2, { lo: 1.5, hi: 3 }),
    row("better", "refaults", 0.5, { lo: 0.4, hi: 0.6 }),
    row("same", "refaults", 1.1, { lo: 0.9, hi: 1.3 }),
    row("better", "refaults", 0.7, { trace: "sort" }),
    row("worse", "rmap walks", 0),
    row("better", "rmap walks", Number.POSITIVE_INFINITY),
    row("same", "rmap walks", Number.NaN),
  ]);
  const [dots, refaults, , rmap] = figure.data as Fields[];

  test("points are ranked by the first measure, below the name of their base", () => {
    expect((figure.layout.yaxis as Fields).ticktext).toEqual([
      "<b>against base</b>",
      "better",
      "same",
      "worse",
    ]);
    expect(refaults).toMatchObject({ x: [1, -1, 0.1375], y: [0, 2, 1] });
    expect(dots).toMatchObject({ x: [-0.5146], y: [2], text: ["sort: −30 %"] });
  });

  test("the colour is the sign, grey where the interval includes no effect", () => {
    expect(refaults!.marker).toMatchObject({ color: [MORE, LESS, SAME] });
  });

  test("what has no place on the axis is a triangle at its edge; what is no ratio is left out", () => {
    expect(rmap!.marker).toMatchObject({ symbol: ["triangle-left", "triangle-right"] });
    expect(rmap).toMatchObject({ x: [-0.25, 0.25], y: [0, 2] });
  });

  test("rows about traces alone are refused", () => {
    expect(() => effectPlot([row("a", "refaults", 1, { trace: "sort" })])).toThrow(
      /^no summary rows to plot;/,
    );
  });
});

test("the heat map is centred at no effect, prints its ratios, and leaves out what there is not", () => {
  const { data, layout } = heatmap(
    [
      { point: "a", trace: "sort", ratio: 0.5 },
      { point: "a", trace: "cc", ratio: 1 },
      { point: "b", trace: "sort", ratio: 0 },
    ],
    { title: "Refaults" },
  );
  const limit = 1.15;
  expect(data[0]).toMatchObject({
    z: [
      [-1, 0],
      [-limit, null],
    ],
    text: [
      ["−50 %", "0 %"],
      ["none", "–"],
    ],
    zmin: -limit,
    zmax: limit,
    colorbar: { title: { text: "refaults (ratio to base)" } },
  });
  expect(layout.yaxis).toMatchObject({ autorange: "reversed" });
});

describe("the workload heat map", () => {
  const records = Uint32Array.from([0, 0x8000_0001, 600, 512]);
  const layout = {
    nrSlots: 512,
    vmas: [{ process: 0, start: 0, nr: 512, kind: "anon" as const }],
    files: [{ name: "f", nr: 100 }],
  };
  const trace = { name: "t", synthetic: true, records, counts: Uint32Array.from([10, 10, 10, 10]), layout };

  test("counts the accesses of each bin, whatever they did", () => {
    const figure = workloadHeatmap(trace, { columns: 2, rows: 3 });
    // 612 slots in 3 rows of 204; 40 accesses in 2 columns of 20. log10(20) = 1.3.
    expect(figure.data[0]).toMatchObject({
      z: [
        [1.3, null],
        [null, null],
        [null, 1.3],
      ],
      dx: 20,
      dy: 204,
    });
    expect(figure.layout).toMatchObject({
      title: { text: "Where t (synthetic) accesses memory" },
      shapes: [{ y0: 512 }],
    });
  });

  test("stays light for a long trace", () => {
    const many = Uint32Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 512);
    const figure = workloadHeatmap({ ...trace, records: many, counts: new Uint32Array(200_000).fill(1) });
    expect(JSON.stringify(figure).length).toBeLessThan(100_000);
  });

  test("an empty trace is refused", () => {
    expect(() => workloadHeatmap({ ...trace, records: new Uint32Array() })).toThrow(/^an empty trace: t;/);
  });
});
