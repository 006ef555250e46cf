/*
 * Factors from two policies: everything in which the second differs from the first, a factor a mechanism. With
 * all of them off a machine is the first policy, with all on it is the second, whatever kernel profile.
 *
 *   off  lru    two lists    walk=off  filter=off    lookaround=0   fd=two-touch  tiers=off  balance=cost   ...
 *   on   mglru  generations  walk=on   filter=bloom  lookaround=64  fd=refs       tiers=pid  balance=tiers  ...
 *               placement    walk      Bloom filter  look-around    counted reads tiers      PID balance
 */
import { PLAIN, type Settings } from "../mechanisms/settings.js";
import type { CellSpec } from "../sim/cell.js";
import { resolvePolicy } from "../sim/resolve-policy.js";
import { neverAsked, resolveSettings } from "../sim/switchboard.js";
import { inputError } from "../util/error.js";
import { type Factor, NOT, type PolicyChoice, sideOf } from "./factor.js";

/** Name of the factor that is the policy itself: which lists folios are on, when they age, which leave. */
export const PLACEMENT = "placement";

type Part = Pick<Factor, "name" | "needs"> & { readonly text: string };

/** What a switch is called as a factor, and what it can do nothing without where the second policy brings it. */
const PARTS: Readonly<Partial<Record<keyof Settings, Part>>> = {
  references: { name: "reference check", text: "what the check at the tail asks" },
  walk: { name: "walk", text: "page tables are walked" },
  filter: { name: "Bloom filter", needs: ["walk"], text: "walks visit tables that were dense" },
  nonleaf: { name: "non-leaf bits", needs: ["walk"], text: "walks skip tables that were not accessed" },
  lookaround: { name: "look-around", text: "neighbours of a young victim are read" },
  fd: { name: "counted reads", text: "what a read through a descriptor leaves behind" },
  ages: { name: "flag ages", needs: [["walk", "look-around"]], text: "how a listed folio becomes young" },
  young: { name: "young rule", needs: [["walk", "look-around"]], text: "what a folio found young becomes" },
  exec: { name: "exec rule", text: "executable pages count for more" },
  workingset: { name: "refault window", text: "which refaults are recent" },
  tiers: { name: "tiers", needs: ["counted reads"], text: "often-read pages are protected by feedback" },
  balance: { name: "PID balance", text: "what chooses between anonymous and file memory" },
  insertion: { name: "insertion", text: "where a faulted folio enters" },
  aging: { name: "aging", text: "when a generation is added" },
  budget: { name: "budget", text: "how much a pass evicts" },
  dirty: { name: "dirty", needs: [PLACEMENT], text: "what becomes of dirty file folios at the tail" },
};

/** Whether a machine has what a factor can need. */
const HAS: Readonly<Record<string, (settings: Settings) => boolean>> = {
  walk: ({ walk }) => walk === "on",
  "look-around": ({ lookaround }) => lookaround > 0,
  "counted reads": ({ fd }) => fd.startsWith("refs"),
};

/**
 * All in which two policies differ, as factors for a design; {@link bundle} joins some into one. 11 between
 * traditional LRU and MGLRU in 6.12. A difference that neither policy has what it needs for is none: without walk
 * and look-around, what becomes of a folio found young means nothing.
 *
 * @example
 * const factors = await factorsBetween("lru", "mglru");
 * factors.map(({ name }) => name); // ["placement", "walk", "Bloom filter", "non-leaf bits", "look-around", ...]
 * @throws InputError for an unknown policy, or two that do not differ.
 */
export async function factorsBetween(
  off: PolicyChoice,
  on: PolicyChoice,
  profile: CellSpec["profile"] = "6.12",
): Promise<Factor[]> {
  const [first, second] = [await sideFor(off, profile), await sideFor(on, profile)];
  const factors: Factor[] = [];
  if (JSON.stringify(off) !== JSON.stringify(on)) {
    const text = "which lists folios are on, when they age, which leave";
    factors.push({ name: PLACEMENT, off: {}, on: {}, policy: { off, on }, text });
  }
  for (const key of Object.keys(PARTS) as (keyof Settings)[]) {
    const { name, text } = PARTS[key]!;
    const [a, b] = [first.settings[key], second.settings[key]];
    const needs = needsOf(key, first, second);
    if (a === b || needs === undefined) continue;
    const sides = { off: { [key]: a }, on: { [key]: b } };
    factors.push({ name, ...(needs.length > 0 && { needs }), text, ...sides });
  }
  if (factors.length === 0) inputError(`no difference: ${JSON.stringify(off)} is compared with itself`);
  return factors;
}

interface Side {
  readonly settings: Settings;
  /** Whether it would refuse a value there. */
  readonly neverAsks: (key: keyof Settings) => boolean;
}

async function sideFor(choice: PolicyChoice, profile: string): Promise<Side> {
  const policy = await resolvePolicy(typeof choice === "string" ? { name: choice } : choice);
  return {
    settings: resolveSettings(policy, {}, profile),
    neverAsks: (key) => neverAsked(key, policy),
  };
}

/** What a switch needs between these two: the side that has it; undefined if neither has. */
function needsOf(key: keyof Settings, first: Side, second: Side): Factor["needs"] | undefined {
  const needs: (string | readonly string[])[] = [];
  for (const need of PARTS[key]!.needs ?? []) {
    const has = [need].flat().map((name) => whichSide(name, HAS[name], first, second));
    if (has.includes(true)) continue;
    const names = has.filter((name) => typeof name === "string");
    if (names.length === 0) return undefined;
    needs.push(names.length === 1 ? names[0]! : names);
  }
  const foreign = [first, second].some(({ settings }) => settings[key] !== PLAIN[key]);
  const [a, b] = [first, second].map(({ neverAsks }) => !foreign || !neverAsks(key));
  if (!a && !b) return undefined;
  const placement = a ? NOT + PLACEMENT : PLACEMENT;
  if (a !== b && !needs.includes(placement)) needs.push(placement);
  return needs;
}

/** Whether both sides have it; else the name of the factor as it must be, or nothing. */
function whichSide(
  name: string,
  has: ((settings: Settings) => boolean) | undefined,
  first: Side,
  second: Side,
): string | boolean {
  if (has === undefined) return name;
  const [a, b] = [has(first.settings), has(second.settings)];
  if (a === b) return a;
  return b ? name : NOT + name;
}

/**
 * Some of the factors, some of them joined: the value is the factors that a name stands for. What a joined factor
 * needs is what its parts need and do not bring. Factors that are not named are left out: their switches go with
 * the policy.
 *
 * @example
 * bundle(factors, { placement: ["placement"], walk: ["walk", "Bloom filter", "non-leaf bits"] });
 * @throws InputError for a factor that there is not.
 */
export function bundle(
  factors: readonly Factor[],
  parts: Readonly<Record<string, readonly string[]>>,
): Factor[] {
  const bundleOf = new Map(Object.entries(parts).flatMap(([name, own]) => own.map((part) => [part, name])));
  const bundled = (need: string): string => {
    const { name, wanted } = sideOf(need);
    return `${wanted ? "" : NOT}${bundleOf.get(name) ?? name}`;
  };
  return Object.entries(parts).map(([name, own]) => {
    const chosen = own.map((part) => {
      const found = factors.find((factor) => factor.name === part);
      return found ?? inputError(`no such factor: ${part} (bundle ${name}); one of ${listed(factors)}`);
    });
    const needs = chosen
      .flatMap((factor) => factor.needs ?? [])
      .map((need) => [...new Set([need].flat().map(bundled))])
      .filter((need) => !need.some((other) => sideOf(other).name === name))
      .filter((need, i, all) => all.findIndex((other) => other.join() === need.join()) === i);
    const policy = chosen.find((factor) => factor.policy !== undefined)?.policy;
    return {
      name,
      off: Object.assign({}, ...chosen.map(({ off }) => off)),
      on: Object.assign({}, ...chosen.map(({ on }) => on)),
      ...(policy !== undefined && { policy }),
      ...(needs.length > 0 && { needs }),
      text: chosen.map(({ name: part, text }) => text ?? part).join("; "),
    };
  });
}

const listed = (factors: readonly Factor[]): string => factors.map(({ name }) => name).join(", ");
