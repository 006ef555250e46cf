/*
 * What /sys/kernel/mm/lru_gen/enabled means here: bit 0x1 the policy, 0x2 the page-table walk, 0x4 accessed bits of
 * non-leaf entries. Only a walk reads the latter (should_clear_pmd_young() is called in walk_pmd_range_locked() and
 * walk_pmd_range() alone, mm/vmscan.c of 6.1 and 6.12), so 5 does what 1 does.
 */
import type { CellSpec, PolicySpec, SwitchValue } from "../sim/cell.js";
import type { Point } from "../study/grid.js";
import { LRU_POINTS, MGLRU_POINTS } from "../study/points.js";
import { inputError } from "../util/error.js";

/** Values of lru_gen/enabled that mean something. */
export const LRU_GEN_ENABLED = [0, 1, 3, 5, 7] as const;

const CORE = 0x1;
const MM_WALK = 0x2;
const NONLEAF_YOUNG = 0x4;

const policyOf = ({ policy }: Point): PolicySpec => (typeof policy === "string" ? { name: policy } : policy);

/** Policy and switches of a value of lru_gen/enabled. Throws an InputError for another value. */
export function ofLruGen(enabled: number): Pick<CellSpec, "policy" | "set"> {
  if (!(LRU_GEN_ENABLED as readonly number[]).includes(enabled)) {
    inputError(`invalid lru_gen/enabled: ${enabled}; give ${LRU_GEN_ENABLED.join(", ")}`);
  }
  if ((enabled & CORE) === 0) return { policy: policyOf(LRU_POINTS.LRU!), set: {} };
  const set: Record<string, SwitchValue> = {};
  if ((enabled & MM_WALK) === 0) set.walk = "off";
  else if ((enabled & NONLEAF_YOUNG) === 0) set.nonleaf = "off";
  return { policy: policyOf(MGLRU_POINTS.MGLRU!), set };
}
