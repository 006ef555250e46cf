/*
 * The standard normal distribution, as far as intervals need it: R's own algorithms, as ported in lib-r-math.js
 * (Wichura's AS 241 for quantiles, Cody's for probabilities).
 */
import { pnorm, qnorm } from "lib-r-math.js";

/** Probability that a standard normal number is at most z. */
export const normalCdf = (z: number): number => pnorm(z);

/** The z that {@link normalCdf} maps to p, for p in [0, 1]; at 0 and 1 it is -Infinity and Infinity. */
export const normalQuantile = (p: number): number => qnorm(p);
