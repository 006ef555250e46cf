import { checkSwap, MIN_MEMORY } from "../sim/machine.js";
import { resolvePolicy } from "../sim/resolve-policy.js";
import { resolveSettings } from "../sim/switchboard.js";
import type { Cell, Labels } from "../study/grid.js";
import { canonicalJson } from "../study/hash.js";
import { InputError } from "../util/error.js";

/** A cell that cannot run. */
export interface InvalidCell {
  readonly labels: Labels;
  /** What the switchboard or the machine says of it. */
  readonly reason: string;
}

/**
 * Cells that can run, and those that cannot: refused by the switchboard, without a policy, or on a machine that there is
 * not. Each policy is made once with the same switches.
 */
export async function sortCells(
  all: readonly Cell[],
): Promise<{ readonly cells: Cell[]; readonly invalid: InvalidCell[] }> {
  const [cells, invalid] = [[] as Cell[], [] as InvalidCell[]];
  const verdicts = new Map<string, string | undefined>();
  for (const cell of all) {
    const { policy, set, profile, swap, swappiness, memoryMax } = cell.spec;
    const key = canonicalJson([policy, set, profile, swap, swappiness]);
    if (!verdicts.has(key)) verdicts.set(key, await refusal(cell));
    const small = `memory.max of ${memoryMax} pages; the least is ${MIN_MEMORY}: use a larger share`;
    const reason = verdicts.get(key) ?? (memoryMax < MIN_MEMORY ? small : undefined);
    if (reason === undefined) cells.push(cell);
    else invalid.push({ labels: cell.labels, reason });
  }
  return { cells, invalid };
}

/** Why a policy cannot run with these switches; undefined if it can. */
async function refusal({ spec }: Cell): Promise<string | undefined> {
  try {
    checkSwap(spec);
    resolveSettings(await resolvePolicy(spec.policy), spec.set, spec.profile);
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    if (spec.policy.module === undefined) throw error;
    return `policy ${spec.policy.name} of ${spec.policy.module} cannot be made: ${String(error)}`;
  }
}
