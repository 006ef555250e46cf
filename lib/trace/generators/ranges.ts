import { MAX_PAGES, MAX_RECORDS, type ParamRange } from "./generator.js";

/** Number of pages, 1 to the slot range. `max` is lower where a generator keeps tables over its pages. */
export function pages(meaning: string, max: number = MAX_PAGES): ParamRange {
  return { meaning, unit: "pages", min: 1, max };
}

/** Most pages of a generator that keeps a table over them (up to 12 bytes a page: 3 GiB). */
export const MAX_TABLE_PAGES: number = 2 ** 28;

/** Number of accesses, 1 to 2^28. */
export const accesses: ParamRange = {
  meaning: "length of the stream",
  unit: "accesses",
  min: 1,
  max: MAX_RECORDS,
};

/** Probability that an access stores. */
export const writeProbability: ParamRange = {
  meaning: "probability that an access stores",
  unit: "probability",
  min: 0,
  max: 1,
  integer: false,
};

/** Exponent of a Zipf distribution; 0 is uniform. */
export const zipfExponent: ParamRange = {
  meaning: "Zipf exponent: rank i (from 1) has weight 1/i^s, and 0 is uniform",
  unit: "exponent",
  min: 0,
  max: 8,
  integer: false,
};

/** Accesses to the hot set between two pages of a scan or stream. */
export const ratio: ParamRange = {
  meaning: "hot accesses before each page of the scan or stream",
  unit: "accesses",
  min: 0,
  max: MAX_RECORDS,
};
