/*
 * The standard normal distribution, as far as intervals need it: a few calls an interval, so short and exact
 * beats fast. Source of the series: Marsaglia, Evaluating the Normal Distribution, Journal of Statistical
 * Software 11(4), 2004.
 */

/** Beyond this, both tails are below the resolution of a double near 1. */
const LIMIT = 8.2;

/** Probability that a standard normal number is at most z. Absolute error below 1e-14. */
export function normalCdf(z: number): number {
  if (z <= -LIMIT) return 0;
  if (z >= LIMIT) return 1;
  let term = z;
  let sum = z;
  for (let k = 3; k < 400 && Math.abs(term) > 1e-18; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-0.5 * z * z)) / Math.sqrt(2 * Math.PI);
}

/** The z that {@link normalCdf} maps to p, for p in [0, 1]; at 0 and 1 it is -Infinity and Infinity. */
export function normalQuantile(p: number): number {
  if (p <= 0) return Number.NEGATIVE_INFINITY;
  if (p >= 1) return Number.POSITIVE_INFINITY;
  let low = -LIMIT;
  let high = LIMIT;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
