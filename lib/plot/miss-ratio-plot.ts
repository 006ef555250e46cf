import { inputError } from "../util/error.js";
import { panels, panelTitle } from "./facets.js";
import { distinct, type Figure, type PlotlyTrace } from "./figure.js";
import { axis, axisTitle, baseLayout, faded, INK, lineStyle } from "./theme.js";

/** One point of one miss-ratio curve. */
export interface MissRatioRow {
  /** Policy or bound: one line each, of the same colour in all panels. */
  readonly policy: string;
  /** Memory, above 0. */
  readonly memory: number;
  /** Misses as a share of the accesses, 0 to 1. */
  readonly missRatio: number;
  /** Interval of `missRatio`. Both or neither. */
  readonly lo?: number;
  readonly hi?: number;
  /** Panel, in order of appearance. Default: one panel. */
  readonly trace?: string;
}

/** Options of {@link missRatioPlot}. */
export interface MissRatioPlotOptions {
  /** Default: "Miss ratio over memory". */
  readonly title?: string;
  /** Unit of `memory`. Default: "4 KiB pages". */
  readonly unit?: string;
  /** Logarithmic memory axis. Default: true. */
  readonly logX?: boolean;
  /** Lines that are bounds and not policies: black and dashed, filled below. Default: "MIN" and "min". */
  readonly bounds?: readonly string[];
  /** Panels in a row. Default: 3. */
  readonly columns?: number;
}

const PANEL_HEIGHT = 240;

/**
 * Miss ratio over memory, a line for each policy, bounds (MIN) black and dashed below them: what lies under the bound no policy can
 * reach and is shaded. Intervals are bands. All panels share the range of the y axis: 0 to the largest.
 */
export function missRatioPlot(rows: readonly MissRatioRow[], options: MissRatioPlotOptions = {}): Figure {
  if (rows.length === 0) inputError("no rows to plot; run policies at several memory sizes first");
  const bad = rows.find(({ memory, missRatio }) => !(memory > 0 && missRatio >= 0 && missRatio <= 1));
  if (bad)
    inputError(
      `no point of a miss-ratio curve: memory ${bad.memory}, miss ratio ${bad.missRatio} (${bad.policy}); memory is above 0, a ratio 0 to 1`,
    );
  const {
    title = "Miss ratio over memory",
    unit = "4 KiB pages",
    logX = true,
    bounds = ["MIN", "min"],
    columns = 3,
  } = options;
  const traces = [...new Set(rows.map(({ trace = "" }) => trace))];
  const policies = distinct(rows, "policy");
  const real = policies.filter((policy) => !bounds.includes(policy));
  const nrRows = Math.ceil(traces.length / columns);
  const grid = panels(traces.length, columns, { x: 0.05, y: nrRows > 1 ? 0.16 / (nrRows - 1) : 0 });
  const most = Math.max(...rows.map(({ missRatio, hi = missRatio }) => hi));
  const data: PlotlyTrace[] = [];
  const axes: Record<string, unknown> = {};
  const named = new Set<string>();
  for (const [i, trace] of traces.entries()) {
    const panel = grid[i]!;
    const own = rows.filter((row) => (row.trace ?? "") === trace);
    // Bounds first, so that their shade lies below the lines.
    for (const policy of [...bounds.filter((bound) => policies.includes(bound)), ...real]) {
      const line = own.filter((row) => row.policy === policy).sort((a, b) => a.memory - b.memory);
      if (line.length === 0) continue;
      const bound = bounds.includes(policy);
      const style = bound ? { color: INK, dash: "dash" } : lineStyle(real.indexOf(policy));
      const at = { xaxis: panel.x, yaxis: panel.y, type: "scatter", legendgroup: policy, name: policy };
      data.push(...curve(line, at, style, bound, !named.has(policy)));
      named.add(policy);
    }
    axes[panel.xKey] = axis(panel.bottom ? axisTitle("memory", unit) : "", {
      domain: panel.xDomain,
      anchor: panel.y,
      ...(logX ? { type: "log", dtick: "D2", tickformat: "~s" } : { tickformat: "~s", nticks: 6 }),
    });
    axes[panel.yKey] = axis(panel.left ? axisTitle("miss ratio", "share of accesses") : "", {
      domain: panel.yDomain,
      anchor: panel.x,
      range: [0, 1.05 * most],
      tickformat: most < 0.02 ? ".1%" : ".0%",
      nticks: 6,
    });
  }
  const layout = baseLayout(title, 150 + PANEL_HEIGHT * nrRows, {
    ...axes,
    annotations: traces
      .filter((trace) => trace !== "")
      .map((trace) => panelTitle(grid[traces.indexOf(trace)]!, trace)),
    legend: { orientation: "h", x: 0, y: -62 / (PANEL_HEIGHT * nrRows), yanchor: "top", font: { size: 12 } },
    hovermode: "closest",
  });
  return { data, layout };
}

function curve(
  rows: readonly MissRatioRow[],
  at: PlotlyTrace,
  style: { readonly color: string; readonly dash: string },
  bound: boolean,
  showlegend: boolean,
): PlotlyTrace[] {
  const x = rows.map((row) => row.memory);
  const line: PlotlyTrace = {
    ...at,
    showlegend,
    mode: "lines+markers",
    x,
    y: rows.map((row) => row.missRatio),
    line: { ...style, width: bound ? 1.5 : 2 },
    marker: { size: bound ? 3 : 5, color: style.color },
    ...(bound && { fill: "tozeroy", fillcolor: faded(INK, 0.06) }),
    hovertemplate: "%{x:.3~s}: %{y:.2%}<extra>%{fullData.name}</extra>",
  };
  if (!rows.some(({ lo, hi }) => lo !== undefined && hi !== undefined)) return [line];
  const band: PlotlyTrace = {
    ...at,
    showlegend: false,
    mode: "lines",
    x: [...x, ...[...x].reverse()],
    y: [
      ...rows.map((row) => row.hi ?? row.missRatio),
      ...rows.map((row) => row.lo ?? row.missRatio).reverse(),
    ],
    fill: "toself",
    fillcolor: faded(style.color, 0.18),
    line: { width: 0 },
    hoverinfo: "skip",
  };
  return [band, line];
}
