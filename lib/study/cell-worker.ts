import { hostname } from "node:os";
import type { CellResult, CellSpec } from "../sim/cell.js";
import type { Supervision } from "../sim/supervise.js";
import type { Trace } from "../trace/trace.js";
import { checkResult } from "./results.js";

/** What a worker thread gets: one cell, its trace (arrays shared, not copied) and the module that runs it. */
export interface CellTask {
  readonly spec: CellSpec;
  readonly trace: Trace;
  /** URL of a module that exports `runCell(spec, trace)`. */
  readonly runner: string;
  /** Shared; where the cell gives signs of life: [how many, hook calls, and of the last call hook and folio]. */
  readonly signs: Int32Array;
  /** What is known of earlier attempts. */
  readonly suspicion: Suspicion;
  /** All of the result is wanted, with what is kept over time. Default: status, counters and who was ejected. */
  readonly whole?: boolean;
}

/** Places in {@link CellTask.signs}. */
export const SIGNS = 4;

/** Why a cell is run again: see `Supervision`. */
export type Suspicion = Pick<Supervision, "guarded" | "stuckCall" | "stuckReason">;

/** A module that runs cells. One that supervises gives signs of life. */
interface Runner {
  runCell(spec: CellSpec, trace: Trace, supervision?: Supervision): Promise<unknown>;
  readonly supervises?: boolean;
}

/** How a cell ended. Errors go as data: an Error loses its class on the way between threads. */
export type Outcome =
  | {
      readonly ok: true;
      readonly result: CellResult;
      /** Where it was computed and how long it took, in milliseconds; kept beside the result, not in it. */
      readonly made?: { readonly host: string; readonly ms: number };
    }
  | {
      readonly ok: false;
      /** One line: what to put into the row. */
      readonly message: string;
      /** Only for faults of ours (not an InputError): where it happened. */
      readonly stack?: string;
    };

/** The trace of the last cell. */
let last: Trace | undefined;

/**
 * The trace that this thread knows by that digest. Each message brings new objects over the same memory; what is worked out
 * once for a trace (its address map, its requests, its accesses) hangs on the objects.
 */
function known(trace: Trace): Trace {
  const same =
    last?.digest === trace.digest && last.name === trace.name && last.records.length === trace.records.length;
  if (!same) last = trace;
  return last!;
}

/** Runs in a worker thread: simulate one cell. Never rejects. */
export async function runTask({ spec, trace, runner, signs, suspicion, whole }: CellTask): Promise<Outcome> {
  try {
    const { runCell, supervises } = (await import(runner)) as Runner;
    const startMs = performance.now();
    const onProgress = (): void => void Atomics.add(signs, 0, 1);
    if (supervises === true) onProgress();
    const result = await runCell(spec, known(trace), {
      ...suspicion,
      watched: true,
      note: signs.subarray(1),
      onProgress,
    });
    const made = { host: hostname(), ms: performance.now() - startMs };
    const wrong = checkResult(result);
    if (wrong !== undefined) return { ok: false, message: `bad result: ${wrong}` };
    if (whole === true) return { ok: true, result: result as CellResult, made };
    const { status, counters, ejected } = result as CellResult;
    return {
      ok: true,
      result: { status, counters: { ...counters }, ...(ejected !== undefined && { ejected }) },
      made,
    };
  } catch (error) {
    return failed(error);
  }
}

/** An error of any kind as an outcome. */
export function failed(error: unknown): Outcome & { ok: false } {
  if (!(error instanceof Error)) return { ok: false, message: `thrown: ${String(error)}` };
  // By name, not by class: the runner's module may have loaded another copy of InputError.
  if (error.name === "InputError") return { ok: false, message: error.message };
  return { ok: false, message: `${error.name}: ${error.message}`, stack: error.stack ?? "" };
}
