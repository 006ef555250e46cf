import type { Trace } from "./trace.js";

const totals = new WeakMap<Uint32Array, number>();

/** Accesses that a trace stands for: the sum of its counts, computed once for each trace. */
export function nrAccesses({ counts }: Pick<Trace, "counts">): number {
  let total = totals.get(counts);
  if (total === undefined) {
    total = 0;
    for (const count of counts) total += count;
    totals.set(counts, total);
  }
  return total;
}
