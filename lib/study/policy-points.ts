import * as shelf from "../policies/index.js";
import { resolveSettings } from "../sim/switchboard.js";
import { InputError } from "../util/error.js";
import type { Point } from "./grid.js";

export interface PolicyPointsOptions {
  /** Kernel in which they must run. Default: 6.12. */
  readonly profile?: string;
  /** Switches for all of them; a policy for which they mean nothing comes without. Default: none. */
  readonly set?: Point["set"];
  /** Policies, by name, that come as they were born. Default: none. */
  readonly asBorn?: readonly string[];
  /** Policies, by name, to leave out, and why. Default: none. */
  readonly without?: Readonly<Record<string, string>>;
}

/** A point for each policy of the package, by the policy's name, and those that are left out, with the reason. */
export function policyPoints(options: PolicyPointsOptions = {}): {
  readonly points: Readonly<Record<string, Point>>;
  readonly refused: readonly { readonly policy: string; readonly reason: string }[];
} {
  const { profile = "6.12", set = {}, asBorn = [], without = {} } = options;
  const points: Record<string, Point> = {};
  const refused: { policy: string; reason: string }[] = [];
  for (const make of Object.values(shelf)) {
    const policy = make();
    const { name } = policy;
    const reason = without[name] ?? refusal(() => resolveSettings(policy, {}, profile));
    if (reason !== undefined) {
      refused.push({ policy: name, reason });
      continue;
    }
    const plain = asBorn.includes(name) || refusal(() => resolveSettings(policy, set, profile)) !== undefined;
    points[name] = plain ? { policy: name } : { policy: name, set };
  }
  return { points, refused };
}

function refusal(resolve: () => unknown): string | undefined {
  try {
    resolve();
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}
