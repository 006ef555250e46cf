/*
 * The rows of a design as numbers on its lattice: for each combination of factors and each trace one value, the mean
 * over the blocks of the trace (memory sizes, seeds, machines). A block in which any combination has no value (out
 * of memory, an error, a count of 0 whose logarithm there is not) is left out whole, so that all combinations are
 * averaged over the same blocks. Combinations without any row, as those that the switchboard refuses, are not part
 * of the lattice.
 */

import type { Places } from "../design/design.js";
import type { Combination } from "../design/factor.js";
import { mean } from "../stats/resample.js";
import type { Row } from "../study/run-grid.js";
import { inputError } from "../util/error.js";
import { blockOf, groupBy } from "./group.js";
import { amount, type Measure, perThousand } from "./measure.js";
import type { Scale } from "./summary.js";

/** Values of one group of a design on one measure. */
export interface Lattice {
  /** The policy, see {@link Places}. */
  readonly group: string;
  readonly traces: readonly string[];
  /** Combinations that have values, ascending. */
  readonly combinations: readonly Combination[];
  /** One value a trace: a logarithm for ratios. Shape of each: [traces]. */
  readonly values: ReadonlyMap<Combination, Float64Array>;
  /** Blocks that were left out. */
  readonly leftOut: number;
}

/**
 * Lattices of all groups of a design.
 * @throws InputError if no row is of the design, or no block is whole.
 */
export function lattices(rows: readonly Row[], design: Places, measure: Measure, scale: Scale): Lattice[] {
  const own = rows.filter(({ labels }) => Object.hasOwn(design.places, labels.point));
  if (own.length === 0) inputError(`no rows of the design: ${rows.length} rows; give those of its own cells`);
  const groups = groupBy(own, ({ labels }) => design.places[labels.point]!.group);
  return [...groups].map(([group, ofGroup]) => lattice(group, ofGroup, design, measure, scale));
}

function lattice(
  group: string,
  rows: readonly Row[],
  design: Places,
  measure: Measure,
  scale: Scale,
): Lattice {
  const maskOf = masks(design);
  const combinations = [...new Set(rows.map(({ labels }) => maskOf.get(labels.point)!))].sort(
    (a, b) => a - b,
  );
  const blocks = groupBy(
    rows.map((row) => ({ row, value: valueIn(row, measure, scale) })),
    ({ row }) => blockOf(row.labels),
  );
  const whole = [...blocks.values()].filter(
    (block) => block.length === combinations.length && block.every(({ value }) => Number.isFinite(value)),
  );
  if (whole.length === 0) refuse([...blocks.values()][0]!, combinations.length, scale);
  const byTrace = groupBy(whole.flat(), ({ row }) => row.labels.trace);
  const values = new Map(combinations.map((mask) => [mask, new Float64Array(byTrace.size)]));
  for (const [t, ofTrace] of [...byTrace.values()].entries()) {
    for (const [point, cells] of groupBy(ofTrace, ({ row }) => row.labels.point)) {
      values.get(maskOf.get(point)!)![t] = mean(cells.map(({ value }) => value));
    }
  }
  return { group, traces: [...byTrace.keys()], combinations, values, leftOut: blocks.size - whole.length };
}

/** NaN where there is no result, -Infinity for the logarithm of 0. */
function valueIn(row: Row, measure: Measure, scale: Scale): number {
  if (row.status !== "ok") return Number.NaN;
  return scale === "ratio" ? Math.log(amount(row, measure)) : perThousand(row, measure);
}

function refuse(block: readonly { row: Row; value: number }[], nr: number, scale: Scale): never {
  const bad = block.find(({ value }) => !Number.isFinite(value))?.row;
  const what = (row: Row): string => `${row.labels.point} ${row.status === "ok" ? "counts 0" : row.status}`;
  const example = bad === undefined ? `${block.length} of ${nr} cells` : what(bad);
  const help = scale === "ratio" ? ', or use scale "difference", which takes counts of 0' : "";
  inputError(
    `no block of trace, size and seed has a value of every combination (in the first: ${example}); leave such out${help}`,
  );
}

/** The combination of each point. */
function masks({ factors, places }: Places): Map<string, Combination> {
  return new Map(
    Object.entries(places).map(([point, { on }]) => [
      point,
      on.reduce((mask, name) => mask | (1 << factors.indexOf(name)), 0),
    ]),
  );
}

/** A linear function of a lattice's values, trace by trace. Weights: [combinations]. Shape: [traces]. */
export function combine({ traces, combinations, values }: Lattice, weights: ArrayLike<number>): Float64Array {
  const sum = new Float64Array(traces.length);
  for (const [i, mask] of combinations.entries()) {
    const weight = weights[i]!;
    if (weight === 0) continue;
    const own = values.get(mask)!;
    for (let t = 0; t < sum.length; t++) sum[t] = sum[t]! + weight * own[t]!;
  }
  return sum;
}
