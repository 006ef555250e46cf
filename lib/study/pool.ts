/*
 * Worker threads, and the watchdog that tells a slow cell from one that is stuck in a hook.
 *
 *   bare run -- no sign of life --> guarded run, which ends loops that ask for anything; each hook call is noted
 *                                      `-- no sign of life --> again, the policy ejected at the call that did not come back
 *
 * Only the last step depends on a clock: which call it is. Its result says so (`byClock`) and is not kept.
 */
import { Piscina } from "piscina";
import { HOOKS } from "../reclaim/eject/guard.js";
import { type CellTask, failed, type Outcome, SIGNS, type Suspicion } from "./cell-worker.js";

/** Worker threads that run cells. Kept alive from cell to cell: a worker's second cell runs warm code. */
export interface CellPool {
  /**
   * Run one cell. Never rejects: an error, a time-out and the death of the worker (exit, out of memory) are
   * outcomes; after a death another worker takes the place. `undefined`: the study was aborted meanwhile.
   */
  run(
    task: Omit<CellTask, "signs" | "suspicion"> & Partial<Pick<CellTask, "suspicion">>,
  ): Promise<Outcome | undefined>;
  /** Stop all workers at once, in the middle of a cell if need be. */
  close(): Promise<void>;
}

export interface PoolOptions {
  /** Number of threads, at least 1. */
  readonly workers: number;
  /** Longest time for one cell, in milliseconds; then its worker is stopped. */
  readonly timeoutMs: number;
  /** Largest heap of one worker, in MiB; typed arrays lie outside of it. */
  readonly heapMaxMb: number;
  /** How long a cell may give no sign of life, in milliseconds. Default: 30 s. */
  readonly stallMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Looks at a cell until it is called stuck. A clock would go on while the machine sleeps. */
const LOOKS = 20;

/**
 * The library as node can run it: the folder that holds `study/` and the simulator, compiled. Threads cannot
 * load TypeScript, so tests that import this file's source get the threads of the built library.
 */
export const BUILT: URL = new URL(import.meta.url.endsWith(".ts") ? "../../dist/" : "../", import.meta.url);

export function openPool({ workers, timeoutMs, heapMaxMb, stallMs = 30_000, signal }: PoolOptions): CellPool {
  const pool = new Piscina<CellTask, Outcome>({
    filename: new URL("study/cell-worker.js", BUILT).href,
    name: "runTask",
    minThreads: workers,
    maxThreads: workers,
    idleTimeout: Number.POSITIVE_INFINITY,
    resourceLimits: { maxOldGenerationSizeMb: heapMaxMb },
    // The worker's event loop stays alive between cells, so what a cell leaves behind (a timer) fails soon.
    atomics: "disabled",
    recordTiming: false,
  });
  // A worker that dies between two cells harms no cell; the pool replaces it. Unheard, the event would end us.
  pool.on("error", () => undefined);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    signal?.removeEventListener("abort", close);
    return (closed ??= pool.destroy());
  };
  signal?.addEventListener("abort", close);

  /** Run a cell once. Signs: it was stuck, and these are the last that it gave. */
  async function attempt(task: CellTask, stop: AbortSignal): Promise<Outcome | Int32Array> {
    const { signs } = task;
    const stuck = new AbortController();
    const watching = watchSigns(signs, stallMs, () => stuck.abort());
    try {
      return await pool.run(task, { signal: AbortSignal.any([stop, stuck.signal]) });
    } catch (error) {
      if (stuck.signal.aborted && !stop.aborted) return signs;
      throw error;
    } finally {
      clearInterval(watching);
    }
  }

  return {
    async run(task) {
      const stop = new AbortController();
      // The timer also keeps the process alive: the pool's threads alone do not.
      const timer = setTimeout(() => stop.abort(), timeoutMs);
      try {
        for (let suspicion: Suspicion = task.suspicion ?? {}; ; ) {
          if (closed !== undefined || signal?.aborted) return undefined;
          const signs = new Int32Array(new SharedArrayBuffer(4 * SIGNS));
          const outcome = await attempt({ ...task, signs, suspicion }, stop.signal);
          if (!(outcome instanceof Int32Array)) return outcome;
          const next = suspect(suspicion, outcome, stallMs / 1000);
          if (typeof next === "string") return { ok: false, message: next };
          suspicion = next;
        }
      } catch (error) {
        if (closed !== undefined) return undefined;
        if (stop.signal.aborted) {
          return {
            ok: false,
            message: `timed out after ${timeoutMs / 1000} s; give a larger timeoutMs or a shorter trace`,
          };
        }
        return died(error, heapMaxMb);
      } finally {
        clearTimeout(timer);
      }
    },
    close,
  };
}

/** Call `tell` when signs of life have begun and then stayed the same for so long. */
function watchSigns(signs: Int32Array, stallMs: number, tell: () => void): NodeJS.Timeout {
  let [last, same] = [0, 0];
  return setInterval(() => {
    const now = Atomics.load(signs, 0) + Atomics.load(signs, 1);
    same = now === last && now !== 0 ? same + 1 : 0;
    last = now;
    if (same === LOOKS) tell();
  }, stallMs / LOOKS);
}

/** How to run a cell that was stuck; a text: what is wrong with it. */
function suspect({ guarded, stuckCall }: Suspicion, signs: Int32Array, seconds: number): Suspicion | string {
  const [, calls, hook, folio] = signs;
  if (guarded !== true) return { guarded: true };
  if (calls! > 0 && stuckCall === undefined) {
    return {
      guarded,
      stuckCall: calls!,
      stuckReason: `did not come back in ${seconds} s: it loops for ever`,
    };
  }
  const where = calls === 0 ? "attach" : `${HOOKS[hook!]}(${folio})`;
  return `no progress for ${seconds} s in ${where}: it loops for ever; give a policy that comes back, or a larger stallMs`;
}

function died(error: unknown, heapMaxMb: number): Outcome {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ERR_WORKER_OUT_OF_MEMORY") {
    return {
      ok: false,
      message: `worker ran out of memory: heap above ${heapMaxMb} MiB; give a larger heapMaxMb`,
    };
  }
  const exited = /^worker exited with code: (.*)$/.exec(message);
  if (exited)
    return { ok: false, message: `worker exited with code ${exited[1]}: a policy must not end the process` };
  return failed(error);
}
