import { inputError } from "../util/error.js";
import { distinct, type Figure } from "./figure.js";
import { logLimit, logTicks, place, ratioText } from "./ratio.js";
import { axis, axisTitle, baseLayout, DIVERGING } from "./theme.js";

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
  const map = {
    type: "heatmap",
    x: traces,
    y: points,
    z: cells((ratio) => place(ratio, limit)?.at ?? null),
    text: cells(ratioText),
    texttemplate: "%{text}",
    textfont: { size: 11.5 },
    colorscale: DIVERGING,
    zmin: -limit,
    zmid: 0,
    zmax: limit,
    xgap: 2,
    ygap: 2,
    hoverongaps: false,
    hovertemplate: "%{y}<br>%{x}: %{text}<extra></extra>",
    colorbar: {
      title: {
        text: axisTitle(options.measure ?? "refaults", "ratio to base"),
        side: "right",
        font: { size: 12 },
      },
      thickness: 12,
      outlinewidth: 0,
      ...logTicks(limit),
    },
  };
  const plain = { ticks: "", showline: false, showgrid: false, tickfont: { size: 12 } };
  const layout = baseLayout(options.title, 150 + 30 * points.length, {
    xaxis: axis("", { ...plain, type: "category", tickangle: traces.length > 7 ? -35 : 0 }),
    yaxis: axis("", { ...plain, type: "category", autorange: "reversed" }),
  });
  return { data: [map], layout };
}
