import { inputError } from "../util/error.js";
import { mulberry32, permutation } from "../util/random.js";
import type { Combination, Factor } from "./factor.js";
import { type AliasStructure, aliasStructure, fraction } from "./fraction.js";

/**
 * Which combinations of the factors run:
 *
 * - "leave-one-out": all on, and all but one.
 * - "add-one-in": none on, and one alone.
 * - "one-at-a-time": `from`, and each factor the other way round.
 * - "full": all 2^k.
 * - "fraction": the 2^(k-p) that p `generators` choose, such as "E=ABCD"; see `fraction.ts`.
 * - "subset": none, all, and others drawn at random, `size` in all.
 * - "orders": what `size` random orders pass through that add one factor after another, each with its reverse:
 *   for Shapley values where 2^k is too much.
 */
export type Kind =
  | { readonly kind: "leave-one-out" | "add-one-in" | "full" }
  | { readonly kind: "one-at-a-time"; readonly from: readonly string[] }
  | { readonly kind: "fraction"; readonly generators: readonly string[] }
  | { readonly kind: "subset" | "orders"; readonly size: number; readonly drawSeed?: number };

/** The combinations of a design, in their order. */
export interface Combinations {
  readonly combinations: readonly Combination[];
  /** What the others are compared with. */
  readonly base: Combination;
  readonly alias?: AliasStructure;
  /** Orders of factors, by index, for "orders". */
  readonly orders?: readonly (readonly number[])[];
}

/** Most combinations of one design. */
const MAX_COMBINATIONS = 2 ** 16;
const MAX_ORDERS = 10_000;

/** @throws InputError for an unknown kind, a `from`, generator or size that does not fit. */
export function combinationsOf(factors: readonly Factor[], spec: Kind): Combinations {
  const k = factors.length;
  const all = 2 ** k - 1;
  switch (spec.kind) {
    case "leave-one-out":
      return { combinations: [all, ...toggled(k, all)], base: all };
    case "add-one-in":
      return { combinations: [0, ...toggled(k, 0)], base: 0 };
    case "one-at-a-time": {
      if (!Array.isArray(spec.from)) inputError(`no from: ${spec.from}; give the factors that are on, or []`);
      const from = maskOf(factors, spec.from);
      return { combinations: [from, ...toggled(k, from)], base: from };
    }
    case "full":
      checkCount(2 ** k, "use a fraction, a subset or orders");
      return { combinations: Array.from({ length: 2 ** k }, (_, i) => i), base: 0 };
    case "fraction": {
      if (!Array.isArray(spec.generators))
        inputError(`no generators: ${spec.generators}; give a list such as ["D=ABC"]`);
      const alias = aliasStructure(k, spec.generators);
      checkCount(2 ** (k - spec.generators.length), "give more generators");
      return { combinations: fraction(k, spec.generators), base: 0, alias };
    }
    case "subset":
      return { combinations: drawSubset(k, spec.size, spec.drawSeed ?? 1), base: 0 };
    case "orders": {
      const orders = drawOrders(k, spec.size, spec.drawSeed ?? 1);
      return { combinations: passed(orders), base: 0, orders };
    }
    default:
      return inputError(
        `unknown kind of design: ${(spec as { kind: unknown }).kind}; one of leave-one-out, add-one-in, one-at-a-time, full, fraction, subset, orders`,
      );
  }
}

const toggled = (k: number, from: Combination): Combination[] =>
  Array.from({ length: k }, (_, i) => from ^ (1 << i));

function maskOf(factors: readonly Factor[], names: readonly string[]): Combination {
  let mask = 0;
  for (const name of names) {
    const i = factors.findIndex((factor) => factor.name === name);
    if (i < 0) inputError(`no such factor: ${name} (from); one of ${factors.map((f) => f.name).join(", ")}`);
    mask |= 1 << i;
  }
  return mask;
}

function checkCount(nr: number, help: string): void {
  if (nr > MAX_COMBINATIONS)
    inputError(`too many combinations: ${nr}, more than ${MAX_COMBINATIONS}; ${help}`);
}

/** None, all, and others without one twice (Floyd's algorithm), in order. */
function drawSubset(k: number, size: number, seed: number): Combination[] {
  const most = Math.min(2 ** k, MAX_COMBINATIONS);
  if (!Number.isInteger(size) || size < 2 || size > most)
    inputError(`bad size of a subset: ${size}; give 2 to ${most}`);
  const random = mulberry32(seed);
  const inner = 2 ** k - 2;
  const drawn = new Set<number>();
  for (let top = inner - (size - 2); top < inner; top++) {
    const pick = random.int(top + 1);
    drawn.add(drawn.has(pick) ? top : pick);
  }
  return [0, ...[...drawn].map((i) => i + 1).sort((a, b) => a - b), 2 ** k - 1];
}

function drawOrders(k: number, size: number, seed: number): number[][] {
  if (!Number.isInteger(size) || size < 2 || size > MAX_ORDERS || size % 2 !== 0)
    inputError(`bad number of orders: ${size}; give an even number, 2 to ${MAX_ORDERS}`);
  const random = mulberry32(seed);
  const orders: number[][] = [];
  for (let i = 0; i < size / 2; i++) {
    const order = Array.from(permutation(random, k));
    orders.push(order, order.toReversed());
  }
  return orders;
}

function passed(orders: readonly (readonly number[])[]): Combination[] {
  const met = new Set<Combination>([0]);
  for (const order of orders) {
    let at = 0;
    for (const i of order) met.add((at |= 1 << i));
  }
  return [...met].sort((a, b) => a - b);
}
