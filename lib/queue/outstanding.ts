/*
 * The submitter's cells in Redis: added in slices, looked after until each has its result.
 *
 *   run -> add -> (waiting, running: the workers' part) -> finished -> take -> settle -> remove from Redis
 *
 * Events only say that a look is worth while; a sweep over all cells finds what no event told: a result that came
 * while nobody listened, a cell that Redis has lost (it is added again). A cell whose job is there already, queued
 * by a submitter that died, is not added but waited for; the result of one that finished meanwhile is taken.
 * A result leaves Redis some time after it was taken, so that its receiver has stored it.
 */
import type { Job, Queue } from "bullmq";
import { failed, type Outcome } from "../study/cell-worker.js";
import { JOB_MAX, type JobData, readResult } from "./protocol.js";

/** Times that a cell is added before it becomes an error row: after lost, refused and damaged results. */
const ADDS_MAX = 4;
/** Sweeps in a row in which nothing could be added (Redis is full), before all cells become error rows. */
const ADD_FAILURES_MAX = 600;
/** Cells in one command. */
const SLICE = 256;
/** Results that nobody takes are dropped after this, in seconds. */
const KEEP_S = 7 * 24 * 3600;
/** A taken result stays for this long; longer while another submitter of the same code may want it. */
const LINGER_MS = 1000;
const LINGER_OTHERS_MS = 30_000;

type CellQueue = Queue<JobData, unknown, string>;
type CellJob = Job<JobData, unknown, string>;

interface Waiting {
  readonly data: JobData;
  readonly settle: (outcome: Outcome | undefined) => void;
  nrAdds: number;
  /** Why the last try gave no result. */
  reason: string;
}

export class Outstanding {
  readonly #queue: CellQueue;
  readonly #lingerMax: number;
  readonly #note: (note: string) => void;
  readonly #waiting = new Map<string, Waiting>();
  readonly #toAdd = new Set<Waiting>();
  #nrAddFailures = 0;
  #ended: { outcome: Outcome | undefined } | undefined;
  #taken: { hash: string; removeMs: number }[] = [];
  #adding: Promise<void> = Promise.resolve();
  /** Cells found in Redis, queued by an earlier submitter. */
  nrAttached = 0;
  /** Results taken. */
  nrTaken = 0;
  /** True while another submitter of the same code is there. */
  others = false;

  /** @param lingerMax - taken results that stay in Redis at most. */
  constructor(queue: CellQueue, lingerMax: number, note: (note: string) => void) {
    this.#queue = queue;
    this.#lingerMax = lingerMax;
    this.#note = note;
  }

  /** Cells without a result. */
  get nrWaiting(): number {
    return this.#waiting.size;
  }

  /** Queue a cell and wait for its result. Never rejects; `undefined`: the study was given up meanwhile. */
  run(data: JobData): Promise<Outcome | undefined> {
    if (this.#ended !== undefined) return Promise.resolve(this.#ended.outcome);
    const size = JSON.stringify(data).length;
    if (size > JOB_MAX) {
      const message = `cell too large for a queue: ${size} bytes of JSON; at most ${JOB_MAX}`;
      return Promise.resolve({ ok: false, message });
    }
    return new Promise((settle) => {
      const waiting = { data, settle, nrAdds: 0, reason: "" };
      this.#waiting.set(data.hash, waiting);
      this.#toAdd.add(waiting);
      // The cells that come in this turn of the event loop go in one slice.
      if (this.#toAdd.size === 1) setImmediate(() => this.#flush());
    });
  }

  /** A cell may have ended. */
  async look(hash: string): Promise<void> {
    const waiting = this.#waiting.get(hash);
    if (waiting === undefined || this.#toAdd.has(waiting)) return;
    const job = await this.#queue.getJob(hash);
    if (this.#waiting.get(hash) !== waiting || this.#toAdd.has(waiting)) return;
    if (job === undefined) this.#again(waiting, "lost by Redis");
    else if (job.finishedOn !== undefined) await this.#take(waiting, job);
  }

  /** Look at all cells, add what is to be added, remove what was taken. */
  async sweep(): Promise<void> {
    const hashes = [...this.#waiting.keys()];
    for (let i = 0; i < hashes.length; i += SLICE)
      await Promise.all(hashes.slice(i, i + SLICE).map((hash) => this.look(hash)));
    this.#flush();
    const now = Date.now();
    await this.#remove(this.#taken.filter(({ removeMs }) => removeMs <= now));
  }

  /** Give the cells of a trace back with an error: it cannot be opened, so no worker can have it. */
  fail(traceDigest: string, error: unknown): void {
    for (const { data, settle } of this.#waiting.values())
      if (data.traceDigest === traceDigest) this.#done(data.hash, settle, failed(error));
  }

  /** Give all cells back without a result, and those that are still to come: `undefined`, or an error. */
  end(error?: Error): void {
    const outcome = error && ({ ok: false, message: `${error.name}: ${error.message}` } as const);
    this.#ended ??= { outcome };
    for (const { settle } of this.#waiting.values()) settle(outcome);
    this.#waiting.clear();
    this.#toAdd.clear();
  }

  /** Leave nothing behind but what other submitters may want: cells that nobody has begun, results taken. */
  async clean(left: readonly string[]): Promise<void> {
    await this.#adding;
    if (this.others) return;
    await this.#remove([...left.map((hash) => ({ hash })), ...this.#taken]);
    await this.#queue.trimEvents(0);
  }

  /** Hashes of cells without a result. */
  hashes(): string[] {
    return [...this.#waiting.keys()];
  }

  #flush(): void {
    this.#adding = this.#adding.then(async () => {
      while (this.#toAdd.size > 0) {
        const slice = [...this.#toAdd].slice(0, SLICE);
        try {
          await this.#add(slice);
          for (const waiting of slice) this.#toAdd.delete(waiting);
          this.#nrAddFailures = 0;
        } catch (error) {
          const problem = `cells could not be queued: ${(error as Error).message}`;
          if (++this.#nrAddFailures > ADD_FAILURES_MAX) return this.end(new Error(problem));
          return this.#note(`${problem}; trying again`);
        }
      }
    });
  }

  async #add(slice: readonly Waiting[]): Promise<void> {
    const found = await Promise.all(slice.map(({ data }) => this.#queue.getJob(data.hash)));
    const fresh: Waiting[] = [];
    for (const [i, waiting] of slice.entries()) {
      const job = found[i];
      // What ended without a result, on an earlier try or for an earlier submitter, is tried again.
      if (job?.finishedOn !== undefined && job.failedReason) await job.remove();
      else if (job !== undefined) {
        if (waiting.nrAdds === 0) this.nrAttached++;
        waiting.nrAdds++;
        continue;
      }
      fresh.push(waiting);
    }
    await this.#queue.addBulk(
      fresh.map(({ data }) => ({
        name: "cell",
        data,
        opts: {
          jobId: data.hash,
          attempts: 1,
          sizeLimit: JOB_MAX,
          removeOnComplete: { age: KEEP_S },
          removeOnFail: { age: KEEP_S },
        },
      })),
    );
    for (const waiting of fresh) waiting.nrAdds++;
  }

  async #take(waiting: Waiting, job: CellJob): Promise<void> {
    const { data, settle } = waiting;
    if (job.failedReason) {
      const last = job.processedBy === undefined ? "" : `, the last was ${job.processedBy}`;
      const reason = /stalled/.test(job.failedReason)
        ? `its worker died or went silent in this cell twice${last}; the cell may crash the process`
        : `failed in the worker: ${job.failedReason}${last}`;
      return this.#done(data.hash, settle, { ok: false, message: reason });
    }
    const read = readResult(job.returnvalue, data);
    if (typeof read !== "string" && read.outcome !== undefined)
      return this.#done(data.hash, settle, read.outcome);
    await job.remove().catch(() => undefined);
    const reason = typeof read === "string" ? read : `${read.worker}: ${read.refused}`;
    this.#note(`a result was refused: ${reason} (cell ${data.hash.slice(0, 12)})`);
    this.#again(waiting, reason);
  }

  /** Try again, within bounds. */
  #again(waiting: Waiting, reason: string): void {
    waiting.reason = reason;
    if (waiting.nrAdds < ADDS_MAX) {
      this.#toAdd.add(waiting);
      this.#flush();
      return;
    }
    const message = `not computed: queued ${ADDS_MAX} times without a result; the last time: ${reason}`;
    this.#done(waiting.data.hash, waiting.settle, { ok: false, message });
  }

  #done(hash: string, settle: Waiting["settle"], outcome: Outcome): void {
    if (!this.#waiting.delete(hash)) return;
    this.nrTaken++;
    this.#taken.push({ hash, removeMs: Date.now() + (this.others ? LINGER_OTHERS_MS : LINGER_MS) });
    settle(outcome);
    const excess = this.#taken.length - this.#lingerMax;
    if (excess > 0) void this.#remove(this.#taken.slice(0, excess));
  }

  async #remove(jobs: readonly { readonly hash: string }[]): Promise<void> {
    const hashes = new Set(jobs.map(({ hash }) => hash));
    this.#taken = this.#taken.filter(({ hash }) => !hashes.has(hash));
    // A job that a worker has begun again cannot be removed; its result expires.
    await Promise.all(
      [...hashes]
        .filter((hash) => !this.#waiting.has(hash))
        .map((hash) => this.#queue.remove(hash).catch(() => 0)),
    );
  }
}
