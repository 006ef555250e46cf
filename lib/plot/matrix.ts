import type { PlotlyTrace } from "./figure.js";
import { axis } from "./theme.js";

type Cells<T> = readonly (readonly (T | null)[])[];

/** A matrix of coloured cells with text in them. Shape of each table: [rows][columns]. */
export interface Matrix {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** Where each cell stands on the colour scale; null: empty. */
  readonly colour: Cells<number>;
  readonly text: Cells<string>;
  /** What the pointer shows, for `%{customdata}` in `hover`. */
  readonly about?: Cells<string>;
  readonly hover: string;
  readonly scale: readonly (readonly [number, string])[];
  readonly least: number;
  readonly most: number;
  /** The value in the middle of the scale. Default: halfway. */
  readonly middle?: number;
  /** Title of the colour bar, and plotly's fields for its ticks. */
  readonly title: string;
  readonly ticks: Readonly<Record<string, unknown>>;
}

export function matrixTrace(matrix: Matrix): PlotlyTrace {
  const { columns, rows, colour, text, about, hover, scale, least, most, middle, title, ticks } = matrix;
  return {
    type: "heatmap",
    x: columns,
    y: rows,
    z: colour,
    text,
    ...(about !== undefined && { customdata: about }),
    texttemplate: "%{text}",
    textfont: { size: 11.5 },
    colorscale: scale,
    zmin: least,
    ...(middle !== undefined && { zmid: middle }),
    zmax: most,
    xgap: 2,
    ygap: 2,
    hoverongaps: false,
    hovertemplate: `${hover}<extra></extra>`,
    colorbar: {
      title: { text: title, side: "right", font: { size: 12 } },
      thickness: 12,
      outlinewidth: 0,
      ...ticks,
    },
  };
}

/** Axes of a matrix: names at the cells, first row on top; slanted below if there are more than `most` columns. */
export function matrixAxes(
  columns: number,
  most: number,
): { readonly xaxis: Record<string, unknown>; readonly yaxis: Record<string, unknown> } {
  const plain = { ticks: "", showline: false, showgrid: false, tickfont: { size: 12 }, type: "category" };
  return {
    xaxis: axis("", { ...plain, tickangle: columns > most ? -35 : 0 }),
    yaxis: axis("", { ...plain, autorange: "reversed" }),
  };
}
