/*
 * What each mechanism is worth of the gap between two policies: Shapley values, see `chains.ts`. On ratios the
 * parts multiply to the gap, on differences they add up to it.
 */
import type { Places } from "../design/design.js";
import { mean } from "../stats/resample.js";
import type { Row } from "../study/run-grid.js";
import { inputError } from "../util/error.js";
import { exactWeights, interactionWeights, MAX_ORDERED, orderWeights, type Weights } from "./chains.js";
import type { AnalysisOptions } from "./factorial.js";
import { combine, type Lattice, lattices } from "./lattice.js";
import { REFAULTS } from "./measure.js";
import { corrected, type Scale, type Summary, summary } from "./summary.js";

/** A mechanism's part of the gap, or the gap itself. */
export interface Attribution extends Summary {
  readonly group: string;
  readonly measure: string;
  /** Name of the factor; "all" for the gap, the last row of its measure and group. */
  readonly factor: string;
  /** Part of the gap, of its logarithm for ratios; the parts sum to 1. Null if there is no gap. */
  readonly share: number | null;
  /** Where its step of the waterfall starts and ends: from no effect to the gap, in the order of the factors. */
  readonly from: number;
  readonly to: number;
  /**
   * "exact": all combinations ran. "possible orders": some cannot run, the mean is over the orders without them.
   * "sampled orders": a design of orders; see `samplingError`.
   */
  readonly method: "exact" | "possible orders" | "sampled orders";
  /** Orders that the mean is over; null where they were counted and not listed. */
  readonly orders: number | null;
  /**
   * Standard error of the value from drawing orders, beside and not in its interval: in the unit of a difference, or as
   * a share of a ratio (0.01: 1 %). 0 where nothing was drawn, null with a single pair of orders.
   */
  readonly samplingError: number | null;
  readonly leftOut: number;
}

/**
 * Shapley attribution of the gap between none and all of a design's factors: of a full factorial (exact), or of a
 * design of orders (sampled).
 *
 * @example
 * attribution(study.rows, ours).map(({ factor, value, lo, hi, share }) => ...);
 * // factor     value  lo    hi    share  from  to
 * // placement   0.90  0.81  1.02   0.61  1     0.90
 * // walk        0.95  0.90  1.00   0.30  0.90  0.85
 * // tiers       0.98  0.95  1.01   0.09  0.85  0.84
 * // all         0.84  0.74  0.97   1     1     0.84
 * @throws InputError if no order from none to all is there, or no block is whole.
 */
export function attribution(
  rows: readonly Row[],
  design: Places,
  { measures = REFAULTS, scale = "ratio", ...options }: AnalysisOptions = {},
): Attribution[] {
  return Object.entries(measures).flatMap(([measure, counters]) =>
    lattices(rows, design, counters, scale).flatMap((lattice) => {
      const { weights, method, orders, errorOf } = weigh(lattice, design);
      const parts = corrected(
        weights.map((own, i) => ({
          factor: design.factors[i]!,
          ...summary(combine(lattice, own), scale, options),
          samplingError: errorOf(i, scale),
        })),
      );
      const gapWeights = weights.reduce((sum, own) => sum.map((w, i) => w + own[i]!));
      const gap = {
        factor: "all",
        ...summary(combine(lattice, gapWeights), scale, options),
        samplingError: 0,
      };
      const { group, leftOut } = lattice;
      return waterfall(parts, gap, scale).map((row) => ({ group, measure, ...row, method, orders, leftOut }));
    }),
  );
}

type Part = Summary & Pick<Attribution, "factor" | "samplingError">;

function waterfall(
  parts: readonly Part[],
  gap: Part,
  scale: Scale,
): (Part & Pick<Attribution, "share" | "from" | "to">)[] {
  const inner = (x: number): number => (scale === "ratio" ? Math.log(x) : x);
  const whole = inner(gap.value);
  const start = scale === "ratio" ? 1 : 0;
  let at = start;
  const steps = parts.map((part) => {
    const from = at;
    at = scale === "ratio" ? at * part.value : at + part.value;
    return { ...part, share: whole === 0 ? null : inner(part.value) / whole, from, to: at };
  });
  return [...steps, { ...gap, share: whole === 0 ? null : 1, from: start, to: gap.value }];
}

interface Weighed {
  readonly weights: Weights;
  readonly method: Attribution["method"];
  readonly orders: number | null;
  readonly errorOf: (factor: number, scale: Scale) => number | null;
}

function weigh(lattice: Lattice, design: Places): Weighed {
  const { combinations } = lattice;
  const k = design.factors.length;
  if (design.orders !== undefined) return weighOrders(lattice, design.orders, k);
  const full = combinations.length === 2 ** k;
  if (k > MAX_ORDERED) inputError(`too many factors: ${k}, more than ${MAX_ORDERED}; use a design of orders`);
  const weights = design.kind === "full" ? exactWeights(combinations, k) : undefined;
  if (weights === undefined) {
    inputError(
      `no Shapley values: the design (${design.kind}) has ${combinations.length} of ${2 ** k} combinations, and they are no fair choice of orders from none to all; use kind full or orders`,
    );
  }
  return { weights, method: full ? "exact" : "possible orders", orders: null, errorOf: () => 0 };
}

/** Means over the orders that can be gone; an order and its reverse, drawn together, are one draw. */
function weighOrders(lattice: Lattice, orders: readonly (readonly number[])[], k: number): Weighed {
  const { combinations } = lattice;
  const draws: Weights[] = [];
  let nr = 0;
  for (let i = 0; i < orders.length; i += 2) {
    const both = [orders[i]!, orders[i + 1]!].map((order) => orderWeights(combinations, order));
    const gone = both.filter((weights) => weights !== undefined);
    nr += gone.length;
    if (gone.length > 0) draws.push(meanWeights(gone, k, combinations.length));
  }
  if (draws.length === 0) {
    inputError(
      `no order can be gone: each of ${orders.length} meets a combination without result; draw more`,
    );
  }
  return {
    weights: meanWeights(draws, k, combinations.length),
    method: "sampled orders",
    orders: nr,
    errorOf(factor, scale) {
      if (draws.length < 2) return null;
      const values = draws.map((weights) => mean(combine(lattice, weights[factor]!)));
      const centre = mean(values);
      const variance = values.reduce((sum, x) => sum + (x - centre) ** 2, 0) / (values.length - 1);
      const error = Math.sqrt(variance / values.length);
      return scale === "ratio" ? Math.expm1(error) : error;
    },
  };
}

function meanWeights(draws: readonly Weights[], k: number, length: number): Weights {
  return Array.from({ length: k }, (_, i) => {
    const sum = new Float64Array(length);
    for (const weights of draws) for (let s = 0; s < length; s++) sum[s] = sum[s]! + weights[i]![s]!;
    return sum.map((weight) => weight / draws.length);
  });
}

/** How much two mechanisms do together beyond what each does alone. */
export interface InteractionIndex extends Summary {
  readonly group: string;
  readonly measure: string;
  readonly a: string;
  readonly b: string;
  /** Share of its weight for which all four corners ran, above 0, 1 if all combinations did. */
  readonly coverage: number;
  readonly leftOut: number;
}

/**
 * Shapley interaction index of each pair of factors (Grabisch & Roubens): above 1 (ratios) the two do more together
 * than apart, 1: they are separable. It is twice the interaction of {@link factorialEffects} where no three-way
 * interaction is: there, a squared ratio. Holm's family is the pairs of one measure and group. Pairs that never
 * meet with all four corners are left out.
 *
 * @example
 * interactionIndices(study.rows, ours); // a: "walk", b: "PID", value: 1.01, lo: 0.99, hi: 1.04, coverage: 1, ...
 * @throws InputError for a design that is not full, or if no block is whole.
 */
export function interactionIndices(
  rows: readonly Row[],
  design: Places,
  { measures = REFAULTS, scale = "ratio", ...options }: AnalysisOptions = {},
): InteractionIndex[] {
  if (design.kind !== "full")
    inputError(`no interaction index: the design is of kind ${design.kind}; use full`);
  const { factors } = design;
  return Object.entries(measures).flatMap(([measure, counters]) =>
    lattices(rows, design, counters, scale).flatMap((lattice) => {
      const pairs = factors.flatMap((a, i) =>
        factors.slice(i + 1).map((b, k) => ({ a, b, i, k: i + 1 + k })),
      );
      return corrected(
        pairs.flatMap(({ a, b, i, k }) => {
          const found = interactionWeights(lattice.combinations, factors.length, i, k);
          if (found.coverage === 0) return [];
          const { group, leftOut } = lattice;
          const { coverage } = found;
          const value = summary(combine(lattice, found.weights), scale, options);
          return [{ group, measure, a, b, ...value, coverage, leftOut }];
        }),
      );
    }),
  );
}
