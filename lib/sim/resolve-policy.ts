import * as shelf from "../policies/index.js";
import type { Policy } from "../reclaim/ops.js";
import { inputError } from "../util/error.js";
import type { PolicySpec } from "./cell.js";
import { canonicalName, nameOf, POLICIES } from "./policy-names.js";
import { PROFILES } from "./profiles.js";
import { checkSwitch } from "./switches.js";

type Factory = (options?: Readonly<Record<string, unknown>>) => Policy;

/** The export that a name stands for; an export's own name will do, too. */
const exportOf = (name: string): string => name.replace(/-(\w)/g, (_, c: string) => c.toUpperCase());

export { POLICIES };

/** The policy that a spec names: one of the package's, or an export of somebody's module. */
export async function resolvePolicy(spec: PolicySpec): Promise<Policy> {
  const exports: Record<string, unknown> = spec.module === undefined ? { ...shelf } : await load(spec.module);
  const name = spec.module === undefined ? canonicalName(spec.name) : spec.name;
  const key = Object.hasOwn(exports, name) ? name : exportOf(name);
  const factory = Object.hasOwn(exports, key) ? exports[key] : undefined;
  if (typeof factory !== "function") {
    const place = spec.module === undefined ? "" : ` in ${spec.module}`;
    inputError(`unknown policy: ${spec.name}${place}; one of ${Object.keys(exports).map(nameOf).join(", ")}`);
  }
  const policy = (factory as Factory)(spec.options ?? {});
  if (typeof policy?.attach !== "function") {
    inputError(`${spec.name} made no policy: it must return { name, mechanisms, asks, attach }`);
  }
  if (!Array.isArray(policy.asks)) {
    inputError(
      `policy ${spec.name} says no asks: it must list the slots that it asks, such as [] or ["balance"]`,
    );
  }
  const { mechanisms } = policy;
  const born = typeof mechanisms === "function" ? Object.keys(PROFILES).map(mechanisms) : [mechanisms ?? {}];
  for (const part of born) for (const [name, value] of Object.entries(part)) checkSwitch(name, value);
  const known = Object.keys(policy.options ?? {});
  for (const option of Object.keys(spec.options ?? {})) {
    if (known.includes(option)) continue;
    const has = known.length === 0 ? "it has none" : `it has ${known.join(", ")}`;
    inputError(`unknown option: ${option} (policy ${spec.name}); ${has}`);
  }
  return policy;
}

async function load(specifier: string): Promise<Record<string, unknown>> {
  try {
    return { ...((await import(specifier)) as Record<string, unknown>) };
  } catch (error) {
    inputError(
      `cannot load policy module ${specifier}: ${(error as Error).message}; give a file URL or a package`,
    );
  }
}
