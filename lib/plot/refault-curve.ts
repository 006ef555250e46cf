import { inputError } from "../util/error.js";
import { panels, panelTitle } from "./facets.js";
import { distinct, type Figure, type PlotlyTrace } from "./figure.js";
import { axis, axisTitle, baseLayout, faded, INK, lineStyle, SAME } from "./theme.js";

/** One point of one curve. */
export interface RefaultCurveRow {
  /** Trace: one panel each, in order of appearance. */
  readonly trace: string;
  /** Policy, or bound: one line each, of the same colour in all panels. */
  readonly policy: string;
  /** Memory as a share of the trace's footprint, above 0. */
  readonly memory: number;
  /** Refaults, or other misses, per 1,000 accesses (or another unit, see {@link RefaultCurveOptions.unit}). */
  readonly value: number;
  /** Interval of `value`. Both or neither. */
  readonly lo?: number;
  readonly hi?: number;
}

/** Options of {@link refaultCurve}. */
export interface RefaultCurveOptions {
  /** Default: "Refaults over memory size". */
  readonly title?: string;
  /** What is counted. Default: "refaults". */
  readonly measure?: string;
  /** In what it is counted. Default: "per 1,000 accesses". */
  readonly unit?: string;
  /** Logarithmic y axis; points at 0 are left out of it. Default: false. */
  readonly log?: boolean;
  /** Lines that are bounds and not policies: black and dashed. Default: none. */
  readonly bounds?: readonly string[];
  /** Lines of the background, such as a summary of all others: grey. Default: none. */
  readonly muted?: readonly string[];
  /** Panels in a row. Default: 3. */
  readonly columns?: number;
  /** All panels have the same y axis, so that they compare. Default: false, for traces differ by orders of magnitude. */
  readonly sameY?: boolean;
}

/**
 * Refaults per 1,000 accesses over memory size, a line for each policy and a panel for each trace; intervals as
 * bands.
 */
export function refaultCurve(rows: readonly RefaultCurveRow[], options: RefaultCurveOptions = {}): Figure {
  if (rows.length === 0) inputError("no rows to plot; run the study first");
  const {
    measure = "refaults",
    unit = "per 1,000 accesses",
    log = false,
    bounds = [],
    muted = [],
    columns = 3,
    sameY = false,
  } = options;
  const traces = distinct(rows, "trace");
  const policies = distinct(rows, "policy");
  const nrRows = Math.ceil(traces.length / columns);
  const grid = panels(traces.length, columns, { x: 0.07, y: nrRows > 1 ? 0.16 / (nrRows - 1 || 1) : 0 });
  const yTitle = axisTitle(measure, unit);
  const styles = policyStyles(policies, bounds, muted);
  const data: PlotlyTrace[] = [];
  const axes: Record<string, unknown> = {};
  for (const [i, trace] of traces.entries()) {
    const panel = grid[i]!;
    const own = rows.filter((row) => row.trace === trace);
    const [least, most] = extent(sameY ? rows : own);
    for (const policy of policies) {
      const line = own.filter((row) => row.policy === policy);
      if (line.length === 0) continue;
      data.push(
        ...curve(line, { xaxis: panel.x, yaxis: panel.y }, styles.get(policy)!, log ? least : undefined),
      );
    }
    const xTitle = panel.bottom ? axisTitle("memory", "share of footprint") : "";
    axes[panel.xKey] = axis(xTitle, { domain: panel.xDomain, anchor: panel.y, tickformat: ".0%", nticks: 6 });
    const range = log ? { type: "log", ...logTicks(most / least) } : { rangemode: "tozero", nticks: 6 };
    const same = sameY ? { range: log ? [least / 1.1, most * 1.1].map(Math.log10) : [0, 1.05 * most] } : {};
    const at = { domain: panel.yDomain, anchor: panel.x };
    axes[panel.yKey] = axis(panel.left ? yTitle : "", { ...at, ...range, ...same });
  }
  legendOnce(data);
  const layout = baseLayout(options.title ?? "Refaults over memory size", 150 + 230 * nrRows, {
    ...axes,
    annotations: traces.map((trace, i) => panelTitle(grid[i]!, trace)),
    legend: { orientation: "h", x: 0, y: -60 / (230 * nrRows), yanchor: "top", font: { size: 12 } },
    hovermode: "closest",
  });
  return { data, layout };
}

/** The least and the largest value above 0, intervals included. */
function extent(rows: readonly RefaultCurveRow[]): [number, number] {
  const values = rows.flatMap(({ value, lo = value, hi = value }) => [value, lo, hi]).filter((v) => v > 0);
  return [Math.min(...values), Math.max(...values)];
}

/** A tick at each power of ten; at 2 and 5 or at all digits, too, where few powers lie in the range. */
function logTicks(range: number): Record<string, unknown> {
  if (range > 100) return { dtick: 1, exponentformat: "power" };
  return { dtick: range > 5 ? "D2" : "D1", tickformat: ",~g" };
}

type LineStyle = { readonly color: string; readonly dash: string };

function policyStyles(
  policies: readonly string[],
  bounds: readonly string[],
  muted: readonly string[],
): Map<string, LineStyle> {
  const real = policies.filter((policy) => !bounds.includes(policy) && !muted.includes(policy));
  const style = (policy: string): LineStyle => {
    if (bounds.includes(policy)) return { color: INK, dash: "dash" };
    return muted.includes(policy) ? { color: SAME, dash: "dot" } : lineStyle(real.indexOf(policy));
  };
  return new Map(policies.map((policy) => [policy, style(policy)]));
}

/**
 * A line, and below it its band if there are intervals. On a logarithmic axis values of 0 are gaps of the line, and the
 * band ends at the `least` value of the panel.
 */
function curve(
  rows: readonly RefaultCurveRow[],
  axes: PlotlyTrace,
  style: LineStyle,
  least: number | undefined,
): PlotlyTrace[] {
  const sorted = [...rows].sort((a, b) => a.memory - b.memory);
  const policy = sorted[0]!.policy;
  const x = sorted.map((row) => row.memory);
  const shared = { ...axes, type: "scatter", legendgroup: policy, name: policy };
  const line: PlotlyTrace = {
    ...shared,
    mode: "lines+markers",
    x,
    y: sorted.map(({ value }) => (least !== undefined && value <= 0 ? null : value)),
    line: { ...style, width: 2 },
    marker: { size: 5, color: style.color },
    hovertemplate: "%{x:.1%} of footprint: %{y:.4~g}<extra>%{fullData.name}</extra>",
  };
  if (!sorted.some((row) => row.lo !== undefined && row.hi !== undefined)) return [line];
  const end = (value: number): number => Math.max(value, least ?? Number.NEGATIVE_INFINITY);
  const band: PlotlyTrace = {
    ...shared,
    mode: "lines",
    x: [...x, ...[...x].reverse()],
    y: [
      ...sorted.map((row) => end(row.hi ?? row.value)),
      ...sorted.map((row) => end(row.lo ?? row.value)).reverse(),
    ],
    fill: "toself",
    fillcolor: faded(style.color, 0.18),
    line: { width: 0 },
    hoverinfo: "skip",
  };
  return [band, line];
}

/** Show each line's name once, by its first appearance; bands never. */
function legendOnce(data: PlotlyTrace[]): void {
  const seen = new Set<unknown>();
  for (const [i, trace] of data.entries()) {
    const first = trace.fill === undefined && !seen.has(trace.name);
    if (first) seen.add(trace.name);
    data[i] = { ...trace, showlegend: first };
  }
}
