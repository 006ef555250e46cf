/*
 * A worker: takes cells of its own code from Redis, runs them on threads, sends results back.
 *
 *   cell -> is it of this code? -> trace by digest -> module unpacked and checked -> thread -> result
 *
 * A cell is leased: the lease is renewed while the process lives. When the process dies, or hangs for longer than
 * the lease, the cell goes to another worker; if both finish, the first result counts and the other is dropped,
 * as Redis takes a result only from the holder of the lease. A cell that is lost with its worker twice is given up.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Job, Worker } from "bullmq";
import type { CellSpec } from "../sim/cell.js";
import type { Outcome } from "../study/cell-worker.js";
import { moduleDigest } from "../study/code-digest.js";
import { sha256 } from "../study/hash.js";
import { type CellPool, openPool } from "../study/pool.js";
import { inputError } from "../util/error.js";
import { CodeWatch } from "./code-watch.js";
import { type Connection, connect } from "./connect.js";
import { ModuleShelf } from "./module-shelf.js";
import { CACHE, RUNNER, runnerDigest } from "./paths.js";
import { type JobData, type JobResult, PREFIX, queueName, RESULT_MAX, readJob } from "./protocol.js";
import { announce, BEAT_MS, type WorkerSeen, whoAmI, whoIsThere, withdraw } from "./registry.js";
import { TraceShelf } from "./trace-shelf.js";

/** How to run a worker. */
export interface WorkerOptions {
  /** `redis[s]://[[user]:password@]host[:port][/database]`. */
  readonly redis: string;
  /** Folder of traces that submitters and workers share, with files `<digest>.raw`. */
  readonly traces?: string;
  /** Cells that run at a time, each on a thread. Default: one for each core. */
  readonly concurrency?: number;
  /** Longest time for one cell, in milliseconds. Default: 10 minutes. */
  readonly timeoutMs?: number;
  /** Largest heap of one thread, in MiB, typed arrays not counted. Default: 1024. */
  readonly heapMaxMb?: number;
  /** Decoded traces that stay in memory though no cell uses them, in MiB. Default: 1024. */
  readonly traceMemoryMb?: number;
  /** Traces that came through Redis and are kept on disk, in MiB. Default: 16384. */
  readonly cacheMaxMb?: number;
  /** Folder of these. Default: `.cache/queue` of this package. */
  readonly cacheDir?: string;
  /** Run policy modules that come through Redis: code of whoever may write to it. Default: true. */
  readonly modules?: boolean;
  /** Lease on a cell, in milliseconds: how long a worker may be silent before its cells go to others. Default: 30 s. */
  readonly leaseMs?: number;
  /** End after so many milliseconds without a cell. Default: never. */
  readonly idleMs?: number;
  /** Longest time that Redis may be away, in milliseconds. Default: 10 minutes. */
  readonly outageMs?: number;
  /** Ends the worker: it takes no more cells and finishes those under way. */
  readonly signal?: AbortSignal;
  /** Ends it at once: cells under way go back to the queue. */
  readonly stop?: AbortSignal;
  /** Told about starts, cells left to others, Redis away and back. Default: console.warn. */
  readonly onNote?: (note: string) => void;
  /** Told every two seconds what the worker did. */
  readonly onBeat?: (worker: WorkerSeen) => void;
  /** URL of the module whose `runCell(spec, trace)` runs a cell. Default: the simulator of this package. */
  readonly runner?: string;
}

/**
 * Run cells from a queue until a signal ends it, or there has been none for `idleMs`.
 *
 * @returns what it did.
 * @throws InputError for bad options and what {@link connect} refuses; Error if Redis was away for too long.
 */
export async function runWorker(options: WorkerOptions): Promise<WorkerSeen> {
  const concurrency = positive("concurrency", options.concurrency ?? availableParallelism(), 1024);
  const leaseMs = positive("leaseMs", options.leaseMs ?? 30_000, 2 ** 31 - 1);
  const timeoutMs = positive("timeoutMs", options.timeoutMs ?? 600_000, 2 ** 31 - 1);
  const heapMaxMb = positive("heapMaxMb", options.heapMaxMb ?? 1024, 2 ** 20);
  const { onNote = console.warn, runner = RUNNER } = options;
  const watch = await CodeWatch.of(runner); // before the digest: what is written after it is seen
  const code = await runnerDigest(runner);
  const connection = await connect({
    redis: options.redis,
    onNote,
    ...(options.outageMs !== undefined && { outageMs: options.outageMs }),
  });
  connection.warnings.forEach(onNote);
  const pool = openPool({ workers: concurrency, timeoutMs, heapMaxMb });
  try {
    const serving = new Serving({ ...options, concurrency, leaseMs, onNote, runner }, connection, pool, {
      code,
      watch,
    });
    return await serving.run();
  } finally {
    await pool.close();
    connection.close();
  }
}

type Known = WorkerOptions & Required<Pick<WorkerOptions, "concurrency" | "leaseMs" | "onNote" | "runner">>;

class Serving {
  readonly #options: Known;
  readonly #connection: Connection;
  readonly #pool: CellPool;
  readonly #code: string;
  readonly #watch: CodeWatch;
  readonly #queue: string;
  readonly #traces: TraceShelf;
  readonly #modules: ModuleShelf;
  readonly #me = whoAmI();
  readonly #name = `${this.#me.host}:${this.#me.pid}`;
  readonly #ending = new AbortController();
  readonly #toldLeft = new Set<string>();
  #running = 0;
  #done = 0;
  #failed = 0;
  #dropped = 0;
  #lastCellMs = performance.now();

  constructor(
    options: Known,
    connection: Connection,
    pool: CellPool,
    { code, watch }: { code: string; watch: CodeWatch },
  ) {
    this.#options = options;
    this.#connection = connection;
    this.#pool = pool;
    this.#code = code;
    this.#watch = watch;
    this.#queue = queueName(code);
    const { client } = connection;
    const { traces, cacheDir = CACHE, traceMemoryMb = 1024, cacheMaxMb = 16_384, modules = true } = options;
    const ask = { client, queue: this.#queue, waitMs: 4 * options.leaseMs, signal: this.#ending.signal };
    this.#traces = new TraceShelf({
      ...ask,
      cacheDir: join(cacheDir, "traces"),
      folder: traces,
      memoryMax: traceMemoryMb * 2 ** 20,
      diskMax: cacheMaxMb * 2 ** 20,
    });
    this.#modules = new ModuleShelf({ ...ask, cacheDir: join(cacheDir, "modules"), allowed: modules });
  }

  async run(): Promise<WorkerSeen> {
    const { client, place, lost } = this.#connection;
    const { concurrency, leaseMs, onNote, signal, stop } = this.#options;
    const { Worker: WorkerClass } = await import("bullmq");
    const worker: Worker<JobData, JobResult, string> = new WorkerClass<JobData, JobResult, string>(
      this.#queue,
      (job, token) => this.#process(job, token!),
      {
        connection: client,
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
    onNote(
      `worker ${this.#name}, code ${this.#code.slice(0, 12)}: up to ${concurrency} cells at a time from ${place.shown}`,
    );
    let outage: Error | undefined;
    const end = (): void => this.#ending.abort();
    const halt = (): void => {
      end();
      void this.#pool.close();
    };
    signal?.addEventListener("abort", end, { once: true });
    stop?.addEventListener("abort", halt, { once: true });
    if (signal?.aborted) end();
    if (stop?.aborted) halt();
    void lost.then((error) => {
      outage = error;
      end();
    });
    while (!this.#ending.signal.aborted) {
      await this.#beat().catch((error: Error) => this.#trouble(error));
      if (this.#running === 0 && performance.now() - this.#lastCellMs > (this.#options.idleMs ?? Infinity))
        break;
      await this.#pause(BEAT_MS);
    }
    end();
    await worker.close(outage !== undefined);
    signal?.removeEventListener("abort", end);
    stop?.removeEventListener("abort", halt);
    if (outage !== undefined) throw outage;
    await withdraw(client, "worker", this.#me.id);
    return this.#seen();
  }

  async #process(job: Job<JobData, JobResult, string>, token: string): Promise<JobResult> {
    this.#running++;
    try {
      const read = readJob(job.data);
      if (typeof read === "string") throw new Error(`no cell: ${read}`);
      const { hash, codeDigest } = read;
      const result = { hash, codeDigest, worker: this.#name };
      const outcome = await this.#outcome(read);
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

  /** How a cell ended; `undefined`: it did not, as the worker is ending; a text: why this worker cannot run it. */
  async #outcome(data: JobData): Promise<Outcome | undefined | string> {
    let [spec, trace] = [data.spec, undefined as Awaited<ReturnType<TraceShelf["get"]>> | undefined];
    try {
      trace = await this.#traces.get(spec.trace, data.traceDigest);
      spec = await this.#checkedSpec(data);
    } catch (error) {
      if (this.#ending.signal.aborted) return undefined;
      this.#options.onNote(`cell ${data.hash.slice(0, 12)} refused: ${(error as Error).message}`);
      await this.#pause(1000); // so that a worker that can run nothing does not eat the queue
      return (error as Error).message;
    }
    const outcome = await this.#pool.run({ spec, trace, runner: this.#options.runner });
    // The threads load code when they start: code that changed under the worker may have computed this.
    if (!this.#watch.changed()) return outcome;
    this.#options.onNote("the code on this host changed under the worker; start it again");
    this.#ending.abort();
    return undefined;
  }

  /** The spec with its policy's module on this host, whose code is what the cell says. */
  async #checkedSpec({ spec, module, codeDigest }: JobData): Promise<CellSpec> {
    const path = module === undefined ? undefined : await this.#modules.get(module);
    const code = path === undefined ? this.#code : sha256(`${this.#code} ${await moduleDigest(path)}`);
    if (code !== codeDigest)
      throw new Error(`cell of other code: ${codeDigest.slice(0, 12)}, not ${code.slice(0, 12)}`);
    if (path === undefined) return spec;
    return { ...spec, policy: { ...spec.policy, module: pathToFileURL(path).href } };
  }

  async #beat(): Promise<void> {
    const { client } = this.#connection;
    await announce(client, "worker", this.#seen());
    this.#options.onBeat?.(this.#seen());
    for (const { id, host, pid, codeDigest, waiting } of await whoIsThere(client, "submitter")) {
      if (codeDigest === this.#code || waiting === 0 || this.#toldLeft.has(id)) continue;
      if (this.#toldLeft.size > 1000) this.#toldLeft.clear();
      this.#toldLeft.add(id);
      this.#options.onNote(
        `${waiting} cells of ${host}:${pid} need code ${codeDigest.slice(0, 12)}; this worker has ` +
          `${this.#code.slice(0, 12)} and leaves them alone`,
      );
    }
  }

  #seen(): WorkerSeen {
    return {
      ...this.#me,
      codeDigest: this.#code,
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

  /** Wait, but not beyond the end. */
  #pause(ms: number): Promise<void> {
    const { signal } = this.#ending;
    return new Promise((done) => {
      const timer = setTimeout(end, ms);
      function end(): void {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        done();
      }
      signal.addEventListener("abort", end);
      if (signal.aborted) end();
    });
  }
}

function positive(name: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  return inputError(`bad ${name}: ${value}; give a whole number from 1 to ${max}`);
}
