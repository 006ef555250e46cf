import type { RefaultCurveRow } from "../plot/refault-curve.js";
import { type Cell, footprintOf, type OpenTrace, openStored } from "../study/grid.js";
import type { Row } from "../study/run-grid.js";
import type { Trace } from "../trace/trace.js";
import { groupBy } from "./group.js";
import { perThousand } from "./measure.js";
import { minCurve } from "./min.js";

/*
 * Curves over memory sizes. Rates are per 1,000 trace records: a record is one visit of a page, however many
 * loads and stores the visit made, so rates of programs with long and short visits compare.
 */

/** The unit of these curves, for an axis. */
export const PER_RECORDS = "per 1,000 page visits";

/**
 * Refaults per 1,000 trace records over memory, a line for each point: the value is that of seed 0 (the whole trace
 * at the exact limit), the band the range over all seeds.
 * @param counter - What to count. Default: workingset_refault.
 */
export function refaultCurves(rows: readonly Row[], counter = "workingset_refault"): RefaultCurveRow[] {
  const curves: RefaultCurveRow[] = [];
  for (const row of rows) {
    const { trace, point, memory, seed } = row.labels;
    if (seed !== 0 || row.status !== "ok") continue;
    const range = rows
      .filter(({ labels, status }) => status === "ok" && labels.trace === trace && labels.point === point)
      .filter(({ labels }) => labels.memory === memory)
      .map((repeat) => perThousand(repeat, counter));
    const value = perThousand(row, counter);
    curves.push({ trace, policy: point, memory, value, lo: Math.min(...range), hi: Math.max(...range) });
  }
  return curves;
}

/**
 * Refaults of a point over those of its base at the same trace, limit and seed, over memory: the value is that of
 * seed 0, the band the range over all seeds. Cells whose base has no refault are left out.
 */
export function ratioCurve(
  rows: readonly Row[],
  point: string,
  base: string,
  counter = "workingset_refault",
): RefaultCurveRow[] {
  const find = (name: string, like: Row["labels"]): Row | undefined =>
    rows.find(({ labels, status }) => {
      const { trace, memory, seed } = labels;
      const same = trace === like.trace && memory === like.memory && seed === like.seed;
      return status === "ok" && labels.point === name && same;
    });
  const ratios = rows
    .filter(({ labels }) => labels.point === point)
    .map(({ labels }) => ({
      labels,
      ratio: (find(point, labels)?.counters[counter] ?? 0) / (find(base, labels)?.counters[counter] ?? 0),
    }))
    .filter(({ ratio }) => Number.isFinite(ratio));
  return ratios
    .filter(({ labels }) => labels.seed === 0)
    .map(({ labels: { trace, memory }, ratio }) => {
      const range = ratios.filter(({ labels }) => labels.trace === trace && labels.memory === memory);
      const all = range.map((repeat) => repeat.ratio);
      return {
        trace,
        policy: `${point} / ${base}`,
        memory,
        value: ratio,
        lo: Math.min(...all),
        hi: Math.max(...all),
      };
    });
}

/** The bound below those lines: Belady's MIN on the whole trace, which knows the future. */
export function minRefaultCurve(name: string, trace: Trace, memory: readonly number[]): RefaultCurveRow[] {
  const footprint = footprintOf(trace);
  const bounds = minCurve(
    trace,
    memory.map((share) => Math.round(share * footprint)),
  );
  return bounds.map(({ refaults }, i) => ({
    trace: name,
    policy: "MIN",
    memory: memory[i]!,
    value: (1000 * refaults) / trace.records.length,
  }));
}

/**
 * Miss-ratio curves of a study with the bound below them: refaults of every point over memory, and MIN on each
 * recorded or generated trace at the same sizes. Traces are opened once each, one after another.
 *
 * @param cells - The cells of the study; they say which traces. Rows without a cell get no bound.
 * @example
 * show(refaultCurve(await missRatioCurves(study.rows, cells), { bounds: ["MIN"], log: true, unit: PER_RECORDS }));
 */
export async function missRatioCurves(
  rows: readonly Row[],
  cells: readonly Cell[],
  open: OpenTrace = openStored,
): Promise<RefaultCurveRow[]> {
  const curves = refaultCurves(rows);
  const wholes = groupBy(
    cells.filter(({ labels }) => labels.seed === 0),
    ({ labels }) => labels.trace,
  );
  for (const [name, own] of wholes) {
    const memory = [...new Set(own.map(({ labels }) => labels.memory))].sort((a, b) => a - b);
    curves.push(...minRefaultCurve(name, await open(own[0]!.spec.trace), memory));
  }
  return curves;
}
