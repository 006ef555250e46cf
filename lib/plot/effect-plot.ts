import { inputError } from "../util/error.js";
import { type Panel, panels, panelTitle } from "./facets.js";
import { distinct, type Figure, type PlotlyTrace } from "./figure.js";
import { logLimit, logTicks, place, ratioText } from "./ratio.js";
import { axis, baseLayout, faded, LESS, MORE, SAME, SOFT, wrap } from "./theme.js";

/** The effect of one ablation point on one measure, relative to its base. */
export interface EffectRow {
  /** Name of the point, such as "no Bloom filters". */
  readonly point: string;
  /** What it is compared with; points of one base stand together. */
  readonly base: string;
  /** What was counted, such as "refaults": a panel each, in order of appearance. */
  readonly measure: string;
  /** Value divided by the base's. 1: no effect; 0: the point does none of it; Infinity: its base does none. */
  readonly ratio: number;
  /** Interval of `ratio`. Both or neither. */
  readonly lo?: number;
  readonly hi?: number;
  /** Name of a trace if the row is about one; without it, the row is the summary over all. */
  readonly trace?: string;
}

/** Options of {@link effectPlot}. */
export interface EffectPlotOptions {
  /** Default: "Effect of each ablation point, relative to its base". */
  readonly title?: string;
  /** Measure by which points are ranked within their base. Default: the first that appears. */
  readonly rankBy?: string;
  /** Largest ratio on the axis, and the inverse of the smallest; what lies beyond is a triangle at the edge. Default: all. */
  readonly clip?: number;
}

/** A line of the plot: a point, or the heading of a base. */
type Line = { readonly base: string; readonly point?: string };

/**
 * Ranked effects: a row for each point, a panel for each measure; the summary is a dot with its interval, each trace
 * a small dot. The axis is logarithmic (halving is as far as doubling). Colour is the sign, grey where the interval
 * includes 1. Values off the axis (none, new) are triangles at its edge.
 */
export function effectPlot(rows: readonly EffectRow[], options: EffectPlotOptions = {}): Figure {
  const summaries = rows.filter((row) => row.trace === undefined);
  if (summaries.length === 0)
    inputError("no summary rows to plot; give one row without a trace for each point");
  const measures = distinct(rows, "measure");
  const lines = rankedLines(summaries, options.rankBy ?? measures[0]!);
  const yOf = new Map(lines.map(({ base, point }, i) => [`${base}\n${point}`, lines.length - 1 - i]));
  const grid = panels(measures.length, measures.length, { x: 0.025, y: 0 });
  const data: PlotlyTrace[] = [];
  const axes: Record<string, unknown> = {};
  for (const [i, measure] of measures.entries()) {
    const panel = grid[i]!;
    const own = rows.filter((row) => row.measure === measure);
    const limit = Math.min(logLimit(own.map((row) => row.ratio)), Math.log2(options.clip ?? Infinity));
    const y = (row: EffectRow): number => yOf.get(`${row.base}\n${row.point}`) ?? 0;
    const at = { xaxis: panel.x, yaxis: "y", showlegend: false, type: "scatter" };
    data.push({
      ...at,
      ...traceDots(
        own.filter((row) => row.trace !== undefined),
        limit,
        y,
      ),
    });
    data.push({
      ...at,
      ...summaryDots(
        own.filter((row) => row.trace === undefined),
        limit,
        y,
      ),
    });
    axes[panel.xKey] = axis("", {
      domain: panel.xDomain,
      anchor: "y",
      ...logTicks(limit),
      range: [-limit * 1.12, limit * 1.12],
      tickangle: 0,
    });
  }
  axes.yaxis = pointAxis(lines);
  const layout = baseLayout(
    options.title ?? "Effect of each ablation point, relative to its base",
    150 + 24 * lines.length,
    {
      ...axes,
      shapes: grid.map((panel) => noEffectLine(panel, lines.length)),
      annotations: [...measures.map((measure, i) => heading(grid[i]!, measure, measures.length)), note()],
      hovermode: "closest",
    },
  );
  return { data, layout: { ...layout, margin: { t: 84, r: 24, b: 64, l: 64 } } };
}

/** Bases in order of appearance, each with a heading and its points by ratio, smallest first. */
function rankedLines(summaries: readonly EffectRow[], rankBy: string): Line[] {
  return distinct(summaries, "base").flatMap((base): Line[] => {
    const own = summaries.filter((row) => row.base === base);
    const key = (point: string): number => {
      const ratio = own.find((row) => row.point === point && row.measure === rankBy)?.ratio;
      return ratio === undefined || Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : ratio;
    };
    const ranked = distinct(own, "point").sort((a, b) => (key(a) === key(b) ? 0 : key(a) - key(b)));
    return [{ base }, ...ranked.map((point) => ({ base, point }))];
  });
}

const yRange = (nrLines: number): [number, number] => [-0.7, nrLines - 0.4];

function pointAxis(lines: readonly Line[]): Record<string, unknown> {
  return axis("", {
    tickvals: lines.map((_, i) => lines.length - 1 - i),
    ticktext: lines.map(({ base, point }) => point ?? `<b>against ${base}</b>`),
    range: yRange(lines.length),
    ticks: "",
    showline: false,
    tickfont: { size: 12 },
  });
}

function colour(row: EffectRow): string {
  const { ratio, lo = ratio, hi = ratio } = row;
  if (Number.isNaN(ratio) || (lo <= 1 && hi >= 1)) return SAME;
  return ratio < 1 ? LESS : MORE;
}

function symbol(row: EffectRow, limit: number, inside: string): string {
  if (!place(row.ratio, limit)?.clipped) return inside;
  return row.ratio < 1 ? "triangle-left" : "triangle-right";
}

function traceDots(rows: readonly EffectRow[], limit: number, y: (row: EffectRow) => number): PlotlyTrace {
  const shown = rows.filter((row) => place(row.ratio, limit));
  return {
    mode: "markers",
    x: shown.map((row) => place(row.ratio, limit)!.at),
    y: shown.map(y),
    marker: {
      size: 5,
      color: shown.map((row) => faded(colour(row), 0.45)),
      symbol: shown.map((row) => symbol(row, limit, "circle")),
    },
    text: shown.map((row) => `${row.trace}: ${ratioText(row.ratio)}`),
    hovertemplate: "%{text}<extra></extra>",
  };
}

function summaryDots(rows: readonly EffectRow[], limit: number, y: (row: EffectRow) => number): PlotlyTrace {
  const shown = rows.filter((row) => place(row.ratio, limit));
  const ends = shown.map(({ ratio, lo = ratio, hi = ratio }) => {
    const at = place(ratio, limit)!.at;
    const reach = (end: number): number => Math.abs((place(end, limit)?.at ?? at) - at);
    return { plus: reach(hi), minus: reach(lo) };
  });
  const interval = ({ lo, hi }: EffectRow): string =>
    lo === undefined || hi === undefined ? "" : ` (${ratioText(lo)} to ${ratioText(hi)})`;
  return {
    mode: "markers",
    x: shown.map((row) => place(row.ratio, limit)!.at),
    y: shown.map(y),
    error_x: {
      type: "data",
      symmetric: false,
      array: ends.map(({ plus }) => plus),
      arrayminus: ends.map(({ minus }) => minus),
      color: SOFT,
      thickness: 1.5,
      width: 0,
    },
    marker: {
      size: 10,
      color: shown.map(colour),
      symbol: shown.map((row) => symbol(row, limit, "circle")),
      line: { color: "#ffffff", width: 1 },
    },
    text: shown.map(
      (row) => `<b>${row.point}</b><br>${row.measure}: ${ratioText(row.ratio)}${interval(row)}`,
    ),
    hovertemplate: "%{text}<extra></extra>",
  };
}

/** Above the grid, in units of both axes: on a single panel, a line in the paper's lies below the background. */
function noEffectLine(panel: Panel, nrLines: number): Record<string, unknown> {
  const [y0, y1] = yRange(nrLines);
  const line = { color: SOFT, width: 1 };
  return { type: "line", xref: panel.x, yref: "y", x0: 0, x1: 0, y0, y1, line, layer: "between" };
}

/** Names of measures are broken, so that neighbours do not touch. */
function heading(panel: Panel, measure: string, nr: number): Record<string, unknown> {
  return panelTitle(panel, wrap(measure, Math.max(10, 100 / nr)).join("<br>"));
}

function note(): Record<string, unknown> {
  const text =
    "ratio to base (log scale); small dots: one trace each; triangles: off the scale, none, or none in the base";
  return {
    text,
    x: 0,
    y: 0,
    xref: "paper",
    yref: "paper",
    xanchor: "left",
    yanchor: "top",
    yshift: -30,
    showarrow: false,
    font: { size: 11, color: SOFT },
  };
}
