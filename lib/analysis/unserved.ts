import { type BootstrapOptions, interval } from "../stats/resample.js";
import type { Matrix } from "./regret-matrix.js";

/** Two workloads, of different traces, that no single point serves. */
export interface UnservedPair {
  readonly a: string;
  readonly b: string;
  /** The point that comes nearest, and its larger regret of the two. */
  readonly point: string;
  readonly regret: number;
}

/** Pairs of workloads of different traces that no single point serves. */
export interface Unserved {
  readonly pairs: readonly UnservedPair[];
  /** Pairs of workloads of different traces. */
  readonly n: number;
  /** Share of them that no single point serves, with its interval; NaN if there is one trace only. */
  readonly share: number;
  readonly lo: number;
  readonly hi: number;
}

/** Pairs that no point is within the tolerance on. */
export function unservedOf(
  { points, workloads, regret: of, ofTrace }: Matrix,
  within: number,
  options: Required<BootstrapOptions>,
): Unserved {
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
