import type { PolicySpec, SwitchValue } from "../sim/cell.js";
import type { Point } from "../study/grid.js";
import { inputError } from "../util/error.js";

/** Switches and their values, see `lib/sim/switches.ts`. */
export type Switches = Readonly<Record<string, SwitchValue>>;

/** A policy of this package by name, or anyone's by module. */
export type PolicyChoice = string | PolicySpec;

/**
 * A mechanism of a design: what is set where it is off, and what where it is on. Plain data, as
 * `{ name: "walk", off: { walk: "off" }, on: { walk: "on" } }`.
 */
export interface Factor {
  /** A word or a few, without "+", "−", "×", ":" and ",": it becomes part of the points' names. */
  readonly name: string;
  readonly off: Switches;
  readonly on: Switches;
  /** The policy on either side, where it is one of the things that change; one factor of a design at most. */
  readonly policy?: { readonly off: PolicyChoice; readonly on: PolicyChoice };
  /**
   * Factors without which this one can do nothing: all of them, and of a list any. Where they are off, its switches
   * are left out whether it is on or off: two cells of one spec, computed once. Without `needs`, such a cell is
   * refused by the switchboard and listed as invalid. "not walk" needs that walk is off: where a factor takes a
   * mechanism away. Names that the design does not have do not count.
   */
  readonly needs?: readonly (string | readonly string[])[];
  /** What it is, in a sentence. */
  readonly text?: string;
}

/** Bits of the factors that are on; factor i is bit i. */
export type Combination = number;

/** Most factors of a design. */
export const MAX_FACTORS = 20;

/** Names of the factors that are on. */
export function namesOn(factors: readonly Factor[], combination: Combination): string[] {
  return factors.filter((_, i) => isOn(combination, i)).map(({ name }) => name);
}

export const isOn = (combination: Combination, i: number): boolean => ((combination >>> i) & 1) === 1;

/** "none", "all", "walk + tiers", or, if more are on than off, "all − walk". */
export function combinationName(factors: readonly Factor[], combination: Combination): string {
  const on = namesOn(factors, combination);
  if (on.length === factors.length) return "all";
  if (on.length === 0) return "none";
  if (2 * on.length <= factors.length) return on.join(" + ");
  const off = factors.filter((_, i) => !isOn(combination, i)).map(({ name }) => name);
  return `all − ${off.join(" − ")}`;
}

/** Policy and switches of a combination. `policy` counts unless a factor has one. */
export function pointOf(
  factors: readonly Factor[],
  combination: Combination,
  policy: PolicyChoice | undefined,
): Point {
  const set: Record<string, SwitchValue> = {};
  let chosen = policy;
  for (const [i, factor] of factors.entries()) {
    const side = isOn(combination, i) ? "on" : "off";
    if (factor.policy !== undefined) chosen = factor.policy[side];
    if (hasNeeds(factors, combination, factor)) Object.assign(set, factor[side]);
  }
  if (chosen === undefined) {
    inputError("no policy: give the design a policy, or one factor that chooses between two");
  }
  return { policy: chosen, set };
}

/** Whether what a factor needs is on. */
export function hasNeeds(
  factors: readonly Factor[],
  combination: Combination,
  { needs = [] }: Factor,
): boolean {
  return needs.every((need) => {
    const there = [need].flat().flatMap((text) => {
      const { name, wanted } = sideOf(text);
      const i = factors.findIndex((factor) => factor.name === name);
      return i < 0 ? [] : [isOn(combination, i) === wanted];
    });
    return there.length === 0 || there.includes(true);
  });
}

/** The factor that a need names, and whether it is wanted on. */
export function sideOf(need: string): { readonly name: string; readonly wanted: boolean } {
  return need.startsWith(NOT)
    ? { name: need.slice(NOT.length), wanted: false }
    : { name: need, wanted: true };
}

/** Before the name of a factor that is to be off. */
export const NOT = "not ";

/** @throws InputError for none, too many, a name twice or a bad one, a switch of two factors, a factor of no change. */
export function checkFactors(factors: readonly Factor[]): void {
  if (!Array.isArray(factors) || factors.length === 0 || factors.length > MAX_FACTORS) {
    inputError(`bad factors: ${factors?.length ?? factors}; give 1 to ${MAX_FACTORS} of { name, off, on }`);
  }
  const ownerOf = new Map<string, string>();
  for (const [i, { name, off, on, policy }] of factors.entries()) {
    if (typeof name !== "string" || !/^[^+−×:,]+$/.test(name) || /^(all|none|not .*)$/.test(name)) {
      inputError(
        `bad name: ${name} (factor ${i}); use words without + − × : and ,; not all, not none, no "not" first`,
      );
    }
    if (factors.findIndex((other) => other.name === name) !== i)
      inputError(`two factors of one name: ${name}`);
    const changed = new Set([...Object.keys(off), ...Object.keys(on)].filter((key) => off[key] !== on[key]));
    if (changed.size === 0 && policy === undefined) {
      inputError(`a factor without change: ${name}; let off and on differ in a switch`);
    }
    for (const key of new Set([...Object.keys(off), ...Object.keys(on), ...(policy ? ["policy"] : [])])) {
      const owner = ownerOf.get(key);
      if (owner !== undefined)
        inputError(`${key} is set by two factors: ${owner} and ${name}; set it in one`);
      ownerOf.set(key, name);
    }
  }
}
