import { inputError } from "../util/error.js";
import { type Panel, panels, panelTitle } from "./facets.js";
import { distinct, type Figure, type PlotlyTrace } from "./figure.js";
import { axis, axisTitle, baseLayout, PALETTE, SOFT } from "./theme.js";

/** One counter of one cell, measured and predicted. */
export interface PredictedRow {
  /** Panel, such as "refaults, measured"; in order of appearance. */
  readonly panel: string;
  /** What it is, for the pointer. */
  readonly text: string;
  /** Range of the repetitions, in events; above 0. */
  readonly low: number;
  readonly high: number;
  readonly predicted: number;
  /** Groups told apart by colour and by symbol, each with its line in the legend. */
  readonly colour: string;
  readonly symbol: string;
}

/** Options of {@link predictedPlot}. */
export interface PredictedPlotOptions {
  /** Default: "Predicted against measured". */
  readonly title?: string;
  /** Panels in a row. Default: 2. */
  readonly columns?: number;
}

const SYMBOLS: readonly string[] = ["circle", "square", "diamond", "triangle-up", "cross"];
const PANEL_HEIGHT = 300;

/**
 * Predicted over measured events, both logarithmic: a point a cell, its bar the range of the repetitions, the line where
 * both are equal. All panels share their ranges.
 */
export function predictedPlot(rows: readonly PredictedRow[], options: PredictedPlotOptions = {}): Figure {
  if (rows.length === 0) inputError("no rows to plot; give measured and predicted counters");
  const bad = rows.find((row) => !(row.low > 0 && row.high >= row.low));
  if (bad)
    inputError(
      `not a range above 0: ${bad.low} to ${bad.high} (${bad.text}); leave out cells without events`,
    );
  const { title = "Predicted against measured", columns = 2 } = options;
  const names = distinct(rows, "panel");
  const nrRows = Math.ceil(names.length / columns);
  const grid = panels(names.length, columns, { x: 0.08, y: nrRows > 1 ? 0.14 / (nrRows - 1) : 0 });
  const colours = distinct(rows, "colour").sort();
  const symbols = distinct(rows, "symbol").sort();
  const range = rangeOf(rows);
  const data: PlotlyTrace[] = [];
  const axes: Record<string, unknown> = {};
  for (const [i, name] of names.entries()) {
    const panel = grid[i]!;
    const own = rows.filter((row) => row.panel === name);
    data.push(diagonal(panel, range), dots(own, panel, colours, symbols));
    const log = { type: "log", range, dtick: 1, exponentformat: "power" };
    const x = panel.bottom ? axisTitle("measured", "events") : "";
    const y = panel.left ? axisTitle("predicted", "events") : "";
    axes[panel.xKey] = axis(x, { ...log, domain: panel.xDomain, anchor: panel.y });
    axes[panel.yKey] = axis(y, { ...log, domain: panel.yDomain, anchor: panel.x });
  }
  data.push(
    ...colours.map((name, i) => legendEntry(name, { color: colourOf(i), symbol: "circle" })),
    ...symbols.map((name, i) => legendEntry(name, { color: SOFT, symbol: symbolOf(i) })),
  );
  const layout = baseLayout(title, 150 + PANEL_HEIGHT * nrRows, {
    ...axes,
    annotations: names.map((name, i) => panelTitle(grid[i]!, name)),
    legend: { orientation: "h", x: 0, y: -62 / (PANEL_HEIGHT * nrRows), yanchor: "top", font: { size: 12 } },
    hovermode: "closest",
  });
  return { data, layout: { ...layout, margin: { t: 74, r: 24, b: 76, l: 64 } } };
}

const colourOf = (i: number): string => PALETTE[i % PALETTE.length]!;
const symbolOf = (i: number): string => SYMBOLS[i % SYMBOLS.length]!;
const middle = ({ low, high }: PredictedRow): number => (low + high) / 2;

/** Powers of ten of both axes, with a little room. A prediction of nothing does not stretch them. */
function rangeOf(rows: readonly PredictedRow[]): [number, number] {
  const seen = rows
    .flatMap((row) => [row.low, row.high, Math.max(row.predicted, row.low / 10)])
    .map(Math.log10);
  const round = (value: number): number => Math.round(value * 100) / 100;
  const [least, most] = seen.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [99, 0]);
  return [round(least - 0.1), round(most + 0.1)];
}

function diagonal(panel: Panel, [from, to]: [number, number]): PlotlyTrace {
  const ends = [10 ** from, 10 ** to].map((end) => Math.round(end));
  const line = { color: SOFT, width: 1 };
  const at = { xaxis: panel.x, yaxis: panel.y, type: "scatter", mode: "lines", showlegend: false };
  return { ...at, x: ends, y: ends, line, hoverinfo: "skip" };
}

function dots(
  rows: readonly PredictedRow[],
  panel: Panel,
  colours: readonly string[],
  symbols: readonly string[],
): PlotlyTrace {
  return {
    xaxis: panel.x,
    yaxis: panel.y,
    type: "scatter",
    mode: "markers",
    showlegend: false,
    x: rows.map(middle),
    // A logarithm needs something above 0.
    y: rows.map((row) => Math.max(1, row.predicted)),
    error_x: {
      type: "data",
      symmetric: false,
      array: rows.map((row) => row.high - middle(row)),
      arrayminus: rows.map((row) => middle(row) - row.low),
      color: SOFT,
      thickness: 1,
      width: 0,
    },
    marker: {
      size: 7,
      opacity: 0.8,
      color: rows.map((row) => colourOf(colours.indexOf(row.colour))),
      symbol: rows.map((row) => symbolOf(symbols.indexOf(row.symbol))),
      line: { color: "#ffffff", width: 0.5 },
    },
    text: rows.map((row) => `${row.text}<br>measured ${row.low} to ${row.high}, predicted ${row.predicted}`),
    hovertemplate: "%{text}<extra></extra>",
  };
}

/** A point that is nowhere, for its line in the legend. */
function legendEntry(name: string, marker: Readonly<Record<string, unknown>>): PlotlyTrace {
  return { type: "scatter", mode: "markers", name, x: [null], y: [null], marker: { size: 8, ...marker } };
}
