import { availableParallelism } from "node:os";
import { ejectionText } from "../reclaim/eject/policy-fault.js";
import type { Trace } from "../trace/trace.js";
import { inputError } from "../util/error.js";
import { failed, type Outcome } from "./cell-worker.js";
import { type Executor, openThreads } from "./executor.js";
import { type Cell, openStored } from "./grid.js";
import { canonicalJson } from "./hash.js";
import { StudyInterrupted } from "./interrupted.js";
import { levelsOf } from "./levels.js";
import { nameCells, type Task } from "./name-cells.js";
import { BUILT } from "./pool.js";
import { openResults, type ResultStore, type StaleCells } from "./results.js";
import type { Row, RunOptions, StudyResult } from "./run-grid.js";
import { SharedTraces } from "./shared-traces.js";

/** Faults whose stack becomes a note; the others are most likely the same one again. */
const MAX_FAULT_NOTES = 3;

/** The state of one run: what is known of each row, and what is left to compute. */
export class StudyRun {
  readonly #cells: readonly Cell[];
  readonly #options: RunOptions;
  readonly #limits: {
    readonly workers: number;
    readonly timeoutMs: number;
    readonly heapMaxMb: number;
    readonly stallMs: number;
  };
  readonly #runner: string;
  readonly #rows: (Row | undefined)[];
  readonly #notes: string[] = [];
  readonly #startMs = performance.now();
  #store: ResultStore | undefined;
  #missing: Task[] = [];
  #stale: readonly StaleCells[] = [];
  #computed = 0;
  #cached = 0;
  #failed = 0;
  #nrFaults = 0;
  #done = 0;
  #toldProblem = false;
  #computeStartMs: number | undefined;
  #costDone = 0;
  #costLeft = 0;

  constructor(cells: readonly Cell[], options: RunOptions) {
    const {
      workers = availableParallelism(),
      timeoutMs = 600_000,
      heapMaxMb = 1024,
      stallMs = 30_000,
    } = options;
    if (!Number.isInteger(workers) || workers < 1)
      inputError(`bad number of workers: ${workers}; give at least 1`);
    // setTimeout takes at most 2^31 - 1 and turns anything above into 1 ms.
    if (!(timeoutMs > 0 && timeoutMs < 2 ** 31))
      inputError(`bad timeoutMs: ${timeoutMs}; give milliseconds above 0, below 2^31`);
    if (!(heapMaxMb > 0)) inputError(`bad heapMaxMb: ${heapMaxMb}; give MiB above 0`);
    const sampled = cells.find(({ spec }) => (spec.machine?.timeline ?? 0) > 0);
    if (sampled !== undefined) {
      inputError(
        `refused: timeline=${sampled.spec.machine!.timeline} in a study (cell ${sampled.labels.point} on ${sampled.labels.trace}): rows hold counters only; call timelines(cells)`,
      );
    }
    this.#cells = cells;
    this.#options = options;
    if (!(stallMs >= 100 && stallMs < 2 ** 31))
      inputError(`bad stallMs: ${stallMs}; give milliseconds, 100 or more, below 2^31`);
    this.#limits = { workers, timeoutMs, heapMaxMb, stallMs };
    this.#runner = options.runner ?? new URL("sim/run-cell.js", BUILT).href;
    this.#rows = new Array<Row | undefined>(cells.length).fill(undefined);
  }

  /** Name every cell, and take the results that an earlier run kept. */
  async plan(): Promise<void> {
    const { results } = this.#options;
    if (results !== undefined) this.#store = await openResults(results);
    this.#tellProblem();
    const { tasks, unnamed } = await nameCells(this.#cells, this.#options.runner);
    for (const { index, error } of unnamed)
      this.#settle({ cell: this.#cells[index]!, hash: null, indices: [index] }, failed(error), false);
    const kept = await this.#store?.load(
      tasks.map(({ hash, cell: { spec, traceDigest } }) => ({ hash, spec, traceDigest })),
    );
    for (const task of tasks) {
      const result = kept?.results.get(task.hash);
      if (result === undefined) this.#missing.push(task);
      else this.#settle(task, { ok: true, result }, true);
    }
    this.#stale = kept?.stale ?? [];
    const damaged = this.#store?.damaged ?? [];
    if (damaged.length > 0) {
      this.#note(
        `${damaged.length} damaged results are computed again: ${damaged.slice(0, 3).join(", ")}${damaged.length > 3 ? ", ..." : ""}`,
      );
    }
    this.#missing = byTrace(this.#missing);
    this.#costLeft = this.#missing.reduce((sum, task) => sum + this.#costOf(task), 0);
    this.#report();
  }

  /** Compute the missing cells, as many at a time as the executor takes. */
  async compute(): Promise<void> {
    const { signal, executor: open = openThreads } = this.#options;
    if (this.#missing.length === 0) return;
    this.#throwIfAborted();
    this.#computeStartMs = performance.now();
    const executor = await open({ ...this.#limits, nrCells: this.#missing.length, signal });
    const traces = new SharedTraces(
      this.#missing.map((task) => task.cell),
      this.#options.open ?? openStored,
    );
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < this.#missing.length && !signal?.aborted) {
        await this.#runOne(this.#missing[next++]!, executor, traces);
      }
    };
    try {
      await Promise.all(Array.from({ length: executor.slots }, lane));
    } finally {
      await executor.close();
    }
    this.#throwIfAborted();
  }

  /** Give the results folder back, with what was computed merged; whatever became of the run. */
  async close(): Promise<void> {
    await this.#store?.close();
    const { problem, mergeProblem } = this.#store ?? {};
    if (mergeProblem !== undefined && problem === undefined)
      this.#note(
        `results are kept, but not merged: ${mergeProblem} (${this.#options.results}); run again to merge`,
      );
  }

  async finish(): Promise<StudyResult> {
    const rows = this.#rows as Row[];
    // Somebody's module is loaded here only if it has proved sound on a worker.
    const sound = new Set(
      this.#cells.flatMap(({ spec }, i) => (rows[i]!.status === "ok" ? spec.policy.module : [])),
    );
    const levels = await levelsOf(
      this.#cells,
      ({ policy: { module } }) => module === undefined || sound.has(module),
    );
    return {
      rows: rows.map(({ labels, ...rest }, i) => ({ labels, levels: levels[i]!, ...rest })),
      computed: this.#computed,
      cached: this.#cached,
      failed: this.#failed,
      stale: this.#stale,
      notes: this.#notes,
    };
  }

  async #runOne(task: Task, executor: Executor, traces: SharedTraces): Promise<void> {
    const outcome = await this.#outcome(task, executor, traces);
    traces.release(task.cell.traceDigest);
    if (outcome === undefined) return;
    const byClock = outcome.ok && outcome.result.ejected?.some((one) => one.byClock === true) === true;
    if (outcome.ok && !byClock) {
      const { spec, traceDigest } = task.cell;
      const key = { spec, traceDigest, codeDigest: task.codeDigest };
      await this.#store?.save(task.hash, key, outcome.result, outcome.made);
      this.#tellProblem();
    }
    this.#computed++;
    this.#costDone += this.#costOf(task);
    this.#costLeft -= this.#costOf(task);
    this.#settle(task, outcome, false);
    this.#report();
  }

  async #outcome(
    { cell, hash, codeDigest }: Task,
    executor: Executor,
    traces: SharedTraces,
  ): Promise<Outcome | undefined> {
    const { spec, traceDigest } = cell;
    const runner = this.#runner;
    const trace = (): Promise<Trace> => traces.get(cell);
    try {
      return await executor.run({ hash, spec, traceDigest, codeDigest, runner, trace });
    } catch (error) {
      return failed(error);
    }
  }

  #settle(
    task: Omit<Task, "codeDigest" | "hash"> & { hash: string | null },
    outcome: Outcome,
    kept: boolean,
  ): void {
    const nr = task.indices.length;
    this.#done += nr;
    if (kept) this.#cached += nr;
    if (!outcome.ok) this.#failed += nr;
    if (!outcome.ok && outcome.stack && this.#nrFaults++ < MAX_FAULT_NOTES)
      this.#note(`a cell failed: ${canonicalJson(task.cell.labels)}\n${outcome.stack}`);
    for (const index of task.indices) {
      const { labels } = this.#cells[index]!;
      this.#rows[index] = outcome.ok
        ? {
            labels,
            hash: task.hash,
            status: outcome.result.status,
            error: outcome.result.ejected?.map(ejectionText).join("; ") ?? null,
            counters: sorted(outcome.result.counters),
          }
        : { labels, hash: task.hash, status: "error", error: outcome.message, counters: {} };
    }
  }

  #report(): void {
    const elapsedMs = performance.now() - this.#startMs;
    const computed = this.#computed;
    const startMs = this.#computeStartMs ?? 0;
    const computingMs = this.#computeStartMs === undefined ? 0 : performance.now() - startMs;
    // By expected cost, not by number: cells of a long trace come one after another.
    const left = computed === this.#missing.length ? 0 : this.#costLeft;
    const etaMs = computed > 0 ? (computingMs * left) / this.#costDone : null;
    const perSecond = computed > 0 ? (1000 * computed) / computingMs : null;
    const counts = {
      done: this.#done,
      total: this.#cells.length,
      cached: this.#cached,
      failed: this.#failed,
      computed,
    };
    try {
      this.#options.onProgress?.({ ...counts, elapsedMs, perSecond, etaMs });
    } catch (error) {
      this.#note(`the progress listener threw: ${String(error)}`);
    }
  }

  #costOf({ cell }: Task): number {
    return this.#options.costOf?.(cell) ?? 1;
  }

  #note(note: string): void {
    this.#notes.push(note);
    (this.#options.onNote ?? console.warn)(note);
  }

  /** Once: results of this run are not kept. */
  #tellProblem(): void {
    const problem = this.#store?.problem;
    if (problem === undefined || this.#toldProblem) return;
    this.#toldProblem = true;
    this.#note(`results are not kept: ${problem} (${this.#options.results}); the study runs on in memory`);
  }

  #throwIfAborted(): void {
    if (!this.#options.signal?.aborted || this.#done === this.#cells.length) return;
    const kept = this.#store?.problem === undefined ? this.#options.results : undefined;
    throw new StudyInterrupted(this.#done, this.#cells.length, kept);
  }
}

/** Tasks of one trace next to each other, traces in order of their first task. */
function byTrace(tasks: readonly Task[]): Task[] {
  const groups = new Map<string, Task[]>();
  for (const task of tasks) {
    const group = groups.get(task.cell.traceDigest) ?? [];
    group.push(task);
    groups.set(task.cell.traceDigest, group);
  }
  return [...groups.values()].flat();
}

function sorted(counters: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counters).sort(([a], [b]) => (a < b ? -1 : 1)));
}
