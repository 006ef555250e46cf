import { inputError } from "../../util/error.js";
import type { Random } from "../../util/random.js";
import type { GeneratorParams } from "../spec.js";
import { SLOT_MASK } from "../trace.js";

/** Bit of a stream word: the page belongs to the second region (the file that `mix` streams). */
export const SECOND: number = 0x4000_0000;

/** Most pages that a trace can name: the slot range of a record, 2^30 (4 TiB of 4 KiB pages). */
export const MAX_PAGES: number = SLOT_MASK + 1;

/** Most records of a generated trace, 2^28: its records and counts then take 2 GiB. */
export const MAX_RECORDS: number = 2 ** 28;

/** One parameter: what it means, and which numbers are allowed (both ends included). */
export interface ParamRange {
  readonly meaning: string;
  readonly unit: "pages" | "accesses" | "probability" | "share" | "exponent" | "phases" | "slots";
  readonly min: number;
  readonly max: number;
  /** Only whole numbers. Default: true. */
  readonly integer?: boolean;
  /** Value when the parameter is left out. Without it, the parameter is required. */
  readonly default?: number;
}

/** How much a stream touches. */
export interface StreamSize {
  /** Words of the stream. */
  readonly records: number;
  /** Pages of the region that the spec names; touched pages are 0 .. pages-1. For `mix`: of its anonymous set. */
  readonly pages: number;
  /** Pages of the second region; 0 but for `mix`. */
  readonly secondPages: number;
}

/**
 * A seeded source of page accesses. A stream is a list of words: {@link WRITE} | {@link SECOND} | page, so what
 * the pages are (anonymous, mapped file, descriptor) is settled later and never moves a draw.
 */
export interface Generator<Name extends string = string> {
  /** What the stream is, in one sentence. */
  readonly meaning: string;
  readonly params: Readonly<Record<Name, ParamRange>>;
  /** Upper bounds that depend on other parameters, both ends included. Called when each value is in its range. */
  limits?(p: Readonly<Record<Name, number>>): Partial<Record<Name, readonly [min: number, max: number]>>;
  size(p: Readonly<Record<Name, number>>): StreamSize;
  /** Fill `out` (Uint32Array[size(p).records]) with the stream. The file's header states the order of draws. */
  fill(p: Readonly<Record<Name, number>>, random: Random, out: Uint32Array): void;
}

/** Parameter that every generator takes: the distance of neighbouring anonymous pages. */
const STRIDE: ParamRange = {
  meaning: "distance between neighbouring anonymous pages; 512 puts one page in each leaf page table",
  unit: "slots",
  min: 1,
  max: MAX_PAGES,
  default: 1,
};

function rangeText(range: ParamRange): string {
  return `${range.integer === false ? "a number" : "an integer"} from ${range.min} to ${range.max} (${range.unit})`;
}

function checkValue(name: string, key: string, value: number, range: ParamRange): void {
  const whole = range.integer === false || Number.isInteger(value);
  if (whole && value >= range.min && value <= range.max) return;
  inputError(`invalid ${key} of generator ${name}: ${value}; use ${rangeText(range)}, ${range.meaning}`);
}

/**
 * The parameters of one stream, complete and checked: every one known, present or defaulted, and in its range.
 *
 * @throws InputError that names generator, parameter, value and allowed range.
 */
export function checkParams(name: string, generator: Generator, given: GeneratorParams): GeneratorParams {
  const ranges: Readonly<Record<string, ParamRange>> = { ...generator.params, stride: STRIDE };
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(ranges, key)) continue;
    inputError(
      `unknown parameter of generator ${name}: ${key} = ${given[key]}; it takes ${Object.keys(ranges).join(", ")}`,
    );
  }
  const params: Record<string, number> = {};
  for (const [key, range] of Object.entries(ranges)) {
    const value = given[key] ?? range.default;
    if (value === undefined) {
      inputError(`missing ${key} of generator ${name}; give ${rangeText(range)}, ${range.meaning}`);
    }
    checkValue(name, key, value, range);
    params[key] = value;
  }
  for (const [key, bounds] of Object.entries(generator.limits?.(params) ?? {})) {
    if (bounds === undefined) continue;
    const range = { ...ranges[key]!, min: bounds[0], max: bounds[1] };
    checkValue(name, key, params[key]!, range);
  }
  return params;
}
