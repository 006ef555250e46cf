import { InputError, inputError } from "../util/error.js";
import type { LruvecContext, Policy, ReclaimOps } from "./ops.js";

/** The hooks of a policy. @throws InputError if it makes none, or no lists. */
export function bootOps(policy: Policy, ctx: LruvecContext, hasLists: () => boolean): ReclaimOps {
  let own: ReclaimOps;
  try {
    own = policy.attach(ctx);
  } catch (error) {
    if (error instanceof InputError) throw error;
    return inputError(`refused: policy ${policy.name}: attach threw ${String(error)}`);
  }
  for (const hook of ["place", "isolate"] as const) {
    if (typeof own?.[hook] === "function") continue;
    inputError(
      `refused: policy ${policy.name} has no hook ${hook}; attach must return { place, isolate, ... }`,
    );
  }
  if (!hasLists()) {
    inputError(`refused: policy ${policy.name} made no lists; call ctx.newLists(nrClasses) in attach`);
  }
  return own;
}
