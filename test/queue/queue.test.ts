/* The queue against a real redis-server, with real processes that are killed, stopped and started again. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "bullmq";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runnerDigest } from "../../lib/queue/paths.js";
import { PREFIX, queueName } from "../../lib/queue/protocol.js";
import type { QueueStatus } from "../../lib/queue/status.js";
import { runWorker } from "../../lib/queue/worker.js";
import { canonicalJson } from "../../lib/study/hash.js";
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

describe.skipIf(!HAS_REDIS)("cells on a queue", () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.remove());
  beforeEach(() => redis.client.flushall());
  afterEach(endAll);

  /** Rows of the same cells, run on the threads of this machine. */
  const local = async (cells: Awaited<ReturnType<typeof cellsOf>>): Promise<string> =>
    canonicalJson((await runGrid(cells, { runner: RUNNER, workers: 2, onNote: () => {} })).rows);

  it("of a worker killed in the middle of a cell is done by another one, once", async () => {
    const folder = tempFolder();
    const [log, go] = [join(folder, "log"), join(folder, "go")];
    const cells = await cellsOf({ a: { policy: "sum", set: { log, until: go } } }, 6);
    const first = startWorker({ redis: redis.url });
    const study = runQueued(cells, { redis: redis.url });
    await until("a cell has begun", () => logged(log, "begin").length === 1);
    first.child.kill("SIGKILL");
    writeFileSync(go, "");
    const second = startWorker({ redis: redis.url, concurrency: 2 });
    const { rows, failed } = await study;
    expect(failed).toBe(0);
    expect(canonicalJson(rows)).toBe(await local(cells.map((cell) => cell)));
    const ended = logged(log, "end").slice(0, 6); // the local run writes to the log, too
    expect(new Set(ended.map((line) => line.split(" ")[1])).size).toBe(6);
    expect(ended.every((line) => line.endsWith(` ${second.child.pid}`))).toBe(true);
  });
});
void [readdirSync, Worker, runnerDigest, PREFIX, queueName, runWorker, startSubmitter];

export type { QueueStatus };
