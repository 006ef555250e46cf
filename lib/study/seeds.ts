import { inputError } from "../util/error.js";
import { sha256 } from "./hash.js";

/*
 * A generator can be run again with another seed; a recorded program cannot be run again from its trace. For
 * a recorded trace a seed therefore picks which part is replayed and moves the limit a little. The spread over
 * such seeds says how much a result depends on where the window starts and on the exact limit, near which a
 * policy may happen to fall off a cliff. It is not sampling error over programs, machines or runs.
 */

/** Share of a recorded trace's records that a window of seed 1 and above holds. */
export const WINDOW_SHARE = 0.85;

/** Largest relative move of the limit, up or down, by a seed of 1 and above. */
export const LIMIT_JITTER = 0.02;

/** What a seed does to a recorded trace. */
export interface RecordedDraw {
  /** Records to replay. Absent: all. */
  readonly window?: { readonly start: number; readonly length: number };
  /** Factor on the memory limit, in [1 - LIMIT_JITTER, 1 + LIMIT_JITTER). */
  readonly limitFactor: number;
}

/** The seeds 0, 1, ..., n - 1. Seed 0 is the trace as it is, at the exact limit. */
export function seeds(n: number): number[] {
  if (!Number.isInteger(n) || n < 1)
    inputError(`bad number of seeds: ${n}; give a whole number of at least 1`);
  return Array.from({ length: n }, (_, seed) => seed);
}

/**
 * Window and limit factor of a seed, drawn from seed and trace alone, so that every policy point and every
 * memory size meets the same ones and differences between points are paired.
 *
 * @param traceDigest - digest of the whole trace.
 * @param nrRecords - its length.
 */
export function drawRecorded(seed: number, traceDigest: string, nrRecords: number): RecordedDraw {
  if (seed === 0) return { limitFactor: 1 };
  const bits = sha256(`window and limit ${seed} ${traceDigest}`);
  const length = Math.max(1, Math.floor(nrRecords * WINDOW_SHARE));
  const start = Math.floor(uniform(bits.slice(0, 8)) * (nrRecords - length + 1));
  return { window: { start, length }, limitFactor: 1 + LIMIT_JITTER * (2 * uniform(bits.slice(8, 16)) - 1) };
}

/** 32 bits in hex as a number in [0, 1). */
function uniform(hex: string): number {
  return Number.parseInt(hex, 16) / 2 ** 32;
}
