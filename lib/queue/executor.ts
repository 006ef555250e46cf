/*
 * A study's cells on a queue that workers on any host serve: the executor of `runGrid` beyond one machine.
 *
 *   runGrid --job--> slots --> Redis --> workers --> Redis --> outcome --> results folder, rows
 *
 * Of a grid of a million cells only as many are in Redis at a time as there are slots. Opened on the first cell,
 * because the queue's name is made of the code that runs it.
 */
import { mkdir } from "node:fs/promises";
import type { Queue, QueueEvents } from "bullmq";
import { failed, type Outcome } from "../study/cell-worker.js";
import type { CellJob, Executor, OpenExecutor } from "../study/executor.js";
import { inputError } from "../util/error.js";
import { type Connection, connect } from "./connect.js";
import { Outgoing } from "./outgoing.js";
import { Outstanding } from "./outstanding.js";
import { CACHE, runnerDigest } from "./paths.js";
import { type JobData, PREFIX, queueName } from "./protocol.js";
import { announce, BEAT_MS, whoAmI, whoIsThere, withdraw } from "./registry.js";
import { type QueueStatus, waitingText } from "./status.js";

/** Where and how a study's cells are queued. */
export interface QueueOptions {
  /** `redis[s]://[[user]:password@]host[:port][/database]`. */
  readonly redis: string;
  /** Folder that this host and the workers share; traces go through it instead of through Redis. */
  readonly traces?: string;
  /** Cells in Redis at a time, 1 to 10,000; give a few times as many as all workers run. Default: 256. */
  readonly slots?: number;
  /** Told every two seconds how the queue stands. */
  readonly onStatus?: (status: QueueStatus) => void;
  /** Told what the user should know: no worker of this code, Redis away and back. Default: console.warn. */
  readonly onNote?: (note: string) => void;
  /** Longest time that Redis may be away, in milliseconds; then the cells left are error rows. Default: 10 minutes. */
  readonly outageMs?: number;
  /** Folder of temporary files. Default: `.cache/queue` of this package. */
  readonly cacheDir?: string;
}

const SLOTS_MAX = 10_000;
/** Shortest time between two sweeps over the cells; with many slots it is longer. */
const SWEEP_MS = 1000;
const WANTED_MS = 250;
/** Events that Redis keeps, about. */
const EVENTS_MAX = 500;
const RATE_WINDOW_MS = 60_000;

/**
 * An executor for `runGrid` that queues cells on Redis: `runGrid(cells, { executor: queueExecutor({ redis }) })`.
 * Workers are started with `reclaim-lab worker` or {@link runWorker}, before or after. Rows are those of a local
 * run, to the byte; a cell that crashes its worker twice is an error row.
 *
 * Opening it throws an InputError for bad options, and what {@link connect} refuses.
 */
export function queueExecutor(options: QueueOptions): OpenExecutor {
  return async ({ nrCells, signal }) => {
    const { slots = 256, onNote = console.warn } = options;
    if (!Number.isInteger(slots) || slots < 1 || slots > SLOTS_MAX)
      inputError(`bad number of slots: ${slots}; give a whole number from 1 to ${SLOTS_MAX}`);
    const note = onceAMinute(onNote);
    const connection = await connect({
      redis: options.redis,
      onNote,
      ...(options.outageMs !== undefined && { outageMs: options.outageMs }),
    });
    connection.warnings.forEach(note);
    return new QueueExecutor(options, connection, Math.min(slots, nrCells), note, signal);
  };
}

class QueueExecutor implements Executor {
  readonly slots: number;
  readonly #options: QueueOptions;
  readonly #connection: Connection;
  readonly #note: (note: string) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #me = whoAmI();
  readonly #taken: { ms: number; nr: number }[] = [];
  #open: Promise<Opened> | undefined;
  #closed = false;
  #loops: Promise<void>[] = [];

  constructor(
    options: QueueOptions,
    connection: Connection,
    slots: number,
    note: (note: string) => void,
    signal: AbortSignal | undefined,
  ) {
    this.#options = options;
    this.#connection = connection;
    this.slots = slots;
    this.#note = note;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#abort);
  }

  async run(job: CellJob): Promise<Outcome | undefined> {
    const { hash, spec, traceDigest, codeDigest: code } = job;
    try {
      const { outgoing, cells } = await (this.#open ??= this.#start(job.runner));
      if (this.#closed || this.#signal?.aborted) return undefined;
      const module = await outgoing.module(spec, code);
      const release = await outgoing.trace(job, (error) => cells.fail(traceDigest, error));
      const data: JobData = { hash, spec, traceDigest, codeDigest: code, ...(module && { module }) };
      return await cells.run(data).finally(release);
    } catch (error) {
      return this.#closed ? undefined : failed(error);
    }
  }

  async close(): Promise<void> {
    this.#abort();
    this.#closed = true;
    this.#signal?.removeEventListener("abort", this.#abort);
    const opened = await this.#open?.catch(() => undefined);
    // A Redis that is away must not keep a study from ending: what is left behind there expires.
    if (opened !== undefined) {
      await atMost(5000, this.#end(opened));
      void opened.events.disconnect().catch(() => undefined);
    }
    this.#connection.close();
  }

  readonly #abort = (): void => {
    void this.#open?.then(
      ({ cells, left }) => {
        left.push(...cells.hashes());
        cells.end();
      },
      () => undefined,
    );
  };

  async #end({ cells, left, queue, events }: Opened): Promise<void> {
    await Promise.all(this.#loops);
    await cells.clean(left);
    await withdraw(this.#connection.client, "submitter", this.#me.id);
    await events.close();
    await queue.close();
  }

  async #start(runner: string): Promise<Opened> {
    const { client } = this.#connection;
    const { Queue: QueueClass, QueueEvents: EventsClass } = await import("bullmq");
    const code = await runnerDigest(runner);
    const name = queueName(code);
    const connected = { connection: client, prefix: PREFIX };
    // An event holds a whole result; one that is trimmed before it is read is found by the next sweep.
    const streams = { events: { maxLen: EVENTS_MAX } };
    const queue = new QueueClass<JobData, unknown, string>(name, { ...connected, streams });
    const events = new EventsClass(name, connected);
    // Connection errors are told by the connection itself.
    queue.on("error", () => undefined);
    events.on("error", () => undefined);
    const cells = new Outstanding(queue, this.slots, this.#note);
    const cacheDir = this.#options.cacheDir ?? CACHE;
    await mkdir(cacheDir, { recursive: true });
    const outgoing = new Outgoing({ client, queue: name, code, cacheDir, folder: this.#options.traces });
    const look = ({ jobId }: { jobId: string }): void => void cells.look(jobId).catch(() => undefined);
    events.on("completed", look);
    events.on("failed", look);
    const opened = { queue, events, cells, outgoing, code, left: [] };
    void this.#connection.lost.then((error) => cells.end(error));
    this.#loops = [
      this.#loop(Math.max(SWEEP_MS, this.slots), () => cells.sweep()),
      this.#loop(WANTED_MS, () => outgoing.serve()),
      this.#loop(BEAT_MS, () => this.#beat(opened)),
    ];
    return opened;
  }

  /** Again and again until the end; never twice at a time. */
  async #loop(everyMs: number, act: () => Promise<void>): Promise<void> {
    while (!this.#closed) {
      try {
        await act();
      } catch (error) {
        if (!this.#closed) this.#note(`the queue has a problem: ${(error as Error).message}; trying again`);
      }
      for (let waited = 0; waited < everyMs && !this.#closed; waited += 50)
        await new Promise((done) => setTimeout(done, 50));
    }
  }

  async #beat({ cells, code }: Opened): Promise<void> {
    const { client } = this.#connection;
    await announce(client, "submitter", { ...this.#me, codeDigest: code, waiting: cells.nrWaiting });
    const [workers, submitters] = [await whoIsThere(client, "worker"), await whoIsThere(client, "submitter")];
    const others = submitters.filter(({ id }) => id !== this.#me.id);
    cells.others = others.some(({ codeDigest }) => codeDigest === code);
    const mine = workers.filter(({ codeDigest }) => codeDigest === code);
    const status: QueueStatus = {
      codeDigest: code,
      waiting: cells.nrWaiting,
      running: mine.reduce((sum, { running }) => sum + running, 0),
      taken: cells.nrTaken,
      attached: cells.nrAttached,
      perSecond: this.#rate(cells.nrTaken),
      workers: mine,
      otherWorkers: workers.filter(({ codeDigest }) => codeDigest !== code),
      submitters: others,
    };
    const waiting = waitingText(status);
    if (waiting !== undefined) this.#note(waiting);
    this.#options.onStatus?.(status);
  }

  #rate(nr: number): number {
    const now = performance.now();
    this.#taken.push({ ms: now, nr });
    while (now - this.#taken[0]!.ms > RATE_WINDOW_MS) this.#taken.shift();
    const first = this.#taken[0]!;
    return now > first.ms ? ((nr - first.nr) / (now - first.ms)) * 1000 : 0;
  }
}

interface Opened {
  readonly queue: Queue<JobData, unknown, string>;
  readonly events: QueueEvents;
  readonly cells: Outstanding;
  readonly outgoing: Outgoing;
  /** Digest of the simulator. */
  readonly code: string;
  /** Cells that were given up on an abort. */
  readonly left: string[];
}

/** Passes a note on unless it, but for its numbers, was given less than a minute ago. */
function onceAMinute(onNote: (note: string) => void): (note: string) => void {
  const told = new Map<string, number>();
  return (note) => {
    const key = note.replace(/\d+/g, "#");
    const now = performance.now();
    if (now - (told.get(key) ?? Number.NEGATIVE_INFINITY) < 60_000) return;
    if (told.size > 1000) told.clear();
    told.set(key, now);
    onNote(note);
  };
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((done) => {
    timer = setTimeout(done, ms);
  });
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}
