/*
 * Predict many cells: one after another, or in threads, each of which makes its own traces. The order of the outcomes is
 * that of the cells, and the same for any number of threads.
 */
import { Worker } from "node:worker_threads";
import { type Overrides, type Predicted, predict, traceKey, traceOf } from "./cells.js";
import type { Outcome } from "./compare.js";
import type { MeasuredCell } from "./measured.js";

/** How to run the cells. */
export interface RunCellsOptions {
  readonly overrides?: Overrides;
  /** Threads. They run the built library, also for a caller from source. Default: 0, the caller's own. */
  readonly threads?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** The threads' module, compiled: threads cannot load TypeScript. */
const THREAD = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/validate/run-cells-thread.js" : "run-cells-thread.js",
  import.meta.url,
);

/** What a thread gets. */
export interface Batch {
  readonly cells: readonly MeasuredCell[];
  readonly overrides: Overrides;
}

/** What each cell comes to. A refused cell is an outcome; rejects only if a thread dies. */
export async function runCells(
  cells: readonly MeasuredCell[],
  { overrides = {}, threads = 0, onProgress = () => {} }: RunCellsOptions = {},
): Promise<Outcome[]> {
  const found = new Map<MeasuredCell, Predicted>();
  const take = (cell: MeasuredCell, predicted: Predicted): void => {
    found.set(cell, predicted);
    onProgress(found.size, cells.length);
  };
  const batches = split(cells, Math.max(1, threads));
  if (threads === 0) for (const batch of batches) await predictInTurn({ cells: batch, overrides }, take);
  else await Promise.all(batches.map((batch) => inThread({ cells: batch, overrides }, take)));
  return cells.map((cell) => ({ cell, predicted: found.get(cell)! }));
}

/** Predict cells, those of one trace together, so that one trace at a time is in memory. */
export async function predictInTurn(
  { cells, overrides }: Batch,
  take: (cell: MeasuredCell, predicted: Predicted) => void,
): Promise<void> {
  for (const group of byTrace(cells)) {
    const trace = traceOf(group[0]!.setting);
    for (const cell of group) take(cell, await predict(cell, trace, overrides));
  }
}

function byTrace(cells: readonly MeasuredCell[]): MeasuredCell[][] {
  const groups = new Map<string, MeasuredCell[]>();
  for (const cell of cells) {
    const key = traceKey(cell.setting);
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  return [...groups.values()];
}

/** Cells in `nr` parts of about equal size, those of a trace in one part. */
function split(cells: readonly MeasuredCell[], nr: number): MeasuredCell[][] {
  const parts: MeasuredCell[][] = Array.from({ length: nr }, () => []);
  for (const group of byTrace(cells).sort((a, b) => b.length - a.length)) {
    parts.reduce((least, part) => (part.length < least.length ? part : least)).push(...group);
  }
  return parts.filter((part) => part.length > 0);
}

function inThread(batch: Batch, take: (cell: MeasuredCell, predicted: Predicted) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(THREAD, { workerData: batch });
    let done = 0;
    worker.on("message", (predicted: Predicted) => take(batch.cells[done++]!, predicted));
    worker.on("error", reject);
    worker.on("exit", () =>
      done === batch.cells.length
        ? resolve()
        : reject(new Error(`a thread ended after ${done} of ${batch.cells.length} cells`)),
    );
  });
}
