import { runCell } from "../sim/run-cell.js";
import { checkSamples } from "../sim/timeline.js";
import { openTrace } from "../trace/store.js";
import { inputError } from "../util/error.js";
import type { Cell, OpenTrace } from "./grid.js";
import { levelsOf } from "./levels.js";

/** How to sample. */
export interface TimelineOptions {
  /** Samples of each cell, 1 to 10,000. Default: 100. */
  readonly samples?: number;
  /** Default: traces of `data/traces`, of paths, and of generators. */
  readonly open?: OpenTrace;
}

/** A sample: the labels of its cell, what its point consists of (`levels.ts`), and the columns of `lib/sim/timeline.ts`. */
export type TimelineRow = Readonly<Record<string, number | string | boolean | null>>;

/**
 * The state of each cell over time, as one tidy table: a row a sample, the labels of the cell first. Cells run here, one after
 * another, and nothing is kept: results of a study hold counters only. For {@link timelinePlot}, take the rows of one cell.
 * @throws InputError if there is nothing to sample, or a cell is refused.
 */
export async function timelines(
  cells: readonly Cell[],
  options: TimelineOptions = {},
): Promise<TimelineRow[]> {
  const samples = checkSamples(options.samples ?? 100);
  if (samples === 0 || cells.length === 0) {
    inputError(`nothing to sample: ${samples} samples of ${cells.length} cells; give at least one of each`);
  }
  const rows: TimelineRow[] = [];
  const levels = await levelsOf(cells, () => true);
  for (const [i, { spec, labels }] of cells.entries()) {
    const trace = await (options.open ?? openTrace)(spec.trace);
    const { timeline = [] } = await runCell(
      { ...spec, machine: { ...spec.machine, timeline: samples } },
      trace,
    );
    for (const row of timeline) rows.push({ ...labels, ...levels[i], ...row });
  }
  return rows;
}
