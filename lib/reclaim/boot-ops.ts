import { InputError, inputError } from "../util/error.js";
import { HOOKS } from "./eject/guard.js";
import type { AskedSlot, LruvecContext, Policy, ReclaimOps } from "./ops.js";

const ASKED_SLOTS = Object.keys({
  hits: true,
  balance: true,
  ages: true,
  young: true,
  exec: true,
  deactivation: true,
  insertion: true,
  aging: true,
  budget: true,
} satisfies Record<AskedSlot, true>);

/** The hooks of a policy. @throws InputError if it makes none, or no lists, or has or asks what there is not. */
export function bootOps(policy: Policy, ctx: LruvecContext, hasLists: () => boolean): ReclaimOps {
  for (const slot of policy.asks) {
    if (ASKED_SLOTS.includes(slot)) continue;
    inputError(
      `refused: policy ${policy.name} asks ${JSON.stringify(slot)}, which is no slot; one of ${ASKED_SLOTS.join(", ")}`,
    );
  }
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
  for (const hook of Object.keys(own)) {
    if ((HOOKS as readonly string[]).includes(hook)) continue;
    inputError(
      `refused: policy ${policy.name} has a hook ${hook}, which nobody calls; one of ${HOOKS.join(", ")}`,
    );
  }
  if (!hasLists()) {
    inputError(`refused: policy ${policy.name} made no lists; call ctx.newLists(nrClasses) in attach`);
  }
  return own;
}
