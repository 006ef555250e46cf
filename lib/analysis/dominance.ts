import type { Matrix } from "./regret-matrix.js";

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

/** All ordered pairs of points; `draws` are traces by index, costs within `tie` of each other are equal. */
export function dominanceOf(
  { points, regret: of, ofTrace }: Matrix,
  draws: readonly Int32Array[],
  tie: number,
): Dominance[] {
  const pairs = points.flatMap((_, a) => points.map((_, b) => [a, b] as const).filter(([, b]) => a !== b));
  return pairs.map(([a, b]) => {
    const byTrace = ofTrace.map((own) => {
      const less = own.filter((w) => of[w]![a]! * (1 + tie) < of[w]![b]!).length;
      const more = own.filter((w) => of[w]![a]! > of[w]![b]! * (1 + tie)).length;
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
