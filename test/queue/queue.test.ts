/* The queue against a real redis-server, with real processes that are killed, stopped and started again. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { QueueStatus } from "../../lib/queue/status.js";
import { runWorker } from "../../lib/queue/worker.js";
import type { Cell } from "../../lib/study/grid.js";
import { canonicalJson } from "../../lib/study/hash.js";
import { StudyInterrupted } from "../../lib/study/interrupted.js";
import { runGrid } from "../../lib/study/run-grid.js";
import {
  cellsOf,
  endAll,
  logged,
  RUNNER,
  runQueued,
  startSubmitter,
  startWorker,
  tempFolder,
} from "./fixtures/hosts.js";
import { HAS_REDIS, startRedis, type TestRedis, until } from "./fixtures/redis.js";

/** Rows of the same cells, run on the threads of this machine. */
const local = async (cells: readonly Cell[]): Promise<string> =>
  canonicalJson((await runGrid(cells, { runner: RUNNER, workers: 2, onNote: () => {} })).rows);

/** Seeds of cells that were run to their end, in order. */
const seedsEnded = (log: string): number[] =>
  logged(log, "end")
    .map((line) => Number(line.split(" ")[1]))
    .sort((a, b) => a - b);

const firstSeeds = (nr: number): number[] => Array.from({ length: nr }, (_, seed) => seed);

describe.skipIf(!HAS_REDIS)("cells on a queue", () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.remove());
  beforeEach(() => redis.client.flushall());
  afterEach(endAll);

  /** Cells that log what they do and, with a file, end no sooner than it is there. */
  function loggedCells(nr: number, set: { delayMs?: number; hold?: boolean } = {}) {
    const folder = tempFolder();
    const [log, go] = [join(folder, "log"), join(folder, "go")];
    const { delayMs = 0, hold = false } = set;
    const point = { a: { policy: "sum", set: { log, delayMs, ...(hold && { until: go }) } } };
    return cellsOf(point, nr).then((cells) => ({ cells, log, go: () => writeFileSync(go, "") }));
  }

  it("of a worker killed in the middle of a cell: another one does it, once; rows are those of a local run", async () => {
    const { cells, log, go } = await loggedCells(6, { hold: true });
    const first = startWorker({ redis: redis.url });
    const study = runQueued(cells, { redis: redis.url });
    await until("a cell has begun", () => logged(log, "begin").length === 1);
    first.child.kill("SIGKILL");
    go();
    const second = startWorker({ redis: redis.url, concurrency: 2 });
    const { rows, failed } = await study;
    expect(failed).toBe(0);
    expect(seedsEnded(log)).toEqual(firstSeeds(6));
    expect(logged(log, "end").every((line) => line.endsWith(` ${second.child.pid}`))).toBe(true);
    expect(canonicalJson(rows)).toBe(await local(cells));
  });

  it("outlive a Redis that is killed and started on its append-only file: nothing is lost, nothing run twice", async () => {
    const { cells, log } = await loggedCells(30, { delayMs: 40 });
    // A lease longer than the outage: cells under way stay with their worker.
    startWorker({ redis: redis.url, concurrency: 2, leaseMs: 10_000 });
    const notes: string[] = [];
    const study = runQueued(cells, { redis: redis.url, onNote: (note) => notes.push(note) });
    for (const nr of [6, 16]) {
      await until(`${nr} cells have ended`, () => logged(log, "end").length >= nr);
      await redis.kill();
      await new Promise((done) => setTimeout(done, 300));
      await redis.start();
    }
    const { rows, failed } = await study;
    expect(failed).toBe(0);
    expect(seedsEnded(log)).toEqual(firstSeeds(30));
    expect(canonicalJson(rows)).toBe(await local(cells));
    expect(notes.filter((note) => note.startsWith("lost Redis")).length).toBe(2);
    expect(notes.filter((note) => note.includes("is back after")).length).toBe(2);
  });

  it("run twice because their worker went silent: one result counts, the other is dropped", async () => {
    const { cells, log, go } = await loggedCells(1, { hold: true });
    const silent = startWorker({ redis: redis.url });
    let answers = 0;
    const study = runQueued(cells, { redis: redis.url }, { onProgress: ({ done }) => (answers += done) });
    await until("the cell has begun", () => logged(log, "begin").length === 1);
    silent.child.kill("SIGSTOP");
    startWorker({ redis: redis.url });
    await until("it has begun again", () => logged(log, "begin").length === 2);
    go();
    const { rows, failed } = await study;
    silent.child.kill("SIGCONT");
    await until("the late result is dropped", () => silent.out().includes("a result was dropped"));
    expect(logged(log, "end").length).toBe(2);
    expect([failed, answers]).toEqual([0, 1]);
    expect(canonicalJson(rows)).toBe(await local(cells));
  });

  it("of a submitter that was killed: the next one attaches to them, queues none twice, and takes what came meanwhile", async () => {
    const { cells, log } = await loggedCells(12, { delayMs: 60 });
    const path = join(tempFolder(), "cells.json");
    writeFileSync(path, JSON.stringify(cells));
    const first = startSubmitter({ cells: path, queue: { redis: redis.url }, runner: RUNNER });
    startWorker({ redis: redis.url });
    await until("some cells have ended", () => logged(log, "end").length >= 2);
    first.child.kill("SIGKILL");
    await until("more cells have ended, with nobody to take them", () => logged(log, "end").length >= 6);
    const seen: QueueStatus[] = [];
    const { rows, failed } = await runQueued(cells, {
      redis: redis.url,
      onStatus: (status) => seen.push(status),
    });
    expect(failed).toBe(0);
    expect(seen[0]!.attached).toBeGreaterThanOrEqual(10);
    expect(logged(log, "end").length).toBeLessThanOrEqual(14); // the first one had taken 2, or a few more
    expect(new Set(seedsEnded(log)).size).toBe(12);
    expect(canonicalJson(rows)).toBe(await local(cells));
  });

  it("that throw are error rows after one run; that crash their worker twice are given up, and say so", async () => {
    const log = join(tempFolder(), "log");
    const point = {
      good: { policy: "sum", set: { log } },
      bad: { policy: "throw", set: { log } },
      deadly: { policy: "crash", set: { log } },
    };
    const cells = await cellsOf(point, 1);
    const study = runQueued(cells, { redis: redis.url });
    // A worker that dies is started again, as a service manager does.
    let nrWorkers = 0;
    let stop = false;
    const keeper = (async () => {
      for (; !stop && nrWorkers < 10; nrWorkers++) await startWorker({ redis: redis.url }).ended;
    })();
    const { rows, failed, notes } = await study;
    stop = true;
    expect(rows[0]).toMatchObject({ status: "ok" });
    expect(rows[1]).toMatchObject({ status: "error", error: "Error: broken invariant" });
    expect(notes.some((note) => /broken invariant\n.*queue-runner\.mjs/.test(note))).toBe(true);
    expect(rows[2]!.error).toMatch(
      /^its worker died or went silent in this cell twice, the last was \S+:\d+; /,
    );
    expect([failed, nrWorkers, logged(log, "begin").length]).toEqual([2, 2, 4]);
    await endAll();
    await keeper;
  });

  it("are few in Redis at a time, and leave nothing behind", async () => {
    const { cells } = await loggedCells(60);
    const ending = new AbortController();
    const worker = runWorker({
      redis: redis.url,
      concurrency: 2,
      runner: RUNNER,
      cacheDir: tempFolder(),
      signal: ending.signal,
      onNote: () => {},
    });
    let most = 0;
    const seen: QueueStatus[] = [];
    const { failed } = await runQueued(
      cells,
      { redis: redis.url, slots: 8, onStatus: (status) => seen.push(status) },
      {
        onProgress: async () => {
          const jobs = (await redis.client.keys("reclaim-lab:cells-*")).filter((key) =>
            /:[0-9a-f]{64}$/.test(key),
          );
          most = Math.max(most, jobs.length);
        },
      },
    );
    ending.abort();
    expect(await worker).toMatchObject({ done: 60, failed: 0, dropped: 0, running: 0 });
    expect(failed).toBe(0);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(24); // 8 queued, 8 taken, and what is on its way
    expect(seen[0]).toMatchObject({ workers: [{ pid: process.pid, concurrency: 2 }], otherWorkers: [] });
    const left = (await redis.client.keys("*")).filter((key) => !key.includes(":blob:"));
    expect(left.filter((key) => !/:(events|meta|id|stalled-check|marker)$/.test(key))).toEqual([]);
    expect(await redis.client.xlen(left.find((key) => key.endsWith(":events"))!)).toBeLessThan(10);
  });

  it("that two submitters want are run once, and both get them", async () => {
    const { cells, log, go } = await loggedCells(6, { hold: true });
    const [first, second] = [1, 2].map(() => runQueued(cells, { redis: redis.url }));
    startWorker({ redis: redis.url });
    await until("a cell has begun", () => logged(log, "begin").length === 1);
    go();
    const rows = canonicalJson((await first)!.rows);
    expect(canonicalJson((await second)!.rows)).toBe(rows);
    expect(seedsEnded(log)).toEqual(firstSeeds(6));
  });

  it("given up by Ctrl-C are taken back from the queue, but for those under way", async () => {
    const { cells, log, go } = await loggedCells(5, { hold: true });
    startWorker({ redis: redis.url });
    const controller = new AbortController();
    const study = runQueued(cells, { redis: redis.url }, { signal: controller.signal });
    await until("a cell has begun", () => logged(log, "begin").length === 1);
    controller.abort();
    await expect(study).rejects.toThrow(StudyInterrupted);
    go();
    await new Promise((done) => setTimeout(done, 500));
    expect(logged(log, "begin").length).toBe(1);
  });

  it("under way in a worker that is told to stop at once go back to the queue", async () => {
    const { cells, log, go } = await loggedCells(1, { hold: true });
    const stop = new AbortController();
    const options = { redis: redis.url, concurrency: 1, runner: RUNNER, onNote: () => {} };
    const first = runWorker({ ...options, cacheDir: tempFolder(), stop: stop.signal });
    const study = runQueued(cells, { redis: redis.url });
    await until("the cell has begun", () => logged(log, "begin").length === 1);
    stop.abort();
    expect(await first).toMatchObject({ done: 0, failed: 0, dropped: 0 });
    go();
    // It need not wait for the lease, and is no crash of a worker.
    startWorker({ redis: redis.url, leaseMs: 60_000 });
    expect((await study).failed).toBe(0);
  });
});
