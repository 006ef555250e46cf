import type { Trace } from "./trace.js";

/** log2 of the records of a block. */
const BLOCK_SHIFT = 12;

/** By the counts of a trace: accesses before each block. */
const totals = new WeakMap<Uint32Array, Float64Array>();

function totalsOf(counts: Uint32Array): Float64Array {
  let sums = totals.get(counts);
  if (sums !== undefined) return sums;
  sums = new Float64Array((counts.length >> BLOCK_SHIFT) + 1);
  for (let block = 0; block + 1 < sums.length; block++) {
    let total = sums[block]!;
    for (let i = block << BLOCK_SHIFT; i < (block + 1) << BLOCK_SHIFT; i++) total += counts[i]!;
    sums[block + 1] = total;
  }
  totals.set(counts, sums);
  return sums;
}

/**
 * Accesses that the first `nr` records of a trace stand for: the sum of their counts. A trace is added up once, in blocks;
 * after that each answer reads one block at most.
 */
export function nrAccesses({ counts }: Pick<Trace, "counts">, nr: number = counts.length): number {
  const block = nr >> BLOCK_SHIFT;
  let total = totalsOf(counts)[block]!;
  for (let i = block << BLOCK_SHIFT; i < nr; i++) total += counts[i]!;
  return total;
}
