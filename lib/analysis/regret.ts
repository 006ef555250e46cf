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

import { checkedOptions, interval, mean } from "../stats/resample.js";
import type { Row } from "../study/run-grid.js";
import { inputError } from "../util/error.js";
import { mulberry32 } from "../util/random.js";
import { groupBy } from "./group.js";
import { type Measure, perThousand } from "./measure.js";
import type { IntervalOptions } from "./summary.js";

/** What counts as as good. */
export interface RegretOptions extends IntervalOptions {
  /** A cost: less is better. Default: workingset_refault. */
  readonly measure?: Measure;
  /** Share by which a point may cost more than the best and still serve. Default: 0.05. */
  readonly within?: number;
  /** Costs below this, per 1,000 page visits, are taken for it: 3 refaults against none are no infinite regret. Default: 0.1. */
  readonly floor?: number;
}

/** A cell of the regret matrix. */
export interface WorkloadRegret {
  /** Trace and share of memory, such as "sqlite 0.2"; with kernel, swap and swappiness where these vary. */
  readonly workload: string;
  readonly trace: string;
  readonly memory: number;
  readonly point: string;
  /** Mean over the seeds, per 1,000 page visits; Infinity: out of memory. */
  readonly cost: number;
  /** Cost over the least cost on this workload: 1 is the best. */
  readonly regret: number;
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

/** Two points over all workloads. */
export interface Dominance {
  readonly a: string;
  readonly b: string;
  /** Workloads on which a costs less, as much, more than b. */
  readonly less: number;
  readonly equal: number;
  readonly more: number;
  /** a costs more nowhere, and less somewhere. */
  readonly dominates: boolean;
  /** Share of draws of traces in which that is so. */
  readonly share: number;
}

/** Two workloads, of different traces, that no single point serves. */
export interface UnservedPair {
  readonly a: string;
  readonly b: string;
  /** The point that comes nearest, and its larger regret of the two. */
  readonly point: string;
  readonly regret: number;
}

/** What {@link regret} finds; each but `unserved.share` is a plain table. */
export interface Regret {
  readonly workloads: readonly WorkloadRegret[];
  readonly points: readonly PointRegret[];
  readonly dominance: readonly Dominance[];
  readonly unserved: {
    readonly pairs: readonly UnservedPair[];
    /** Pairs of workloads of different traces. */
    readonly n: number;
    /** Share of them that no single point serves, with its interval; NaN if there is one trace only. */
    readonly share: number;
    readonly lo: number;
    readonly hi: number;
  };
}

interface Matrix {
  readonly points: readonly string[];
  readonly workloads: readonly Pick<WorkloadRegret, "workload" | "trace" | "memory">[];
  /** Shape: [workloads][points]. */
  readonly cost: readonly (readonly number[])[];
  readonly regret: readonly (readonly number[])[];
  /** Indices of the workloads of each trace. */
  readonly ofTrace: readonly (readonly number[])[];
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
  { measure = "workingset_refault", within = 0.05, floor = 0.1, ...options }: RegretOptions = {},
): Regret {
  if (!(within >= 0) || !(floor > 0)) {
    inputError(`bad tolerance: within ${within}, floor ${floor}; give within of at least 0, floor above 0`);
  }
  const matrix = matrixOf(rows, measure, floor);
  const checked = checkedOptions(options);
  const draws = drawTraces(matrix.ofTrace.length, checked.nrResamples, checked.seed);
  const dominance = dominanceOf(matrix, draws);
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

function matrixOf(rows: readonly Row[], measure: Measure, floor: number): Matrix {
  const points = [...new Set(rows.map(({ labels }) => labels.point))];
  if (points.length < 2)
    inputError(`nothing to choose between: ${points.join(", ")}; give two points or more`);
  const varies = (["profile", "swap", "swappiness"] as const).filter(
    (name) => new Set(rows.map(({ labels }) => labels[name])).size > 1,
  );
  const nameOf = ({ labels }: Row): string =>
    [labels.trace, labels.memory, ...varies.map((name) => labels[name])].join(" ");
  const workloads: Matrix["workloads"][number][] = [];
  const cost: number[][] = [];
  for (const [workload, own] of groupBy(rows, nameOf)) {
    const byPoint = groupBy(own, ({ labels }) => labels.point);
    // An error says nothing of the policy; being out of memory does.
    if (byPoint.size < points.length || own.some(({ status }) => status === "error")) continue;
    const { trace, memory } = own[0]!.labels;
    workloads.push({ workload, trace, memory });
    cost.push(points.map((point) => mean(byPoint.get(point)!.map((row) => costOf(row, measure)))));
  }
  if (workloads.length === 0)
    inputError("no workload with a result of every point; see the rows' status and error");
  const least = cost.map((own) => Math.max(floor, Math.min(...own)));
  const indices = [...workloads.keys()];
  return {
    points,
    workloads,
    cost,
    regret: cost.map((own, w) => own.map((value) => Math.max(value, floor) / least[w]!)),
    ofTrace: [...groupBy(indices, (w) => workloads[w]!.trace).values()],
  };
}

function costOf(row: Row, measure: Measure): number {
  return row.status === "oom" ? Number.POSITIVE_INFINITY : perThousand(row, measure);
}

function drawTraces(n: number, nrResamples: number, seed: number): Int32Array[] {
  const random = mulberry32(seed);
  return Array.from({ length: nrResamples }, () => Int32Array.from({ length: n }, () => random.int(n)));
}

function pointsOf(
  matrix: Matrix,
  within: number,
  draws: readonly Int32Array[],
  options: ReturnType<typeof checkedOptions>,
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

const maxOf = ({ regret: of, ofTrace }: Matrix, trace: number, point: number): number =>
  Math.max(...ofTrace[trace]!.map((w) => of[w]![point]!));

/** Mean of a number over the workloads, with the interval over the traces. */
function over(
  { ofTrace }: Matrix,
  options: ReturnType<typeof checkedOptions>,
  value: (workload: number) => number,
): ReturnType<typeof interval> {
  const sums = ofTrace.map((own) => own.reduce((sum, w) => sum + value(w), 0));
  const of = (traces: Int32Array): number => {
    let [sum, nr] = [0, 0];
    for (const t of traces) [sum, nr] = [sum + sums[t]!, nr + ofTrace[t]!.length];
    return sum / nr;
  };
  const means = sums.map((sum, t) => sum / ofTrace[t]!.length);
  return interval(
    { n: ofTrace.length, of },
    means.every((value) => value === means[0]),
    options,
  );
}

function dominanceOf({ points, regret: of, ofTrace }: Matrix, draws: readonly Int32Array[]): Dominance[] {
  const pairs = points.flatMap((_, a) => points.map((_, b) => [a, b] as const).filter(([, b]) => a !== b));
  return pairs.map(([a, b]) => {
    const byTrace = ofTrace.map((own) => {
      const less = own.filter((w) => of[w]![a]! < of[w]![b]!).length;
      const more = own.filter((w) => of[w]![a]! > of[w]![b]!).length;
      return { less, more, equal: own.length - less - more };
    });
    const dominates = (traces: Iterable<number>): boolean => {
      let less = 0;
      for (const t of traces) {
        if (byTrace[t]!.more > 0) return false;
        less += byTrace[t]!.less;
      }
      return less > 0;
    };
    const count = (name: "less" | "equal" | "more"): number =>
      byTrace.reduce((sum, own) => sum + own[name], 0);
    return {
      a: points[a]!,
      b: points[b]!,
      less: count("less"),
      equal: count("equal"),
      more: count("more"),
      dominates: dominates(byTrace.keys()),
      share: draws.filter(dominates).length / draws.length,
    };
  });
}

function unservedOf(
  { points, workloads, regret: of, ofTrace }: Matrix,
  within: number,
  options: ReturnType<typeof checkedOptions>,
): Regret["unserved"] {
  const pairs: UnservedPair[] = [];
  const nrTraces = ofTrace.length;
  /** Unserved pairs of each two traces. Shape: [traces * traces]. */
  const counts = new Float64Array(nrTraces * nrTraces);
  let n = 0;
  for (let s = 0; s < nrTraces; s++) {
    for (let t = s + 1; t < nrTraces; t++) {
      const before = pairs.length;
      for (const v of ofTrace[s]!) {
        for (const w of ofTrace[t]!) {
          const larger = points.map((_, p) => Math.max(of[v]![p]!, of[w]![p]!));
          const least = Math.min(...larger);
          if (least <= 1 + within) continue;
          const point = points[larger.indexOf(least)]!;
          pairs.push({ a: workloads[v]!.workload, b: workloads[w]!.workload, point, regret: least });
        }
      }
      counts[s * nrTraces + t] = counts[t * nrTraces + s] = pairs.length - before;
      n += ofTrace[s]!.length * ofTrace[t]!.length;
    }
  }
  pairs.sort((x, y) => y.regret - x.regret);
  if (nrTraces < 2) return { pairs, n, share: Number.NaN, lo: Number.NaN, hi: Number.NaN };
  /** Over pairs of different traces; drawn twice, a trace makes no pair with itself. */
  const shareOf = (traces: Int32Array): number => {
    let [sum, nr] = [0, 0];
    for (let i = 0; i < traces.length; i++) {
      for (let k = i + 1; k < traces.length; k++) {
        if (traces[i] === traces[k]) continue;
        sum += counts[traces[i]! * nrTraces + traces[k]!]!;
        nr += ofTrace[traces[i]!]!.length * ofTrace[traces[k]!]!.length;
      }
    }
    return nr === 0 ? 0 : sum / nr;
  };
  const same = pairs.length === 0 || pairs.length === n;
  const { estimate, low, high } = interval({ n: nrTraces, of: shareOf }, same, options);
  return { pairs, n, share: estimate, lo: low, hi: high };
}
