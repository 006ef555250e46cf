import type { Trace } from "./trace.js";

const totals = new WeakMap<Uint32Array, number>();

/**
 * Accesses that the first `nr` records of a trace stand for: the sum of their counts. Of all records, computed
 * once for each trace.
 */
export function nrAccesses({ counts }: Pick<Trace, "counts">, nr: number = counts.length): number {
  const known = nr === counts.length ? totals.get(counts) : undefined;
  if (known !== undefined) return known;
  let total = 0;
  for (let i = 0; i < nr; i++) total += counts[i]!;
  if (nr === counts.length) totals.set(counts, total);
  return total;
}
