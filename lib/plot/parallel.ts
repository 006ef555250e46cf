import { inputError } from "../util/error.js";
import { distinct, type Figure, type PlotlyTrace } from "./figure.js";
import { plainText } from "./numbers.js";
import { axis, axisTitle, baseLayout, lineStyle, SOFT } from "./theme.js";

/** A value of one line on one axis. */
export interface ParallelRow {
  /** What the line is, such as a policy. */
  readonly line: string;
  /** The axis, such as a workload or a measure; in order of appearance, from the left. */
  readonly axis: string;
  readonly value: number;
  /** Interval of `value`. Both or neither. */
  readonly lo?: number;
  readonly hi?: number;
}

/** Options of {@link parallelPlot}. */
export interface ParallelPlotOptions {
  readonly title: string;
  /** Unit of all axes, or of each by its name. */
  readonly unit: string | Readonly<Record<string, string>>;
  /** "each": every axis from its least to its largest value. "shared": all from 0 to a round number above all. Default: "each". */
  readonly scale?: "each" | "shared";
}

/** Lines stand so far beside each other on an axis, so that their intervals do not cover each other. Unit: distance of two axes. */
const DODGE = 0.025;

interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Parallel coordinates: an upright axis for each workload or measure, a line for each policy, intervals as upright bars. Low is good if
 * the measures are costs: a line that stays at the bottom dominates, lines that cross say that none does.
 */
export function parallelPlot(rows: readonly ParallelRow[], options: ParallelPlotOptions): Figure {
  if (rows.length === 0) inputError("no rows to plot; run several policies first");
  const axes = distinct(rows, "axis");
  const lines = distinct(rows, "line");
  const ranges = new Map(axes.map((name) => [name, rangeOf(rows.filter((row) => row.axis === name))]));
  if (options.scale === "shared") {
    const to = roundUp(Math.max(...[...ranges.values()].map((range) => range.to)));
    for (const name of axes) ranges.set(name, { from: 0, to });
  }
  const place = (row: ParallelRow, value: number): number => {
    const { from, to } = ranges.get(row.axis)!;
    return to === from ? 0.5 : Math.round((1e4 * (value - from)) / (to - from)) / 1e4;
  };
  const unitOf = (name: string): string => {
    const unit = typeof options.unit === "string" ? options.unit : options.unit[name];
    return unit ?? inputError(`axis without unit: ${name}; give one for each of ${axes.join(", ")}`);
  };
  const data = lines.map((line, i): PlotlyTrace => {
    const own = axes.flatMap((name) =>
      rows.filter((row) => row.line === line && row.axis === name).slice(0, 1),
    );
    const beside = DODGE * (i - (lines.length - 1) / 2);
    return { ...lineStyleOf(i), name: line, ...pointsOf(own, axes, place, unitOf, beside) };
  });
  const ends = axes.flatMap((name, i) => {
    const { from, to } = ranges.get(name)!;
    return [endLabel(i, 1, `${plainText(to)}`, "bottom"), endLabel(i, 0, `${plainText(from)}`, "top")];
  });
  const layout = baseLayout(options.title, 420, {
    xaxis: axis("", {
      tickvals: axes.map((_, i) => i),
      ticktext: axes.map((name) => {
        const unit =
          typeof options.unit === "string" ? "" : `<br><span style="font-size:10.5px">${unitOf(name)}</span>`;
        return `<b>${name}</b>${unit}`;
      }),
      range: [-0.3, axes.length - 0.7],
      showgrid: false,
      showline: false,
      ticks: "",
      ticklabelstandoff: 16,
      tickfont: { size: 12 },
    }),
    yaxis: axis(
      axisTitle(scaleText(options.scale), typeof options.unit === "string" ? options.unit : "units below"),
      { range: [-0.05, 1.05], showgrid: false, showline: false, ticks: "", showticklabels: false },
    ),
    shapes: axes.map((_, i) => ({
      type: "line",
      x0: i,
      x1: i,
      y0: 0,
      y1: 1,
      line: { color: SOFT, width: 1 },
      layer: "below",
    })),
    annotations: ends,
    legend: { font: { size: 12 } },
    hovermode: "closest",
  });
  return { data, layout };
}

function scaleText(scale: ParallelPlotOptions["scale"]): string {
  return scale === "shared" ? "all axes from 0" : "each axis from least to most";
}

/** The next number of one or two round digits. */
function roundUp(value: number): number {
  if (!(value > 0)) return value;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((step) => step * power >= value) ?? 10);
}

function rangeOf(rows: readonly ParallelRow[]): Range {
  const values = rows.flatMap(({ value, lo = value, hi = value }) => [value, lo, hi]);
  return { from: Math.min(...values), to: Math.max(...values) };
}

function lineStyleOf(i: number): PlotlyTrace {
  const style = lineStyle(i);
  return {
    type: "scatter",
    mode: "lines+markers",
    line: { ...style, width: 2 },
    marker: { size: 7, color: style.color },
  };
}

function pointsOf(
  rows: readonly ParallelRow[],
  axes: readonly string[],
  place: (row: ParallelRow, value: number) => number,
  unitOf: (name: string) => string,
  beside: number,
): PlotlyTrace {
  const y = rows.map((row) => place(row, row.value));
  const far = (row: ParallelRow, end: number | undefined, i: number): number =>
    end === undefined ? 0 : Math.round(1e4 * Math.abs(place(row, end) - y[i]!)) / 1e4;
  return {
    x: rows.map((row) => Math.round(1e4 * (axes.indexOf(row.axis) + beside)) / 1e4),
    y,
    error_y: {
      type: "data",
      symmetric: false,
      array: rows.map((row, i) => far(row, row.hi, i)),
      arrayminus: rows.map((row, i) => far(row, row.lo, i)),
      thickness: 1.2,
      width: 3,
    },
    text: rows.map(({ line, axis: name, value, lo, hi }) => {
      const interval = lo === undefined || hi === undefined ? "" : ` (${plainText(lo)} to ${plainText(hi)})`;
      return `<b>${line}</b><br>${name}: ${plainText(value)}${interval} ${unitOf(name)}`;
    }),
    hovertemplate: "%{text}<extra></extra>",
  };
}

function endLabel(x: number, y: number, text: string, yanchor: "top" | "bottom"): Record<string, unknown> {
  return {
    x,
    y,
    text,
    yanchor,
    showarrow: false,
    yshift: yanchor === "top" ? -4 : 4,
    font: { size: 10.5, color: SOFT },
  };
}
