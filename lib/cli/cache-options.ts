/* `--mode cache` of `reclaim-lab run`: a policy with options, and what else a cache understands. */
import type { CellSpec, PolicySpec } from "../sim/cell.js";
import { asksForBound, canonicalName } from "../sim/policy-names.js";
import { inputError } from "../util/error.js";

/** Options that describe a kernel or the machine under it. */
const OF_KERNELS = [
  "lru-gen-enabled",
  "profile",
  "swap",
  "swappiness",
  "kernel-memory",
  "no-kernel-memory",
  "pinned",
  "metadata",
  "pace",
  "checkpoints",
  "fault-around",
  "memory",
  "low",
  "min",
  "machine",
  "timeline",
  "samples",
] as const;

/**
 * NAME, or NAME:JSON with the policy's options, such as `clock:{}`. The spec has the policy's own name.
 * @param named - The own name of what is called so.
 */
export function readPolicySpec(text: string, named: (name: string) => string = canonicalName): PolicySpec {
  const at = text.indexOf(":");
  if (at < 0) return { name: named(text) };
  const [name, json] = [named(text.slice(0, at)), text.slice(at + 1)];
  let options: unknown;
  try {
    options = JSON.parse(json);
  } catch (error) {
    inputError(
      `invalid --policy: ${text}: ${(error as Error).message}; give NAME or NAME:JSON, such as NAME:{"share":0.1}`,
    );
  }
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    inputError(`invalid --policy: ${text}; its options are a JSON object, such as NAME:{"share":0.1}`);
  }
  return { name, options: options as NonNullable<PolicySpec["options"]> };
}

/** MIN is worked out from the trace: it is no policy that could be set up. */
function checkMin({ policy: { options = {}, module }, set }: Pick<CellSpec, "policy" | "set">): void {
  const refuse = (what: string, todo: string): never =>
    inputError(
      `refused: ${what} with --policy min: min is the bound of caches that keep what they miss, worked out from the trace, ` +
        `and no policy; ${todo}`,
    );
  if (module !== undefined)
    refuse("--module", "give the module's policy another name, or leave --module out");
  for (const [axis, value] of Object.entries(set)) refuse(`--set ${axis}=${value}`, "leave it out");
  for (const option of Object.keys(options)) refuse(`option ${option}`, "it has none");
}

/** What every cell has, as a cache's has it. */
export function cacheCell(
  given: Readonly<Record<string, unknown>>,
  parts: Pick<CellSpec, "trace" | "memoryMax" | "policy" | "set" | "seed" | "fallback">,
): CellSpec {
  if (asksForBound(parts.policy)) checkMin(parts);
  for (const option of OF_KERNELS) {
    if (given[option] === undefined || given[option] === false) continue;
    inputError(`refused: --${option} with --mode cache: a cache has no kernel around it; leave it out`);
  }
  return { ...parts, mode: "cache", profile: "6.12", swap: "none", swappiness: 60 };
}
