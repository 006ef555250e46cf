import { inputError } from "../util/error.js";
import { panels, panelTitle } from "./facets.js";
import { distinct, type Figure, type PlotlyTrace } from "./figure.js";
import { axis, axisTitle, baseLayout, faded, INK, MORE } from "./theme.js";

/** A measured range and a prediction at one place. */
export interface BandRow {
  /** Panel, in order of appearance. */
  readonly panel: string;
  readonly x: number;
  /** Range of the repetitions. */
  readonly low: number;
  readonly high: number;
  readonly predicted: number;
}

/** Options of {@link bandPlot}. */
export interface BandPlotOptions {
  readonly title: string;
  /** What is on the x axis, and in what unit. */
  readonly x: readonly [quantity: string, unit: string];
  /** The y axes of the rows of panels, from the top; the last serves all further rows. */
  readonly y: readonly (readonly [quantity: string, unit: string])[];
  /** Logarithmic x axis, with a tick at each value. Default: false. */
  readonly logX?: boolean;
  /** Panels in a row. Default: 4. */
  readonly columns?: number;
  /** y axes begin at 0. Default: true. */
  readonly fromZero?: boolean;
}

const PANEL_HEIGHT = 200;

/**
 * Measured and predicted over something else (the accesses done, the pace of the machine): the measured range is a band
 * with an edge, so that a range of nothing shows, the prediction a line with dots. Each panel has its own y axis.
 */
export function bandPlot(rows: readonly BandRow[], options: BandPlotOptions): Figure {
  if (rows.length === 0) inputError("no rows to plot; give measured and predicted values");
  const { title, x: xOf, y: yOf, logX = false, columns = 4, fromZero = true } = options;
  const names = distinct(rows, "panel");
  const nrRows = Math.ceil(names.length / columns);
  const grid = panels(names.length, columns, { x: 0.06, y: nrRows > 1 ? 0.16 / (nrRows - 1) : 0 });
  const data: PlotlyTrace[] = [];
  const axes: Record<string, unknown> = {};
  for (const [i, name] of names.entries()) {
    const panel = grid[i]!;
    const own = rows.filter((row) => row.panel === name).sort((a, b) => a.x - b.x);
    const at = { xaxis: panel.x, yaxis: panel.y, type: "scatter", showlegend: i === 0 };
    data.push({ ...at, ...band(own) }, { ...at, ...line(own) });
    const ticks = logX ? { type: "log", tickvals: distinct(own, "x"), tickangle: 0 } : { nticks: 5 };
    axes[panel.xKey] = axis(panel.bottom ? axisTitle(...xOf) : "", {
      ...ticks,
      domain: panel.xDomain,
      anchor: panel.y,
    });
    const quantity = yOf[Math.min(Math.floor(i / columns), yOf.length - 1)]!;
    axes[panel.yKey] = axis(panel.left ? axisTitle(...quantity) : "", {
      domain: panel.yDomain,
      anchor: panel.x,
      nticks: 5,
      ...(fromZero && { rangemode: "tozero" }),
    });
  }
  const layout = baseLayout(title, 150 + PANEL_HEIGHT * nrRows, {
    ...axes,
    annotations: names.map((name, i) => panelTitle(grid[i]!, name)),
    legend: { orientation: "h", x: 0, y: -56 / (PANEL_HEIGHT * nrRows), yanchor: "top", font: { size: 12 } },
    hovermode: "closest",
  });
  return { data, layout: { ...layout, margin: { t: 74, r: 24, b: 72, l: 64 } } };
}

function band(rows: readonly BandRow[]): PlotlyTrace {
  const x = rows.map((row) => row.x);
  return {
    name: "measured (range of the repetitions)",
    mode: "lines",
    x: [...x, ...[...x].reverse()],
    y: [...rows.map((row) => row.high), ...rows.map((row) => row.low).reverse()],
    fill: "toself",
    fillcolor: faded(INK, 0.18),
    line: { color: faded(INK, 0.45), width: 1.5 },
    hoverinfo: "skip",
  };
}

function line(rows: readonly BandRow[]): PlotlyTrace {
  return {
    name: "predicted",
    mode: "lines+markers",
    x: rows.map((row) => row.x),
    y: rows.map((row) => row.predicted),
    line: { color: MORE, width: 1.5 },
    marker: { color: MORE, size: 5 },
    text: rows.map((row) => `measured ${row.low} to ${row.high}, predicted ${row.predicted}`),
    hovertemplate: "%{text}<extra></extra>",
  };
}
