import { inputError } from "../util/error.js";
import { distinct, type Figure } from "./figure.js";
import { matrixAxes, matrixTrace } from "./matrix.js";
import { logLimit, logTicks, place, ratioText } from "./ratio.js";
import { axisTitle, baseLayout, DIVERGING } from "./theme.js";

/** One cell of a heat map. */
export interface HeatmapRow {
  /** Row of the map, such as an ablation point; in order of appearance, from the top. */
  readonly point: string;
  /** Column of the map. */
  readonly trace: string;
  /** Value divided by the base's; see {@link EffectRow.ratio}. */
  readonly ratio: number;
}

/** Options of {@link heatmap}. */
export interface HeatmapOptions {
  readonly title: string;
  /** What was counted, for the colour bar. Default: "refaults". */
  readonly measure?: string;
}

/**
 * Ratios to a base, points by traces: colour is the logarithm (white: no effect; halving is as strong as doubling), the
 * text is the ratio itself. Empty where there is none.
 */
export function heatmap(rows: readonly HeatmapRow[], options: HeatmapOptions): Figure {
  if (rows.length === 0) inputError("no rows to plot; run the study first");
  const points = distinct(rows, "point");
  const traces = distinct(rows, "trace");
  const ratios = new Map(rows.map(({ point, trace, ratio }) => [`${point}\n${trace}`, ratio]));
  const limit = logLimit(rows.map((row) => row.ratio));
  const cells = <T>(value: (ratio: number) => T): T[][] =>
    points.map((point) => traces.map((trace) => value(ratios.get(`${point}\n${trace}`) ?? Number.NaN)));
  const map = matrixTrace({
    columns: traces,
    rows: points,
    colour: cells((ratio) => place(ratio, limit)?.at ?? null),
    text: cells(ratioText),
    hover: "%{y}<br>%{x}: %{text}",
    scale: DIVERGING,
    least: -limit,
    middle: 0,
    most: limit,
    title: axisTitle(options.measure ?? "refaults", "ratio to base"),
    ticks: logTicks(limit),
  });
  const layout = baseLayout(options.title, 150 + 30 * points.length, matrixAxes(traces.length, 7));
  return { data: [map], layout };
}
