/*
 * Weights of Shapley values over a lattice of combinations.
 *
 * From none to all, factors are turned on one after another; what one adds depends on which are on already. Its
 * Shapley value is the mean of what it adds over all k! orders:
 *
 *   phi_i = sum over S without i of  |S|! (k - |S| - 1)! / k!  (v(S + i) - v(S))
 *
 * Along each order the additions telescope to v(all) - v(none), so the parts sum to the gap. Where some combinations
 * cannot run, the mean is over the orders that meet none of them, counted as paths through the lattice: with p(S)
 * paths from none to S and q(S) from S to all, the weight of a step is p(S) q(S + i) / p(all). With all
 * combinations this is Shapley's weight.
 *
 * Source: Shapley, A value for n-person games, 1953; orders with precedence: Faigle & Kern, The Shapley value for
 * cooperative games under precedence constraints, Int. J. of Game Theory 21, 1992; interaction index: Grabisch &
 * Roubens, Int. J. of Game Theory 28, 1999; sampling: Castro, Gomez & Tejada, Computers & Operations Research 36,
 * 2009.
 */
import { type Combination, isOn } from "../design/factor.js";

/** Weights of the combinations in a number; one array a number. Shape of each: [combinations]. */
export type Weights = readonly Float64Array[];

/** Factors are at most so many that the orders can be counted in a double: 18! < 2^53. */
export const MAX_ORDERED = 18;

/** Index of each combination. */
export function indexOf(combinations: readonly Combination[]): Map<Combination, number> {
  return new Map(combinations.map((mask, i) => [mask, i]));
}

/** Shapley weights of each factor over the orders whose combinations are all there; undefined if there is none. */
export function exactWeights(combinations: readonly Combination[], k: number): Weights | undefined {
  const at = indexOf(combinations);
  const all = 2 ** k - 1;
  const from = countPaths(combinations, at, k, 0, true);
  const to = countPaths(combinations, at, k, all, false);
  const total = from[at.get(all) ?? -1] ?? 0;
  if (total === 0) return undefined;
  const weights = Array.from({ length: k }, () => new Float64Array(combinations.length));
  for (const [s, mask] of combinations.entries()) {
    for (let i = 0; i < k; i++) {
      const t = isOn(mask, i) ? undefined : at.get(mask | (1 << i));
      if (t === undefined) continue;
      const weight = (from[s]! * to[t]!) / total;
      weights[i]![t] = weights[i]![t]! + weight;
      weights[i]![s] = weights[i]![s]! - weight;
    }
  }
  return weights;
}

/** Paths between each combination and `end`, adding (up) or taking away a factor at a step. */
function countPaths(
  combinations: readonly Combination[],
  at: ReadonlyMap<Combination, number>,
  k: number,
  end: Combination,
  up: boolean,
): Float64Array {
  const paths = new Float64Array(combinations.length);
  // Ascending numbers: a combination comes after all of which it is a superset.
  const order = [...combinations.keys()];
  for (const s of up ? order : order.reverse()) {
    const mask = combinations[s]!;
    if (mask === end) paths[s] = 1;
    for (let i = 0; i < k; i++) {
      if (isOn(mask, i) !== up) continue;
      paths[s] = paths[s]! + (paths[at.get(mask ^ (1 << i)) ?? -1] ?? 0);
    }
  }
  return paths;
}

/** Weights of what each factor adds in one order; undefined if a combination on the way is not there. */
export function orderWeights(
  combinations: readonly Combination[],
  order: readonly number[],
): Weights | undefined {
  const at = indexOf(combinations);
  const weights = order.map(() => new Float64Array(combinations.length));
  let mask = 0;
  let before = at.get(0);
  for (const i of order) {
    const after = at.get((mask |= 1 << i));
    if (before === undefined || after === undefined) return undefined;
    weights[i]![after] = 1;
    weights[i]![before] = -1;
    before = after;
  }
  return weights;
}

/**
 * Weights of the Shapley interaction index of two factors: the mean over orders of what the second adds more for the
 * first being on, v(S+i+j) - v(S+i) - v(S+j) + v(S), with weight |S|! (k - |S| - 2)! / (k - 1)!. Over those S whose
 * four corners are there; `coverage` is their share of the weight.
 */
export function interactionWeights(
  combinations: readonly Combination[],
  k: number,
  a: number,
  b: number,
): { readonly weights: Float64Array; readonly coverage: number } {
  const at = indexOf(combinations);
  const weights = new Float64Array(combinations.length);
  const [bitA, bitB] = [1 << a, 1 << b];
  let coverage = 0;
  for (const [s, mask] of combinations.entries()) {
    if (isOn(mask, a) || isOn(mask, b)) continue;
    const corners = [at.get(mask | bitA | bitB), at.get(mask | bitA), at.get(mask | bitB)];
    if (corners.includes(undefined)) continue;
    const weight = shapleyWeight(sizeOf(mask), k - 1);
    coverage += weight;
    for (const [i, sign] of [1, -1, -1].entries())
      weights[corners[i]!] = weights[corners[i]!]! + sign * weight;
    weights[s] = weights[s]! + weight;
  }
  return {
    weights: coverage > 0 ? weights.map((weight) => weight / coverage) : weights,
    coverage: combinations.length === 2 ** k ? 1 : coverage, // without rounding
  };
}

/** s! (k - s - 1)! / k!, as 1 / (k choose s) / (k - s). */
function shapleyWeight(s: number, k: number): number {
  let choose = 1;
  for (let i = 0; i < s; i++) choose = (choose * (k - i)) / (i + 1);
  return 1 / choose / (k - s);
}

function sizeOf(mask: Combination): number {
  let nr = 0;
  for (let left = mask; left !== 0; left &= left - 1) nr++;
  return nr;
}
