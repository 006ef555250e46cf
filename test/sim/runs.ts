/** Running cells and comparing runs: what the relation tests share. */
import fc from "fast-check";
import type { Settings } from "../../lib/mechanisms/settings.js";
import { NO_SHADOW } from "../../lib/mm/page-entry.js";
import * as shelf from "../../lib/policies/index.js";
import type { Policy } from "../../lib/reclaim/ops.js";
import type { CellSpec } from "../../lib/sim/cell.js";
import { checkInvariants } from "../../lib/sim/invariants.js";
import { boot } from "../../lib/sim/machine.js";
import { replay } from "../../lib/sim/replay.js";
import { simulate } from "../../lib/sim/run-cell.js";
import type { Trace } from "../../lib/trace/trace.js";
import { mulberry32 } from "../../lib/util/random.js";
import { CELL } from "../tiny.js";

export type Cell = Partial<Omit<CellSpec, "set">> & { readonly set?: Partial<Settings> };
export type Counters = Readonly<Record<string, number>>;

export function counters(policy: Policy, trace: Trace, { set = {}, ...cell }: Cell = {}): Counters {
  return simulate({ ...CELL, ...cell, set: { ...set } }, trace, policy).counters;
}

/** The pages that a run evicted, in order. */
export function evictions(policy: Policy, trace: Trace, { set = {}, ...cell }: Cell = {}): number[] {
  const core = boot({ ...CELL, ...cell, set: { ...set } }, trace, policy);
  const evicted: number[] = [];
  const free = core.free.bind(core);
  core.free = (folio, shadow, inSwap) => {
    if (shadow !== NO_SHADOW) evicted.push(core.folios.page[folio]!);
    free(folio, shadow, inSwap);
  };
  replay(core, trace);
  checkInvariants(core);
  return evicted;
}

export const ALL: readonly (readonly [string, () => Policy])[] = Object.entries(shelf);
export const memories: fc.Arbitrary<number> = fc.integer({ min: 256, max: 500 });
export const SHORT: { readonly numRuns: number; readonly seed: number } = { numRuns: 12, seed: 31 };

/** Loads in a moving window and elsewhere, over a layout with one range or file. */
export const streams: fc.Arbitrary<{ seed: number; hot: number }> = fc.record({
  seed: fc.nat(),
  hot: fc.integer({ min: 20, max: 400 }),
});
export const PAGES = 2048;

export function stream({ seed, hot }: { seed: number; hot: number }, first = 0, nr = 8000): number[] {
  const random = mulberry32(seed);
  return Array.from({ length: nr }, (_, i) => {
    const page = random.int(3) < 2 ? (Math.floor(i / 500) * 31 + random.int(hot)) % PAGES : random.int(PAGES);
    return first + page;
  });
}
