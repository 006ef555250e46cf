/* Costs of all points on all workloads, and how to draw traces from them; see `regret.ts`. */
import { type BootstrapOptions, type Interval, interval, mean } from "../stats/resample.js";
import type { Row } from "../study/run-grid.js";
import { inputError } from "../util/error.js";
import { mulberry32 } from "../util/random.js";
import { groupBy } from "./group.js";
import { type Measure, perThousand } from "./measure.js";

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

/** Every point on every workload. */
export interface Matrix {
  readonly points: readonly string[];
  readonly workloads: readonly Pick<WorkloadRegret, "workload" | "trace" | "memory">[];
  /** Shape: [workloads][points]. */
  readonly cost: readonly (readonly number[])[];
  readonly regret: readonly (readonly number[])[];
  /** Indices of the workloads of each trace. */
  readonly ofTrace: readonly (readonly number[])[];
}

/** @throws InputError if there are fewer than two points, or no workload has a result of all. */
export function matrixOf(rows: readonly Row[], measure: Measure, floor: number): Matrix {
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
    if (byPoint.size < points.length || own.some(({ status }) => status === "error" || status === "ejected"))
      continue;
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

/** Traces drawn with replacement, by index. */
export function drawTraces(n: number, nrResamples: number, seed: number): Int32Array[] {
  const random = mulberry32(seed);
  return Array.from({ length: nrResamples }, () => Int32Array.from({ length: n }, () => random.int(n)));
}

/** Mean of a number over the workloads, with the interval over the traces. */
export function over(
  { ofTrace }: Matrix,
  options: Required<BootstrapOptions>,
  value: (workload: number) => number,
): Interval {
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
