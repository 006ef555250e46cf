/*
 * A run whose policy may be wrong. First it runs as it is, at full speed; only if that fails it runs again under guard,
 * which names the hook and the folio, ejects the policy and goes on with the fallback.
 *
 *   bare run -- fine --------------------------------------------------------------> its result
 *      | throws, or is out of memory
 *   guarded run -- a policy was ejected --------------------------------------------> "ejected", and what the run counted
 *      |---------- out of memory whoever decides -----------------------------------> the bare run's "oom"
 *      `---------- nothing found: throws as before, or the policy differs from run to run -> error
 *
 * A cell is deterministic, so the second run meets the same moment, and a sound policy pays for no guard.
 */
import { FALLBACK } from "../policies/fallback.js";
import type { Watch } from "../reclaim/eject/eject.js";
import type { GuardOptions } from "../reclaim/eject/guard.js";
import type { Policy } from "../reclaim/ops.js";
import { InputError } from "../util/error.js";
import type { CellResult } from "./cell.js";

/** How a run is supervised. */
export interface Supervision extends GuardOptions {
  /** Takes over from an ejected policy. Default: `lib/policies/fallback.ts`. */
  readonly fallback?: Policy | undefined;
  /** Under guard from the start: a run before has not come back. */
  readonly guarded?: boolean | undefined;
  /** Somebody stops a run that does not come back, or it is known to: nothing needs to be counted. Default: false. */
  readonly watched?: boolean | undefined;
  /** Called now and then; a run that does not call for long is stuck. */
  readonly onProgress?: (() => void) | undefined;
}

export function newWatch(mode: "kernel" | "cache", supervision: Supervision): Watch {
  const { fallback = FALLBACK[mode](), note, stuckCall, stuckReason } = supervision;
  return {
    fallback,
    note,
    stuckCall,
    stuckReason,
    count: { calls: 0 },
    ejections: [],
    nrFreed: 0,
  };
}

/**
 * Run a cell bare and, if need be, under guard.
 * @param mayRunOut - Out of memory is nobody's fault.
 * @throws what the bare run throws, if no policy is at fault.
 */
export function supervised(
  name: string,
  run: (watch?: Watch) => CellResult,
  makeWatch: () => Watch,
  {
    guarded = false,
    mayRunOut = false,
  }: { readonly guarded?: boolean | undefined; readonly mayRunOut?: boolean },
): CellResult {
  let first: CellResult | undefined;
  let failure: unknown;
  if (!guarded) {
    try {
      first = run();
    } catch (error) {
      if (error instanceof InputError) throw error;
      failure = error;
    }
    if (first !== undefined && (first.status !== "oom" || mayRunOut)) return first;
  }
  const watch = makeWatch();
  const { ejections } = watch;
  const second = run(watch);
  const { nrFreedBefore } = watch;
  const neverFreedAlone = nrFreedBefore !== undefined && watch.nrFreed === nrFreedBefore;
  if (ejections.length > 0 && !(first !== undefined && neverFreedAlone)) {
    return { ...second, status: "ejected", ejected: ejections };
  }
  if (first !== undefined) return first;
  if (guarded) return second;
  const said = failure instanceof Error ? failure.message : String(failure);
  throw new Error(
    `policy ${name} failed, but not when it was run again: ${said}; it must keep its state in attach, nowhere else`,
  );
}
