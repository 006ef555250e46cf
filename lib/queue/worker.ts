/*
 * A worker: takes cells of its own code from Redis, runs them on threads, sends results back.
 *
 *   cell -> is it of this code? -> trace by digest -> module unpacked and checked -> thread -> result
 *
 * A cell is leased: the lease is renewed while the process lives. When the process dies, or hangs for longer than
 * the lease, the cell goes to another worker; if both finish, the first result counts and the other is dropped,
 * as Redis takes a result only from the holder of the lease. A cell that is lost with its worker twice is given up.
 */
import { setMaxListeners } from "node:events";
import type { Job, Worker } from "bullmq";
import { openPool } from "../study/pool.js";
import { CellRunner, pause, type RunnerParts } from "./cell-runner.js";
import { CodeWatch } from "./code-watch.js";
import { type Connection, connect } from "./connect.js";
import { runnerDigest } from "./paths.js";
import { type JobData, type JobResult, PREFIX, queueName, RESULT_MAX, readJob } from "./protocol.js";
import { announce, BEAT_MS, type WorkerSeen, whoAmI, whoIsThere, withdraw } from "./registry.js";
import { type CheckedOptions, checkedOptions, type WorkerOptions } from "./worker-options.js";

/**
 * Run cells from a queue until a signal ends it, or there has been none for `idleMs`.
 *
 * @returns what it did.
 * @throws InputError for bad options and what {@link connect} refuses; Error if Redis was away for too long.
 */
export async function runWorker(options: WorkerOptions): Promise<WorkerSeen> {
  const checked = checkedOptions(options);
  const { concurrency: workers, timeoutMs, heapMaxMb, runner, onNote, redis, outageMs } = checked;
  const watch = await CodeWatch.of(runner); // before the digest: what is written after it is seen
  const code = await runnerDigest(runner);
  const connection = await connect({ redis, onNote, ...(outageMs !== undefined && { outageMs }) });
  connection.warnings.forEach(onNote);
  const pool = openPool({ workers, timeoutMs, heapMaxMb });
  try {
    const ending = new AbortController();
    setMaxListeners(0, ending.signal); // one for each cell that waits
    const parts = { client: connection.client, pool, code, watch, ending };
    return await new Serving(checked, connection, parts).run();
  } finally {
    await pool.close();
    connection.close();
  }
}

/** How long an ending worker tries to tell Redis so, if Redis is away. */
const FAREWELL_MS = 5000;

class Serving {
  readonly #options: CheckedOptions;
  readonly #connection: Connection;
  readonly #parts: RunnerParts;
  readonly #cells: CellRunner;
  readonly #me = whoAmI();
  readonly #name = `${this.#me.host}:${this.#me.pid}`;
  readonly #toldLeft = new Set<string>();
  #beating = false;
  #running = 0;
  #done = 0;
  #failed = 0;
  #dropped = 0;
  #lastCellMs = performance.now();

  constructor(options: CheckedOptions, connection: Connection, parts: RunnerParts) {
    this.#options = options;
    this.#connection = connection;
    this.#parts = parts;
    this.#cells = new CellRunner(options, parts);
  }

  async run(): Promise<WorkerSeen> {
    const { place, lost } = this.#connection;
    const { concurrency, onNote, signal, stop, idleMs = Number.POSITIVE_INFINITY } = this.#options;
    const { code, ending, pool } = this.#parts;
    const worker = await this.#openQueue();
    onNote(
      `worker ${this.#name}, code ${code.slice(0, 12)}: up to ${concurrency} cells at a time from ${place.shown}`,
    );
    let outage: Error | undefined;
    const end = (): void => ending.abort();
    const halt = (): void => {
      end();
      void pool.close();
    };
    signal?.addEventListener("abort", end);
    stop?.addEventListener("abort", halt);
    if (signal?.aborted) end();
    if (stop?.aborted) halt();
    void lost.then((error) => {
      outage = error;
      end();
    });
    while (!ending.signal.aborted) {
      this.#beat();
      if (this.#running === 0 && performance.now() - this.#lastCellMs > idleMs) end();
      await pause(BEAT_MS, ending.signal);
    }
    await this.#close(worker, () => outage !== undefined);
    signal?.removeEventListener("abort", end);
    stop?.removeEventListener("abort", halt);
    if (outage !== undefined) throw outage;
    return this.#seen();
  }

  async #openQueue(): Promise<Worker<JobData, JobResult, string>> {
    const { Worker: WorkerClass } = await import("bullmq");
    const { concurrency, leaseMs } = this.#options;
    const worker = new WorkerClass<JobData, JobResult, string>(
      queueName(this.#parts.code),
      (job, token) => this.#process(job, token!),
      {
        connection: this.#connection.client,
        prefix: PREFIX,
        name: this.#name,
        concurrency,
        lockDuration: leaseMs,
        stalledInterval: Math.max(250, leaseMs / 2),
        maxStalledCount: 1,
        runRetryDelay: 1000,
        drainDelay: 2,
      },
    );
    worker.on("error", (error) => this.#trouble(error));
    return worker;
  }

  /** Finish, or put back, the cells under way; without Redis, let go of them. */
  async #close(worker: Worker<JobData, JobResult, string>, isLost: () => boolean): Promise<void> {
    const { stop } = this.#options;
    const closing = isLost() ? worker.close(true) : worker.close();
    const given = new AbortController();
    const late = async (): Promise<void> => {
      // Cells may take long; what must not is the word to Redis after a stop.
      while (!given.signal.aborted && !isLost() && !stop?.aborted) await pause(250, given.signal);
      await pause(FAREWELL_MS, given.signal);
    };
    await Promise.race([closing, late()]);
    given.abort();
    if (!isLost()) {
      const farewell = withdraw(this.#connection.client, "worker", this.#me.id);
      const patience = new AbortController();
      await Promise.race([farewell, pause(FAREWELL_MS, patience.signal)]);
      patience.abort();
    }
    // Else it would look for a Redis that is away for ever. With it goes the connection.
    void worker.disconnect().catch(() => undefined);
  }

  async #process(job: Job<JobData, JobResult, string>, token: string): Promise<JobResult> {
    this.#running++;
    try {
      const read = readJob(job.data);
      if (typeof read === "string") throw new Error(`no cell: ${read}`);
      const { hash, codeDigest } = read;
      const result = { hash, codeDigest, worker: this.#name };
      const outcome = await this.#cells.run(read);
      if (outcome === undefined) {
        // The worker is ending in the middle of the cell: another one takes it.
        await job.moveToWait(token);
        throw new (await import("bullmq")).WaitingError();
      }
      if (typeof outcome === "string") return { ...result, refused: outcome };
      this.#done++;
      if (!outcome.ok) this.#failed++;
      const size = JSON.stringify(outcome).length;
      if (size <= RESULT_MAX) return { ...result, outcome };
      const message = `result too large: ${size} bytes of JSON; at most ${RESULT_MAX} go through a queue`;
      return { ...result, outcome: { ok: false, message } };
    } finally {
      this.#running--;
      this.#lastCellMs = performance.now();
    }
  }

  /** Say what this worker does, unless the last word is still on its way. */
  #beat(): void {
    if (this.#beating) return;
    this.#beating = true;
    this.#report()
      .catch((error: Error) => this.#trouble(error))
      .finally(() => {
        this.#beating = false;
      });
  }

  async #report(): Promise<void> {
    const { client } = this.#connection;
    await announce(client, "worker", this.#seen());
    this.#options.onBeat?.(this.#seen());
    for (const { id, host, pid, codeDigest, waiting } of await whoIsThere(client, "submitter")) {
      if (codeDigest === this.#parts.code || waiting === 0 || this.#toldLeft.has(id)) continue;
      if (this.#toldLeft.size > 1000) this.#toldLeft.clear();
      this.#toldLeft.add(id);
      this.#options.onNote(
        `${waiting} cells of ${host}:${pid} need code ${codeDigest.slice(0, 12)}; this worker has ` +
          `${this.#parts.code.slice(0, 12)} and leaves them alone`,
      );
    }
  }

  #seen(): WorkerSeen {
    return {
      ...this.#me,
      codeDigest: this.#parts.code,
      concurrency: this.#options.concurrency,
      running: this.#running,
      done: this.#done,
      failed: this.#failed,
      dropped: this.#dropped,
    };
  }

  /** Errors of the queue: a result that came too late is dropped; a Redis that is away is told by the connection. */
  #trouble(error: Error): void {
    if (/Missing lock|Lock mismatch|Missing key|is not in the active state/i.test(error.message)) {
      this.#dropped++;
      this.#options.onNote(
        `a result was dropped: its cell was given to another worker meanwhile (${error.message})`,
      );
    } else if (
      !/ECONNREFUSED|ECONNRESET|EPIPE|Connection is closed|could not renew lock/i.test(error.message)
    ) {
      this.#options.onNote(`the queue has a problem: ${error.message}`);
    }
  }
}
