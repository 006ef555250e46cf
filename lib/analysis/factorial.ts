/*
 * Main effects and two-way interactions of a factorial, on logarithms (ratios) or rates (differences).
 *
 *              filter off   filter on         main effect of walk  = mean of its effect over all the rest
 *   walk off       a            b                                  = (c - a + d - b) / 2
 *   walk on        c            d             walk x filter        = half of what the filter adds to it
 *                                                                  = ((d - b) - (c - a)) / 2
 *
 * So what walk does where filter is on is main x interaction (as ratios), and where it is off main / interaction.
 * An interaction of 1 says that the two are separable: what one does, it does whatever the other is.
 *
 * Signs +1 and -1 are fitted by least squares for each trace, which in whole factorials and regular fractions is
 * the difference of means above. What no run can tell apart is not estimated, but named in `aliases`; three-way
 * interactions are taken to be nothing.
 *
 * Source: Yates, The Design and Analysis of Factorial Experiments, 1937; Box, Hunter & Hunter, Statistics for
 * Experimenters, 2nd ed. 2005, chapters 5 and 6.
 */

import type { Places } from "../design/design.js";
import type { Combination } from "../design/factor.js";
import { isOn } from "../design/factor.js";
import type { Row } from "../study/run-grid.js";
import { combine, type Lattice, lattices } from "./lattice.js";
import { type Measures, REFAULTS } from "./measure.js";
import { corrected, type IntervalOptions, type Scale, type Summary, summary } from "./summary.js";

/** What is estimated, and how. */
export interface AnalysisOptions extends IntervalOptions {
  /** Default: {@link REFAULTS}. */
  readonly measures?: Measures;
  /** "ratio" (default), or "difference" per 1,000 page visits, which also takes counts of 0. */
  readonly scale?: Scale;
}

/** A main effect or an interaction of two factors. */
export interface FactorialEffect extends Summary {
  /** The policy, see {@link Places}; "" where there is one group only. */
  readonly group: string;
  readonly measure: string;
  /** "walk", or "walk × filter". */
  readonly term: string;
  readonly a: string;
  /** The second factor of an interaction; null for a main effect. */
  readonly b: string | null;
  /** Terms that these runs cannot tell from it. */
  readonly aliases: readonly string[];
  /** Blocks (trace, size, seed) left out because some combination has no value. */
  readonly leftOut: number;
}

interface Term {
  readonly name: string;
  readonly a: number;
  readonly b: number | null;
}

/**
 * Main effects, then two-way interactions, of each measure and group; each of the two is a family of Holm's.
 *
 * @example
 * const ours = factorialEffects(study.rows, await design({ kind: "full", ... }));
 * showTable(ours, { columns: ["term", "value", "lo", "hi", "typical", "n", "p", "pHolm", "pLeast"] });
 * // term           value  lo    hi    typical  n  p     pHolm  pLeast
 * // walk            0.93  0.88  0.99     0.94  7  0.03   0.22    0.016
 * // walk × filter   1.01  1.00  1.02     1.00  7  0.41   1.00    0.016
 * @throws InputError if no row is of the design, or no block is whole.
 */
export function factorialEffects(
  rows: readonly Row[],
  design: Places,
  { measures = REFAULTS, scale = "ratio", ...options }: AnalysisOptions = {},
): FactorialEffect[] {
  return Object.entries(measures).flatMap(([measure, counters]) =>
    lattices(rows, design, counters, scale).flatMap((lattice) => {
      const fitted = leastSquares(lattice.combinations, design.factors).map(({ term, weights, aliases }) => ({
        group: lattice.group,
        measure,
        term: term.name,
        a: design.factors[term.a]!,
        b: term.b === null ? null : design.factors[term.b]!,
        ...summary(combine(lattice, weights), scale, options),
        aliases,
        leftOut: lattice.leftOut,
      }));
      return [
        ...corrected(fitted.filter(({ b }) => b === null)),
        ...corrected(fitted.filter(({ b }) => b !== null)),
      ];
    }),
  );
}

interface Fitted {
  readonly term: Term;
  /** Of the combinations' values in the effect. */
  readonly weights: Float64Array;
  readonly aliases: readonly string[];
}

/**
 * Least squares by orthogonal columns (modified Gram-Schmidt): each column less its share of those before it; one of
 * which nothing is left is a mix of them, so an alias.
 */
function leastSquares(combinations: Lattice["combinations"], factors: readonly string[]): Fitted[] {
  const basis: { term: Term | undefined; column: Float64Array; shares: number[] }[] = [];
  const aliases = new Map<Term | undefined, string[]>();
  for (const term of [undefined, ...termsOf(factors)]) {
    const column = Float64Array.from(combinations, (mask) => signOf(mask, term));
    const shares = basis.map(({ column: other }) => takeOut(column, other));
    if (dot(column, column) > 1e-9 * combinations.length) {
      basis.push({ term, column, shares });
      continue;
    }
    for (const [i, share] of inOriginalColumns(shares, basis).entries()) {
      if (Math.abs(share) < 1e-9) continue;
      const own = basis[i]!.term;
      aliases.set(own, [...(aliases.get(own) ?? []), term!.name]);
    }
  }
  // Weights of a coefficient: rows of R^-1 Q', from the last column back.
  const weights = basis.map(({ column }) => {
    const squares = dot(column, column);
    return column.map((value) => value / squares);
  });
  for (let i = basis.length - 1; i >= 0; i--) {
    for (let later = i + 1; later < basis.length; later++) {
      const share = basis[later]!.shares[i]!;
      if (share !== 0) addTo(weights[i]!, weights[later]!, -share);
    }
  }
  return basis.flatMap(({ term }, i) =>
    term === undefined
      ? []
      : [{ term, weights: weights[i]!.map((w) => 2 * w), aliases: aliases.get(term) ?? [] }],
  );
}

/** What a column is made of, in shares of the columns themselves instead of the orthogonal ones. */
function inOriginalColumns(shares: readonly number[], basis: readonly { shares: number[] }[]): number[] {
  const found = [...shares];
  for (let i = basis.length - 1; i >= 0; i--) {
    for (let k = 0; k < i; k++) found[k] = found[k]! - found[i]! * basis[i]!.shares[k]!;
  }
  return found;
}

function termsOf(factors: readonly string[]): Term[] {
  const terms: Term[] = factors.map((name, a) => ({ name, a, b: null }));
  for (let a = 0; a < factors.length; a++) {
    for (let b = a + 1; b < factors.length; b++) terms.push({ name: `${factors[a]} × ${factors[b]}`, a, b });
  }
  return terms;
}

function signOf(mask: Combination, term: Term | undefined): number {
  if (term === undefined) return 1;
  const a = isOn(mask, term.a) ? 1 : -1;
  return term.b === null ? a : a * (isOn(mask, term.b) ? 1 : -1);
}

function dot(xs: Float64Array, ys: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < xs.length; i++) sum += xs[i]! * ys[i]!;
  return sum;
}

function addTo(xs: Float64Array, ys: Float64Array, factor: number): void {
  for (let i = 0; i < xs.length; i++) xs[i] = xs[i]! + factor * ys[i]!;
}

/** Take a column's share of another one out of it. */
function takeOut(column: Float64Array, other: Float64Array): number {
  const share = dot(column, other) / dot(other, other);
  addTo(column, other, -share);
  return share;
}
