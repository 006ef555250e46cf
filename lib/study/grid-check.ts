import { inputError } from "../util/error.js";
import type { Axes } from "./grid.js";

/** Largest share of the footprint that makes sense; above 1 everything fits. A larger one is pages by mistake. */
const MAX_SHARE = 2;

const REQUIRED = ["trace", "memory", "point"];
const KNOWN = [...REQUIRED, "seed", "profile", "swap", "swappiness"];

/** Refuse axes that are unknown, missing, empty, or that hold a value twice or out of range. */
export function checkAxes(axes: Axes): void {
  for (const name of REQUIRED)
    if (!(name in axes)) inputError(`no axis "${name}"; a grid needs ${REQUIRED.join(", ")}`);
  for (const [name, axis] of Object.entries(axes)) {
    if (!KNOWN.includes(name)) inputError(`unknown axis: ${name}; axes are ${KNOWN.join(", ")}`);
    checkAxis(name, axis);
  }
  for (const share of axes.memory) {
    if (typeof share === "number" && share > 0 && share <= MAX_SHARE) continue;
    inputError(
      `bad share of memory: ${show(share)} (axis memory); give shares of the footprint, above 0, at most ${MAX_SHARE}`,
    );
  }
  for (const seed of axes.seed ?? []) {
    if (!Number.isSafeInteger(seed) || seed < 0)
      inputError(`bad seed: ${show(seed)} (axis seed); give whole numbers from 0`);
  }
  for (const [name, point] of Object.entries(axes.point)) checkPoint(name, point, Object.keys(axes.point));
}

function checkAxis(name: string, axis: unknown): void {
  const byName = name === "point" || (name === "trace" && !Array.isArray(axis));
  if (byName && (typeof axis !== "object" || axis === null || Array.isArray(axis))) {
    inputError(`bad axis: ${show(axis)} (axis ${name}); give { name: value, ... }`);
  }
  if (!byName && !Array.isArray(axis))
    inputError(`bad axis: ${show(axis)} (axis ${name}); give a list of values`);
  const texts = Object.values(axis as object).map(show);
  if (texts.length === 0) inputError(`axis "${name}" has no values; give at least one`);
  // Two names for one thing are fine (a point that repeats as a baseline); one thing twice in a list is a slip.
  const twice = texts.find((text, i) => texts.indexOf(text) !== i);
  if (!byName && twice !== undefined)
    inputError(`axis "${name}" has a value twice: ${twice}; name each once`);
}

function checkPoint(name: string, point: unknown, points: readonly string[]): void {
  if (typeof point === "string") return;
  const where = `axis point, "${name}"`;
  if (typeof point !== "object" || point === null)
    inputError(`bad point: ${show(point)} (${where}); give { policy, set? }`);
  const { policy, base = name, ...rest } = point as Record<string, unknown>;
  const unknown = Object.keys(rest).find((key) => !["set", "base", "text"].includes(key));
  if (unknown) inputError(`unknown key: ${unknown} (${where}); a point has policy, set, base, text`);
  if (typeof base !== "string" || !points.includes(base)) {
    inputError(`no such base: ${show(base)} (${where}); name one of the points: ${points.join(", ")}`);
  }
  const policyName =
    typeof policy === "object" && policy !== null ? (policy as { name?: unknown }).name : policy;
  if (typeof policyName !== "string")
    inputError(`no policy: ${show(policy)} (${where}); give its name, or { name, module, options }`);
}

function show(value: unknown): string {
  return typeof value === "number" || value === undefined
    ? String(value)
    : (JSON.stringify(value) ?? String(value));
}
