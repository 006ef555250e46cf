/* The figures of designs and analyses, as data: interactions, waterfall, regret, parallel coordinates, miss-ratio curves. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type InteractionRow, interactionHeatmap } from "../../lib/plot/interaction-heatmap.js";
import { type MissRatioRow, missRatioPlot } from "../../lib/plot/miss-ratio-plot.js";
import { plainText, signedText } from "../../lib/plot/numbers.js";
import { type ParallelRow, parallelPlot } from "../../lib/plot/parallel.js";
import { type RegretRow, regretMatrix } from "../../lib/plot/regret-matrix.js";
import { INK, LESS, MORE, SOFT } from "../../lib/plot/theme.js";
import { type WaterfallRow, waterfall } from "../../lib/plot/waterfall.js";

type Fields = Record<string, Record<string, unknown>>;
type Bars = Record<"x" | "y" | "base", number[]> &
  Record<"error_x", Record<string, number[]>> &
  Record<"marker", { color: string[] }>;

test.each([
  [0, "0"],
  [1.2345, "+1.23"],
  [-0.00412, "−0.00412"],
  [1234, "+1230"],
  [12345, "+12.3k"],
  [-9999, "−10k"],
  [2.5e6, "+2.5M"],
  [3e9, "+3G"],
])("%d reads %s", (value, text) => {
  expect(signedText(value)).toBe(text);
  expect(plainText(value)).toBe(text.replace("+", ""));
});

describe("interactions", () => {
  const row = (a: string, b: string, effect: number, half: number): InteractionRow => ({
    a,
    b,
    effect,
    lo: effect - half,
    hi: effect + half,
  });
  const rows = [
    row("walk", "walk", -4, 1),
    row("tiers", "tiers", 2, 3),
    row("tiers", "walk", 1, 0.5),
    row("bloom", "walk", -0.5, 1),
  ];
  const options = { title: "Interactions", measure: ["refaults", "per 1,000 records"] } as const;
  const { data, layout } = interactionHeatmap(rows, options);

  test("are the lower half of a matrix, whichever way a pair is given, with main effects on the diagonal", () => {
    expect(data[0]!.y).toEqual(["walk", "tiers", "bloom"]);
    expect(data[0]!.z).toEqual([
      [-4, null, null],
      [1, 2, null],
      [-0.5, null, null],
    ]);
    expect(data[0]).toMatchObject({ zmin: -4, zmid: 0, zmax: 4 });
    expect((layout as Fields).yaxis!.autorange).toBe("reversed");
  });

  test("on dark cells are white", () => {
    expect((data[0]!.text as string[][])[0]![0]).toBe(
      '<span style="color:#ffffff"><b>−4</b></span><br><span style="font-size:9.5px;color:#ffffff">−5 to −3</span>',
    );
  });

  test("say their interval, bold where it excludes 0, grey where it does not", () => {
    const text = data[0]!.text as string[][];
    expect(text[1]![0]).toBe(
      `<span style="color:${INK}"><b>+1</b></span><br><span style="font-size:9.5px;color:${SOFT}">+0.5 to +1.5</span>`,
    );
    expect(text[1]![1]).toContain(`<span style="color:${SOFT}">+2</span>`);
    expect((data[0]!.customdata as string[][])[1]![0]).toBe("tiers × walk: +1 (+0.5 to +1.5)");
  });

  test("with many factors leave intervals to the pointer; larger effects than the clip have its colour", () => {
    const many = Array.from({ length: 10 }, (_, i) => row(`f${i}`, `f${i}`, i, 1));
    const map = interactionHeatmap(many, { ...options, clip: 5 }).data[0]!;
    expect((map.text as string[][])[9]![9]).not.toContain("<br>");
    expect((map.z as number[][])[9]![9]).toBe(5);
    expect(() => interactionHeatmap([], options)).toThrow(/^no rows to plot;/);
  });
});

describe("waterfall", () => {
  const options = {
    title: "From a to b",
    measure: ["refaults", "pages"],
    from: { name: "a", value: 100 },
    to: { name: "b", value: 60 },
  } as const;
  const parts: WaterfallRow[] = [
    { part: "small", value: 10, lo: 5, hi: 12 },
    { part: "large", value: -50, lo: -60, hi: -45 },
  ];

  test("bars begin where the last ended, the largest first, with intervals around their ends", () => {
    const [bars, whiskers, ends] = waterfall(parts, options).data as unknown as [Bars, Bars, Bars];
    expect(bars).toMatchObject({ x: [-50, 10], base: [100, 50], y: [1, 2], marker: { color: [LESS, MORE] } });
    expect(whiskers).toMatchObject({ x: [50, 60], error_x: { array: [5, 2], arrayminus: [10, 5] } });
    expect(ends).toMatchObject({ x: [100, 60], y: [0, 3] });
  });

  test("what the parts leave of the gap is a bar of its own", () => {
    const { data, layout } = waterfall(parts.slice(0, 1), { ...options, sort: false });
    expect((data[0] as unknown as Bars).x).toEqual([10, -50]);
    expect((layout as Fields).yaxis!.ticktext).toEqual(["<b>a</b>", "small", "not attributed", "<b>b</b>"]);
  });

  test("the bars always lead from the first value to the last", () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 8 }), value, value, (values, a, b) => {
        const rows = values.map((each, i) => ({ part: `p${i}`, value: each }));
        const from = { name: "a", value: a };
        const [bars] = waterfall(rows, { ...options, from, to: { name: "b", value: b } }).data as unknown as [
          Bars,
        ];
        const last = bars.base.length - 1;
        expect(bars.base[0]).toBe(a);
        expect(Math.abs(bars.base[last]! + bars.x[last]! - b)).toBeLessThanOrEqual(1e-2);
        for (let i = 1; i <= last; i++)
          expect(bars.base[i]).toBeCloseTo(bars.base[i - 1]! + bars.x[i - 1]!, 5);
      }),
    );
    expect(() => waterfall([], options)).toThrow(/^no rows to plot;/);
  });
});

describe("regret", () => {
  const rows: RegretRow[] = [
    { point: "a", workload: "w1", regret: 1, lo: 1, hi: 1 },
    { point: "a", workload: "w2", regret: 2.5, lo: 2.2, hi: 3 },
    { point: "b", workload: "w1", regret: 1.25 },
    { point: "b", workload: "w2", regret: 1 },
  ];
  const options = { title: "Regret", measure: "refaults" };
  const { data } = regretMatrix(rows, options);

  test("policies stand by their largest regret, which is the last column", () => {
    expect(data[0]).toMatchObject({ x: ["w1", "w2", "worst"], y: ["b", "a"] });
    expect(data[0]!.z).toEqual([
      [0.25, 0, 0.25],
      [0, 1, 1],
    ]);
    const text = data[0]!.text as string[][];
    expect(text[1]![0]).toContain("<b>best</b>");
    expect(text[1]![1]).toContain("150 %");
    expect(text[1]![1]).toContain("120 % to 200 %");
  });

  test("ten times as much and more is told as a factor", () => {
    const cell = (regret: number) =>
      regretMatrix([{ point: "p", workload: "w", regret }], { title: "Regret", measure: "refaults" })
        .data[0]!;
    expect((cell(9.9).text as string[][])[0]![0]).toContain("890 %");
    expect((cell(148.7).text as string[][])[0]![0]).toContain("×149");
  });

  test("out of memory is as bad as can be", () => {
    const out = ["c", "d"].map((point) => ({ point, workload: "w1", regret: Number.POSITIVE_INFINITY }));
    const map = regretMatrix([...out, ...rows], options).data[0]!;
    expect(map.y).toEqual(["b", "a", "c", "d"]);
    expect((map.z as number[][])[2]![0]).toBe(1);
    expect((map.text as string[][])[2]![0]).toContain("∞");
  });

  test("a regret below 1 is none", () => {
    const bad = [{ point: "a", workload: "w", regret: 0.9 }];
    expect(() => regretMatrix(bad, options)).toThrow(/^regret below 1: 0.9 \(a on w\);/);
    expect(() => regretMatrix([], options)).toThrow(/^no rows to plot;/);
  });
});

describe("parallel coordinates", () => {
  const rows: ParallelRow[] = [
    { line: "a", axis: "w1", value: 10 },
    { line: "b", axis: "w1", value: 20, lo: 15, hi: 30 },
    { line: "a", axis: "w2", value: 5 },
    { line: "b", axis: "w2", value: 5 },
  ];
  const lines = (scale?: "shared") => {
    const figure = parallelPlot(rows, { title: "Lines", unit: "refaults", ...(scale && { scale }) });
    return { ...figure, y: figure.data.map(({ y }) => y) };
  };

  test("each axis from its least to its largest, intervals included; equal values in the middle", () => {
    const { data, y, layout } = lines();
    expect(y).toEqual([
      [0, 0.5],
      [0.5, 0.5],
    ]);
    expect(data[1]!.error_y).toMatchObject({ array: [0.5, 0], arrayminus: [0.25, 0] });
    expect(data[1]!.text).toEqual(["<b>b</b><br>w1: 20 (15 to 30) refaults", "<b>b</b><br>w2: 5 refaults"]);
    const labels = (layout.annotations as { text: string }[]).map(({ text }) => text);
    expect(labels).toEqual(["30", "10", "5", "5"]);
  });

  test("or all axes from 0 to the largest", () => {
    expect(lines("shared").y).toEqual([
      [0.3333, 0.1667],
      [0.6667, 0.1667],
    ]);
  });

  test("whose top is a round number", () => {
    const most = [{ line: "a", axis: "w1", value: 91.9 }];
    const { layout } = parallelPlot(most, { title: "Lines", unit: "%", scale: "shared" });
    expect((layout.annotations as { text: string }[])[0]!.text).toBe("100");
  });

  test("an axis needs a unit, a figure rows", () => {
    expect(() => parallelPlot(rows, { title: "", unit: { w1: "pages" } })).toThrow(/^axis without unit: w2;/);
    expect(() => parallelPlot([], { title: "", unit: "pages" })).toThrow(/^no rows to plot;/);
  });
});

describe("miss-ratio curves", () => {
  const row = (policy: string, memory: number, missRatio: number, more: object = {}): MissRatioRow => ({
    policy,
    memory,
    missRatio,
    ...more,
  });
  const rows = [
    row("a", 200, 0.1, { lo: 0.08, hi: 0.12 }),
    row("a", 100, 0.3, { lo: 0.2, hi: 0.4 }),
    row("MIN", 100, 0.2),
    row("MIN", 200, 0.05),
    row("a", 100, 0.2, { trace: "t2" }),
  ];
  const { data, layout } = missRatioPlot(rows);

  test("the bound is dashed, shaded below, and under all lines; intervals are bands", () => {
    expect(data[0]).toMatchObject({ name: "MIN", fill: "tozeroy", line: { dash: "dash", color: INK } });
    expect(data[1]).toMatchObject({ fill: "toself", x: [100, 200, 200, 100], y: [0.4, 0.12, 0.08, 0.2] });
    expect(data[2]).toMatchObject({ name: "a", x: [100, 200], y: [0.3, 0.1], showlegend: true });
    expect(data[3]).toMatchObject({ name: "a", xaxis: "x2", showlegend: false });
  });

  test("panels share the y axis and have units", () => {
    const { xaxis, yaxis, yaxis2 } = layout as Fields;
    expect(xaxis).toMatchObject({ type: "log", title: { text: "memory (4 KiB pages)" } });
    expect(yaxis!.range).toEqual([0, 1.05 * 0.4]);
    expect(yaxis2!.range).toEqual(yaxis!.range);
  });

  test("what is no ratio is refused", () => {
    expect(() => missRatioPlot([row("a", 0, 0.1)])).toThrow(/^no point of a miss-ratio curve: memory 0/);
    expect(() => missRatioPlot([row("a", 1, 1.1)])).toThrow(/miss ratio 1.1 \(a\)/);
    expect(() => missRatioPlot([])).toThrow(/^no rows to plot;/);
  });
});
