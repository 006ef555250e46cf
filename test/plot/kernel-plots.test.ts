/* The two figures that set predictions beside measured ranges. */
import { describe, expect, test } from "vitest";
import { type BandRow, bandPlot } from "../../lib/plot/band-plot.js";
import { type PredictedRow, predictedPlot } from "../../lib/plot/predicted-plot.js";

describe("predicted over measured", () => {
  const row = (more: Partial<PredictedRow>): PredictedRow => ({
    panel: "misses",
    text: "6.12 m7 zipf",
    low: 1000,
    high: 1000,
    predicted: 1000,
    colour: "mode 7",
    symbol: "6.12",
    ...more,
  });
  const figure = predictedPlot([
    row({ low: 2000, high: 4000, predicted: 3500 }),
    row({ predicted: 0, colour: "mode 0" }),
    row({ panel: "pgscan", low: 90_000, high: 90_000, predicted: 100_000, symbol: "6.1" }),
  ]);
  const points = figure.data.filter(({ error_x }) => error_x !== undefined);

  test("a point stands at the middle of its range, with a bar to both ends; nothing is drawn as 1", () => {
    expect(points[0]).toMatchObject({
      x: [3000, 1000],
      y: [3500, 1],
      error_x: { array: [1000, 0], arrayminus: [1000, 0] },
    });
    expect(points[0]!.text).toEqual([
      "6.12 m7 zipf<br>measured 2000 to 4000, predicted 3500",
      "6.12 m7 zipf<br>measured 1000 to 1000, predicted 0",
    ]);
  });

  test("groups keep colour and symbol over the panels, and are named once each", () => {
    const [misses, scans] = points.map(({ marker }) => marker as { color: string[]; symbol: string[] });
    expect(misses!.color[0]).toBe(scans!.color[0]);
    expect(misses!.color[0]).not.toBe(misses!.color[1]);
    expect(misses!.symbol[0]).not.toBe(scans!.symbol[0]);
    const named = figure.data.filter(({ name }) => name !== undefined).map(({ name }) => name);
    expect(named).toEqual(["mode 0", "mode 7", "6.1", "6.12"]);
  });

  test("both axes of all panels are logarithmic, with units, and have one range", () => {
    const { xaxis, yaxis, xaxis2, yaxis2 } = figure.layout as Record<string, Record<string, unknown>>;
    expect(xaxis).toMatchObject({ type: "log", title: { text: "measured (events)" } });
    expect(yaxis).toMatchObject({ type: "log", title: { text: "predicted (events)" } });
    for (const each of [yaxis, xaxis2, yaxis2]) expect(each!.range).toEqual(xaxis!.range);
  });

  test("no rows, and ranges without a logarithm, are refused", () => {
    expect(() => predictedPlot([])).toThrow(/^no rows to plot;/);
    expect(() => predictedPlot([row({ low: 0 })])).toThrow(
      /^not a range above 0: 0 to 1000 \(6.12 m7 zipf\);/,
    );
  });
});

describe("predictions in a band", () => {
  const row = (panel: string, x: number): BandRow => ({
    panel,
    x,
    low: 10 * x,
    high: 12 * x,
    predicted: 11 * x,
  });
  const rows = ["a", "b", "c"].flatMap((panel) => [row(panel, 3), row(panel, 1)]);
  const axes = {
    x: ["slowness", "1 = the rig"],
    y: [
      ["refaults", "events"],
      ["pgscan", "pages"],
    ],
  } as const;
  const figure = bandPlot(rows, { title: "Paces", ...axes, columns: 2, logX: true });

  test("a band and a line for each panel, sorted, and named once", () => {
    expect(figure.data).toHaveLength(6);
    expect(figure.data[0]).toMatchObject({ x: [1, 3, 3, 1], y: [12, 36, 30, 10], fill: "toself" });
    expect(figure.data[1]).toMatchObject({ x: [1, 3], y: [11, 33], name: "predicted" });
    expect(figure.data.map(({ showlegend }) => showlegend)).toEqual([true, true, false, false, false, false]);
  });

  test("each row of panels has its own y axis; ticks stand at the values", () => {
    const { xaxis2, yaxis, yaxis2, yaxis3 } = figure.layout as Record<string, Record<string, unknown>>;
    expect(xaxis2).toMatchObject({
      type: "log",
      tickvals: [1, 3],
      title: { text: "slowness (1 = the rig)" },
    });
    expect([yaxis, yaxis2, yaxis3].map((each) => (each!.title as { text: string }).text)).toEqual([
      "refaults (events)",
      "",
      "pgscan (pages)",
    ]);
  });

  test("no rows are refused", () => {
    expect(() => bandPlot([], { title: "", ...axes })).toThrow(/^no rows to plot;/);
  });
});
