import { createHash } from "node:crypto";
import type { CellSpec } from "../sim/cell.js";
import { inputError } from "../util/error.js";

/**
 * Layout of what {@link cellHash} hashes and of what a result entry holds. Raise it when either changes:
 * every kept result is then computed again.
 */
export const HASH_FORMAT = 1;

/** sha256 of a text (UTF-8) or of bytes, in hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/**
 * JSON with the keys of every object in code-unit order and without white space: equal data, equal text.
 * Keys whose value is `undefined` are left out, as in JSON.
 *
 * @throws InputError for what JSON would drop or bend in silence: NaN, infinities, functions, bigint, symbols,
 * class instances, and `undefined` in an array.
 */
export function canonicalJson(value: unknown, place = "value"): string {
  if (value === null || typeof value === "string" || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) {
    return `[${value.map((item, i) => canonicalJson(item, `${place}[${i}]`)).join(",")}]`;
  }
  if (isPlainObject(value)) {
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item, `${place}.${key}`)}`);
    return `{${entries.join(",")}}`;
  }
  return inputError(
    `not plain data: ${describe(value)} (${place}); use finite numbers, strings, booleans, null`,
  );
}

/**
 * Names the result of a cell for good: sha256 (hex) over all that the result depends on.
 *
 * - The spec, but not where its trace lies: `traceDigest` says what the trace contains, so a renamed file or
 *   another folder changes nothing. The window stays in.
 * - `traceDigest`: the digest of the trace that the spec names.
 * - `codeDigest`: the digest of the simulator, and of the policy's module if it has one (`code-digest.ts`).
 *   Of the module's place, only whether there is one counts.
 */
export function cellHash(spec: CellSpec, traceDigest: string, codeDigest: string): string {
  const { trace, policy, ...rest } = spec;
  const named = {
    ...rest,
    format: HASH_FORMAT,
    trace: { digest: traceDigest, window: "window" in trace ? trace.window : undefined },
    policy: { ...policy, module: policy.module !== undefined },
    code: codeDigest,
  };
  return sha256(canonicalJson(named, "cell"));
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // A notebook cell runs in a context of its own, whose Object is not ours: hence the second look.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function describe(value: unknown): string {
  return typeof value === "function"
    ? "a function"
    : typeof value === "object"
      ? "an object of a class"
      : String(value);
}
