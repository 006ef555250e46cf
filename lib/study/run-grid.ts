import type { CellResult } from "../sim/cell.js";
import type { OpenExecutor } from "./executor.js";
import type { Cell, Labels, OpenTrace } from "./grid.js";
import type { Levels } from "./levels.js";
import type { Progress } from "./progress.js";
import type { StaleCells } from "./results.js";
import { StudyRun } from "./study-run.js";

/** One row of a study. The same cells, traces and code give the same rows, whatever the timing. */
export interface Row {
  readonly labels: Labels;
  /** What its point consists of, the same columns in all rows of a study, see `levels.ts`. */
  readonly levels?: Levels;
  /** Names the result, see `cellHash`; null if the cell could not be named (no such policy module). */
  readonly hash: string | null;
  /** "ok", "oom", "ejected" as in {@link CellResult}, or "error": the cell was refused, threw, died or timed out. */
  readonly status: CellResult["status"] | "error";
  /** What went wrong, in one line; null unless `status` is "error" or "ejected". */
  readonly error: string | null;
  /** By name, names in order; empty unless the cell has a result. */
  readonly counters: Readonly<Record<string, number>>;
}

/** What {@link runGrid} yields. */
export interface StudyResult {
  /** One for each cell, in the order of the cells. */
  readonly rows: readonly Row[];
  /** Cells simulated by this run; equal cells count once. */
  readonly computed: number;
  /** Rows whose result was kept from an earlier run. */
  readonly cached: number;
  /** Rows that are errors. */
  readonly failed: number;
  /**
   * Cells that were missing but are kept as other code computed them. They were computed again, never mixed in.
   * `reclaim-lab results stale` lists them, `reclaim-lab results prune` removes them.
   */
  readonly stale: readonly StaleCells[];
  /** What the reader of the results should know: results not kept, damaged entries, faults with their place. */
  readonly notes: readonly string[];
}

/** How to run a study. */
export interface RunOptions {
  /** Worker threads. Default: one for each core. */
  readonly workers?: number;
  /** Folder of finished cells; only missing ones are computed. Default: nothing is kept. */
  readonly results?: string;
  readonly onProgress?: (progress: Progress) => void;
  /** Told each note as it comes up. Default: console.warn. */
  readonly onNote?: (note: string) => void;
  /** Ends the run: workers are stopped, {@link StudyInterrupted} is thrown, finished cells stay in `results`. */
  readonly signal?: AbortSignal;
  /** Longest time for one cell, in milliseconds. Default: 10 minutes. */
  readonly timeoutMs?: number;
  /** Largest heap of one worker, in MiB, typed arrays not counted. Default: 1024. */
  readonly heapMaxMb?: number;
  /**
   * How long a policy's hook may keep a cell without a sign of life, in milliseconds, before it is taken to loop for ever, and the
   * policy is ejected. A sound cell gives one every 16,384 records. Default: 30 s.
   */
  readonly stallMs?: number;
  /** Expected cost of a cell in any unit, for the time left. Default: all cost the same. */
  readonly costOf?: (cell: Cell) => number;
  /** Where cells run. Default: `workers` threads of this machine. Rows do not depend on it. */
  readonly executor?: OpenExecutor;
  /** URL of the module whose `runCell(spec, trace)` runs a cell. Default: the simulator of this package. */
  readonly runner?: string;
  /** Default: traces of `data/traces`, of paths, and of generators. */
  readonly open?: OpenTrace;
}

/**
 * Run every cell of a study on worker threads.
 *
 * A cell that is refused, throws, ends or exhausts its worker, or takes too long is a row with its `error`; it
 * is not kept, so the next run tries again. Equal cells are computed once. Cells of one trace run one after
 * another, and a trace is given back after its last cell.
 *
 * @throws InputError for bad options or a results path that is a file.
 * @throws StudyInterrupted when `signal` ends the run.
 */
export async function runGrid(cells: readonly Cell[], options: RunOptions = {}): Promise<StudyResult> {
  const run = new StudyRun(cells, options);
  try {
    await run.plan();
    await run.compute();
  } finally {
    await run.close();
  }
  return run.finish();
}
