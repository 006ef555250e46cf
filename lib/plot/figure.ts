/** One plotly trace as plain data; its fields are plotly's. */
export type PlotlyTrace = Readonly<Record<string, unknown>>;

/** A plotly figure as plain data: what a notebook shows and a test compares. */
export interface Figure {
  readonly data: readonly PlotlyTrace[];
  readonly layout: Readonly<Record<string, unknown>>;
}

/** The distinct values of one field, in the order of their first appearance. */
export function distinct<Row, Key extends keyof Row>(rows: readonly Row[], key: Key): Row[Key][] {
  return [...new Set(rows.map((row) => row[key]))];
}
