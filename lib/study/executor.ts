/*
 * Where cells run. A study names its cells, takes kept results and hands the rest, one by one, to an executor:
 *
 *   runGrid  --job-->  executor  --outcome-->  results folder, rows
 *
 * The threads of this machine are one executor ({@link openThreads}); a queue that other machines serve is another.
 * What a cell yields does not depend on which it was: rows are the same to the byte.
 */
import type { CellSpec } from "../sim/cell.js";
import type { Trace } from "../trace/trace.js";
import { failed, type Outcome } from "./cell-worker.js";
import { openPool, type PoolOptions } from "./pool.js";

/** A cell to be computed. All but `trace` is plain data. */
export interface CellJob {
  /** Names the result, see `cellHash`; no two jobs of a study share one. */
  readonly hash: string;
  readonly spec: CellSpec;
  /** What the trace must contain, whoever opens it. */
  readonly traceDigest: string;
  /** What the code must be, whoever runs it; see `code-digest.ts`. */
  readonly codeDigest: string;
  /** URL of the module that exports `runCell(spec, trace)`. */
  readonly runner: string;
  /** The decoded trace, opened once for all jobs that share it. Rejects if it cannot be opened or has changed. */
  trace(): Promise<Trace>;
}

/** Runs the cells of one study. */
export interface Executor {
  /** Jobs that it takes at a time, at least 1. Memory is bounded by these: no other trace is open, no other result unkept. */
  readonly slots: number;
  /**
   * Run one cell. Never rejects: an error, a time-out and the death of a worker are outcomes. `undefined`: the
   * study was aborted meanwhile. A result that arrives twice must be given once.
   */
  run(job: CellJob): Promise<Outcome | undefined>;
  /** Give everything back, in the middle of a cell if need be. Called once, at the end or on an abort. */
  close(): Promise<void>;
}

/** What a study tells its executor. */
export interface ExecutorOptions extends PoolOptions {
  /** Number of cells to compute, at least 1. */
  readonly nrCells: number;
}

/** Opens an executor when there is a cell to compute; not called if all results were kept. */
export type OpenExecutor = (options: ExecutorOptions) => Executor | Promise<Executor>;

/** The worker threads of this machine, no more of them than cells. */
export function openThreads(options: ExecutorOptions): Executor {
  const slots = Math.min(options.workers, options.nrCells);
  const pool = openPool({ ...options, workers: slots });
  return {
    slots,
    async run({ spec, runner, trace }) {
      try {
        return await pool.run({ spec, trace: await trace(), runner });
      } catch (error) {
        return failed(error);
      }
    },
    close: () => pool.close(),
  };
}
