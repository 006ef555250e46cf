/*
 * Does one policy serve all? On each workload (a trace at a size of memory) every point costs so many refaults; its
 * regret is that cost over the best one's there.
 *
 *   regret     sqlite 0.2   git 0.2   sort 0.2      worst   within 5 %
 *   LRU           1           1.4       1.02         1.4       2/3        minimax: its worst is the smallest
 *   MGLRU         2.1         1         1            2.1       2/3
 *
 * A point dominates another if it costs more nowhere and less somewhere; those that no other dominates are the
 * front. A pair of workloads is unserved if no single point is within the tolerance of the best on both.
 *
 * Intervals and shares come from drawing traces with replacement, each with all its sizes: "would it be so with
 * other programs?". A worst case only grows with more programs, so it has no interval but the share of draws in
 * which the point is the minimax.
 *
 * Source: Savage, The theory of statistical decision, Journal of the American Statistical Association 46, 1951
 * (minimax regret).
 */

import { type BootstrapOptions, checkedOptions } from "../stats/resample.js";
import type { Row } from "../study/run-grid.js";
import { inputError } from "../util/error.js";
import { type Dominance, dominanceOf } from "./dominance.js";
import type { Measure } from "./measure.js";
import { drawTraces, type Matrix, matrixOf, over, type WorkloadRegret } from "./regret-matrix.js";
import type { IntervalOptions } from "./summary.js";
import { type Unserved, unservedOf } from "./unserved.js";

/** What counts as as good. */
export interface RegretOptions extends IntervalOptions {
  /** A cost: less is better. Default: workingset_refault. */
  readonly measure?: Measure;
  /** Share by which a point may cost more than the best and still serve. Default: 0.05. */
  readonly within?: number;
  /**
   * Share by which two costs may differ and be as much as each other in `dominance`. Default: 0, to the event. Above 0
   * a may dominate b and b dominate c without a dominating c.
   */
  readonly tie?: number;
  /** Costs below this, per 1,000 page visits, are taken for it: 3 refaults against none are no infinite regret. Default: 0.1. */
  readonly floor?: number;
}

/** A point over all workloads. */
export interface PointRegret {
  readonly point: string;
  /** Workloads. */
  readonly n: number;
  /** Workloads on which nothing costs less. */
  readonly best: number;
  /** Share of workloads on which it is within the tolerance of the best, with its interval. */
  readonly within: number;
  readonly withinLo: number;
  readonly withinHi: number;
  /** Geometric mean of its regret, with its interval (null if it ran out of memory somewhere). */
  readonly mean: number;
  readonly lo: number | null;
  readonly hi: number | null;
  /** Its largest regret, and where. */
  readonly worst: number;
  readonly worstOn: string;
  /** No point has a smaller worst regret. */
  readonly minimax: boolean;
  /** Share of draws of traces in which that is so. */
  readonly minimaxShare: number;
  /** Points that dominate it; none: it is on the front. */
  readonly dominatedBy: readonly string[];
}

/** What {@link regret} finds; each but `unserved.share` is a plain table. */
export interface Regret {
  readonly workloads: readonly WorkloadRegret[];
  readonly points: readonly PointRegret[];
  readonly dominance: readonly Dominance[];
  readonly unserved: Unserved;
}

/**
 * Regret, dominance and unserved pairs of all points of a study, whatever their bases.
 *
 * @example
 * const { workloads, points, dominance, unserved } = regret(study.rows, { within: 0.05 });
 * showTable(points, { columns: ["point", "within", "withinLo", "withinHi", "mean", "worst", "worstOn", "minimaxShare"] });
 * @throws InputError if there are fewer than two points, or no workload has a result of all.
 */
export function regret(
  rows: readonly Row[],
  { measure = "workingset_refault", within = 0.05, tie = 0, floor = 0.1, ...options }: RegretOptions = {},
): Regret {
  if (!(within >= 0) || !(tie >= 0) || !(floor > 0)) {
    inputError(`bad tolerance: within ${within}, tie ${tie}, floor ${floor}; give 0 or more, floor above 0`);
  }
  const matrix = matrixOf(rows, measure, floor);
  const checked = checkedOptions(options);
  const draws = drawTraces(matrix.ofTrace.length, checked.nrResamples, checked.seed);
  const dominance = dominanceOf(matrix, draws, tie);
  return {
    workloads: matrix.workloads.flatMap((workload, w) =>
      matrix.points.map((point, p) => {
        return { ...workload, point, cost: matrix.cost[w]![p]!, regret: matrix.regret[w]![p]! };
      }),
    ),
    points: pointsOf(matrix, within, draws, checked, dominance),
    dominance,
    unserved: unservedOf(matrix, within, checked),
  };
}

const maxOf = ({ regret: of, ofTrace }: Matrix, trace: number, point: number): number =>
  Math.max(...ofTrace[trace]!.map((w) => of[w]![point]!));

function pointsOf(
  matrix: Matrix,
  within: number,
  draws: readonly Int32Array[],
  options: Required<BootstrapOptions>,
  dominance: readonly Dominance[],
): PointRegret[] {
  const { points, workloads, ofTrace } = matrix;
  const worstOf = (traces: ArrayLike<number>): number[] =>
    points.map((_, p) => Math.max(...Array.from(traces, (t) => maxOf(matrix, t, p))));
  const everywhere = Array.from(ofTrace.keys());
  const worst = worstOf(everywhere);
  const least = Math.min(...worst);
  const minimax = points.map(() => 0);
  for (const draw of draws) {
    const drawn = worstOf(draw);
    const best = Math.min(...drawn);
    for (let p = 0; p < points.length; p++) if (drawn[p] === best) minimax[p] = minimax[p]! + 1;
  }
  return points.map((point, p) => {
    const own = matrix.regret.map((regrets) => regrets[p]!);
    const served = over(matrix, options, (w) => (own[w]! <= 1 + within ? 1 : 0));
    const finite = own.every(Number.isFinite);
    const logs = finite ? over(matrix, options, (w) => Math.log(own[w]!)) : undefined;
    return {
      point,
      n: workloads.length,
      best: own.filter((value) => value === 1).length,
      within: served.estimate,
      withinLo: served.low,
      withinHi: served.high,
      mean: logs === undefined ? Number.POSITIVE_INFINITY : Math.exp(logs.estimate),
      lo: logs === undefined ? null : Math.exp(logs.low),
      hi: logs === undefined ? null : Math.exp(logs.high),
      worst: worst[p]!,
      worstOn: workloads[own.indexOf(worst[p]!)]!.workload,
      minimax: worst[p] === least,
      minimaxShare: minimax[p]! / draws.length,
      dominatedBy: dominance.filter(({ b, dominates }) => b === point && dominates).map(({ a }) => a),
    };
  });
}
