import { Piscina } from "piscina";
import { type CellTask, failed, type Outcome } from "./cell-worker.js";

/** Worker threads that run cells. Kept alive from cell to cell: a worker's second cell runs warm code. */
export interface CellPool {
  /**
   * Run one cell. Never rejects: an error, a time-out and the death of the worker (exit, out of memory) are
   * outcomes; after a death another worker takes the place. `undefined`: the study was aborted meanwhile.
   */
  run(task: CellTask): Promise<Outcome | undefined>;
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
  readonly signal?: AbortSignal | undefined;
}

/**
 * The library as node can run it: the folder that holds `study/` and the simulator, compiled. Threads cannot
 * load TypeScript, so tests that import this file's source get the threads of the built library.
 */
export const BUILT: URL = new URL(import.meta.url.endsWith(".ts") ? "../../dist/" : "../", import.meta.url);

export function openPool({ workers, timeoutMs, heapMaxMb, signal }: PoolOptions): CellPool {
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
  return {
    async run(task) {
      const stop = new AbortController();
      // The timer also keeps the process alive: the pool's threads alone do not.
      const timer = setTimeout(() => stop.abort(), timeoutMs);
      try {
        if (closed !== undefined || signal?.aborted) return undefined;
        return await pool.run(task, { signal: stop.signal });
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
