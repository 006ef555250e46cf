import type { Reuse } from "../trace/info/reuse.js";
import type { WorkingSets } from "../trace/info/working-set.js";
import { inputError } from "../util/error.js";
import { panels, panelTitle } from "./facets.js";
import type { Figure } from "./figure.js";
import { axis, axisTitle, baseLayout, INK, lineStyle, PALETTE, SAME } from "./theme.js";

/** Options of {@link reusePlot} and {@link workingSetPlot}. */
export interface TraceInfoPlotOptions {
  /** Default: what is shown, and of which trace if `name` is given. */
  readonly title?: string;
  /** Name of the trace. */
  readonly name?: string;
}

/** Reuse distances as bars, first visits apart; beside them the miss ratio of LRU that they imply. */
export function reusePlot(reuse: Reuse, options: TraceInfoPlotOptions = {}): Figure {
  const { first, histogram, missRatios } = reuse;
  const total = histogram.reduce((sum, { visits }) => sum + visits, first);
  if (total === 0) inputError("no visits to plot; the trace is empty");
  const grid = panels(2, 2, { x: 0.1, y: 0 });
  const labels = [
    ...histogram.map(({ from, to }) => (from === to ? String(from) : `${from}–${to}`)),
    "first",
  ];
  const values = [...histogram.map(({ visits }) => visits), first];
  const bars = {
    type: "bar",
    xaxis: "x",
    yaxis: "y",
    x: labels,
    y: values.map((visits) => visits / total),
    marker: { color: values.map((_, i) => (i === values.length - 1 ? SAME : PALETTE[0])) },
    customdata: values,
    hovertemplate: "%{x}: %{customdata:,} records, %{y:.1%}<extra></extra>",
  };
  const line = {
    type: "scatter",
    mode: "lines+markers",
    xaxis: "x2",
    yaxis: "y2",
    x: missRatios.map(({ pages }) => pages),
    y: missRatios.map(({ missRatio }) => missRatio),
    line: { color: INK, width: 2 },
    marker: { size: 4, color: INK },
    hovertemplate: "%{x:,} pages: %{y:.2%}<extra></extra>",
  };
  const layout = baseLayout(options.title ?? `How soon pages are visited again${of(options)}`, 400, {
    xaxis: axis(axisTitle("reuse distance", "other pages visited since"), {
      domain: grid[0]!.xDomain,
      anchor: "y",
      type: "category",
      tickangle: -45,
      showgrid: false,
    }),
    yaxis: axis(axisTitle("visits", "share of records"), {
      anchor: "x",
      tickformat: ".0%",
      rangemode: "tozero",
      nticks: 6,
    }),
    xaxis2: axis(axisTitle("memory", "4 KiB pages"), {
      domain: grid[1]!.xDomain,
      anchor: "y2",
      type: "log",
      dtick: 1,
      tickformat: "~s",
    }),
    yaxis2: axis(axisTitle("miss ratio", "share of records"), {
      anchor: "x2",
      tickformat: ".0%",
      rangemode: "tozero",
      nticks: 6,
    }),
    annotations: [
      panelTitle(grid[0]!, "reuse distances"),
      panelTitle(grid[1]!, "LRU, from the same distances"),
    ],
    showlegend: false,
    bargap: 0.15,
  });
  return { data: [bars, line], layout: { ...layout, margin: { t: 84, r: 24, b: 96, l: 64 } } };
}

/** Denning's working set over time, a line for each window; the mean of each is in the legend. */
export function workingSetPlot({ at, sets }: WorkingSets, options: TraceInfoPlotOptions = {}): Figure {
  if (sets.length === 0 || at.length === 0)
    inputError("no working sets to plot; the trace is empty, or no window was given");
  const data = sets.map(({ tau, mean, pages }, i) => ({
    type: "scatter",
    mode: "lines",
    name: `τ = ${tau.toLocaleString("en-US")} records, mean ${Math.round(mean).toLocaleString("en-US")} pages`,
    x: at,
    y: pages,
    line: { ...lineStyle(i), width: 2 },
    hovertemplate: "%{x:.3~s}: %{y:,} pages<extra></extra>",
  }));
  const layout = baseLayout(options.title ?? `Working set over time${of(options)}`, 400, {
    xaxis: axis(axisTitle("time", "records"), { tickformat: "~s" }),
    yaxis: axis(axisTitle("pages visited in the last τ records", "4 KiB"), {
      tickformat: "~s",
      rangemode: "tozero",
    }),
    legend: { orientation: "h", x: 0, y: -0.2, yanchor: "top", font: { size: 12 } },
    hovermode: "x",
  });
  return { data, layout };
}

function of({ name }: TraceInfoPlotOptions): string {
  return name === undefined ? "" : `: ${name}`;
}
