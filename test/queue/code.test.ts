/* What a cell needs on another host: the same code, its trace, the module of its policy; and the same rows from it. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "bullmq";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { queueExecutor } from "../../lib/queue/executor.js";
import { listQueues, type QueueList } from "../../lib/queue/list.js";
import { runnerDigest } from "../../lib/queue/paths.js";
import { type JobData, PREFIX, queueName } from "../../lib/queue/protocol.js";
import { runWorker } from "../../lib/queue/worker.js";
import type { WorkerOptions } from "../../lib/queue/worker-options.js";
import { grid } from "../../lib/study/grid.js";
import { canonicalJson } from "../../lib/study/hash.js";
import { runGrid } from "../../lib/study/run-grid.js";
import { writeTraceFile } from "../../lib/trace/parquet.js";
import { writeRaw } from "../../lib/trace/raw-cache.js";
import { openTrace } from "../../lib/trace/store.js";
import { cellsOf, endAll, logged, RUNNER, runQueued, startCli, TRACE, tempFolder } from "./fixtures/hosts.js";
import { HAS_REDIS, startRedis, type TestRedis, until } from "./fixtures/redis.js";

describe.skipIf(!HAS_REDIS)("workers on a queue", () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.remove());
  beforeEach(() => redis.client.flushall());
  const ending: AbortController[] = [];
  const ended: Promise<unknown>[] = [];
  const endWorkers = async (): Promise<void> => {
    for (const controller of ending.splice(0)) controller.abort();
    await Promise.all(ended.splice(0));
  };
  afterEach(async () => {
    await endWorkers();
    await endAll();
  });

  /** A worker in this process; its notes. */
  function workHere(options: Partial<WorkerOptions> = {}): string[] {
    const notes: string[] = [];
    const stop = new AbortController();
    ending.push(stop);
    const base = { redis: redis.url, concurrency: 1, runner: RUNNER, cacheDir: tempFolder(), leaseMs: 1000 };
    ended.push(runWorker({ ...base, stop: stop.signal, onNote: (note) => notes.push(note), ...options }));
    return notes;
  }

  /** The runner with a comment more: other code that does the same. */
  function otherRunner(): string {
    const path = join(tempFolder(), "runner.mjs");
    writeFileSync(path, `${readFileSync(fileURLToPath(RUNNER), "utf8")}\n// changed\n`);
    return pathToFileURL(path).href;
  }

  it("of two hosts give the rows of a local run, to the byte: generated and recorded traces, all policies, a module", async () => {
    const folder = tempFolder();
    const recorded = join(folder, "mine.parquet");
    const origin = { about: "a test", command: [], version: "1", recorder: "test" };
    await writeTraceFile(recorded, { ...(await openTrace(TRACE)), name: "mine" }, origin);
    const module = join(folder, "policies", "mine.mjs");
    mkdirSync(join(folder, "policies"));
    writeFileSync(module, 'export { mine } from "../shared.mjs";\n');
    const shelf = new URL("../../dist/policies/index.js", import.meta.url);
    // A policy of the user's own that is made of a part of the library.
    mkdirSync(join(folder, "library"));
    writeFileSync(
      join(folder, "shared.mjs"),
      `import { lru } from ${JSON.stringify(relativeTo(folder, fileURLToPath(shelf)))};\nexport const mine = (options) => ({ ...lru(options), name: "mine" });\n`,
    );
    const cells = await grid({
      trace: { made: TRACE, recorded: { recorded } },
      memory: [0.4],
      point: {
        lru: "lru",
        mglru: "mglru",
        refused: { policy: "lru", set: { nonsense: 1 } },
        mine: { policy: { name: "mine", module } },
      },
      seed: [0, 1],
    });
    const local = await runGrid(cells, { workers: 1, onNote: () => {} });
    for (const _ of [1, 2])
      startCli("worker", "--redis", redis.url, "--concurrency", "1", "--cache", tempFolder());
    await until("both workers are there", async () => (await listQueues(redis.url)).workers.length === 2);
    const executor = queueExecutor({ redis: redis.url, onNote: () => {}, cacheDir: tempFolder() });
    const queued = await runGrid(cells, { executor, onNote: () => {} });
    const list = startCli("worker", "--list", "--json", "--redis", redis.url);
    await list.ended;
    const { workers } = JSON.parse(list.out()) as QueueList;
    expect(workers.map(({ concurrency, failed }) => [concurrency, failed >= 0])).toEqual([
      [1, true],
      [1, true],
    ]);
    expect(new Set(workers.map(({ pid }) => pid)).size).toBe(2);
    expect(local.rows.filter(({ status }) => status === "ok").length).toBe(12);
    expect(canonicalJson(queued.rows)).toBe(canonicalJson(local.rows));
    expect(queued.computed).toBe(local.computed);
  });

  it("of other code leave the cells alone, and both sides say who waits for whom", async () => {
    const log = join(tempFolder(), "log");
    const cells = await cellsOf({ a: { policy: "sum", set: { log } } }, 2);
    const other = workHere({ runner: otherRunner() });
    const notes: string[] = [];
    const study = runQueued(cells, { redis: redis.url, onNote: (note) => notes.push(note) });
    await until("the submitter says so", () => notes.some((note) => note.includes("other code")));
    await until("the worker says so", () => other.some((note) => note.includes("leaves them alone")));
    const code = (await runnerDigest(RUNNER)).slice(0, 12);
    expect(notes[0]).toMatch(
      new RegExp(
        `^2 cells wait for a worker with code ${code}; those there have other code: \\S+:${process.pid} `,
      ),
    );
    expect(other.at(-1)).toMatch(
      new RegExp(`^2 cells of \\S+:${process.pid} need code ${code}; this worker has `),
    );
    expect(other.filter((note) => note.includes("refused"))).toEqual([]); // they are not even offered to it
    expect(logged(log, "begin")).toEqual([]);
    workHere();
    expect((await study).failed).toBe(0);
  });

  it("cannot pass results of other code, of other cells, or damaged ones: all are refused, and the cell is done again", async () => {
    const name = queueName(await runnerDigest(RUNNER));
    const lies: ((job: JobData) => unknown)[] = [
      ({ hash }) => ({ hash, codeDigest: "0".repeat(64), worker: "liar:1", outcome: fake }),
      ({ codeDigest }) => ({ hash: "1".repeat(64), codeDigest, worker: "liar:1", outcome: fake }),
      ({ hash, codeDigest }) => ({
        hash,
        codeDigest,
        worker: "liar:1",
        outcome: { ok: true, result: { status: "ok" } },
      }),
    ];
    const fake = { ok: true, result: { status: "ok", counters: { zeta: 1 } } };
    let nr = 0;
    // Even one that found its way onto the queue of this code.
    const lie = async ({ data }: { data: JobData }): Promise<unknown> => {
      if (nr === lies.length - 1) void liar.pause(true);
      return lies[nr++]!(data);
    };
    const liar = new Worker<JobData>(name, lie, { connection: redis.client as never, prefix: PREFIX });
    const notes: string[] = [];
    const cells = await cellsOf({ a: { policy: "sum" } }, 1);
    const study = runQueued(cells, { redis: redis.url, onNote: (note) => notes.push(note) });
    await until(
      "three lies are refused",
      () => notes.filter((note) => note.includes("was refused")).length === 3,
    );
    await liar.close();
    workHere();
    const { rows } = await study;
    expect(rows[0]!.counters.zeta).toBeGreaterThan(1);
    expect(
      notes.filter((note) => note.includes("was refused")).map((note) => /refused: (.*) \(/.exec(note)![1]),
    ).toEqual([
      "result of other code: 000000000000",
      "result of another cell: 111111111111",
      "bad result: no counters",
    ]);
  });

  it("whose code changes under them end, and keep what they computed to themselves", async () => {
    const path = join(tempFolder(), "runner.mjs");
    copyFileSync(fileURLToPath(RUNNER), path);
    const runner = pathToFileURL(path).href;
    const go = join(tempFolder(), "go");
    const log = join(tempFolder(), "log");
    const cells = await cellsOf({ a: { policy: "sum", set: { log, until: go } } }, 1);
    const notes = workHere({ runner });
    const abort = new AbortController();
    const study = runQueued(cells, { redis: redis.url }, { runner, signal: abort.signal });
    await until("the cell has begun", () => logged(log, "begin").length === 1);
    writeFileSync(path, `${readFileSync(path, "utf8")}\n// changed\n`);
    writeFileSync(go, "");
    await until("the worker ends", () => notes.some((note) => note.includes("changed under the worker")));
    await Promise.all(ended);
    abort.abort();
    await expect(study).rejects.toThrow("0 of 1 cells");
  });

  it("get a trace from a shared folder, and then none goes through Redis", async () => {
    const [folder, log] = [tempFolder(), join(tempFolder(), "log")];
    const path = join(tempFolder(), "mine.parquet");
    const origin = { about: "a test", command: [], version: "1", recorder: "test" };
    await writeTraceFile(path, { ...(await openTrace(TRACE)), name: "mine" }, origin);
    const cells = await cellsOf({ a: { policy: "sum", set: { log } } }, 2, { recorded: path });
    workHere({ traces: folder });
    expect((await runQueued(cells, { redis: redis.url, traces: folder })).failed).toBe(0);
    expect(readdirSync(folder)).toEqual([`${cells[0]!.traceDigest}.raw`]);
    expect(await redis.client.keys("*blob*")).toEqual([]);
    // What lies there under the name of another trace is not taken for it.
    writeRaw(
      join(folder, `${cells[0]!.traceDigest}.raw`),
      await openTrace({ ...TRACE, seed: 2 } as typeof TRACE),
    );
    await endWorkers();
    workHere({ traces: folder });
    const again = cells.map((cell) => ({ ...cell, spec: { ...cell.spec, seed: 9 } }));
    expect((await runQueued(again, { redis: redis.url })).failed).toBe(0);
    expect((await redis.client.keys("*blob*")).length).toBe(2); // one chunk and what names it
  });

  it("are told when a trace cannot be had, and its cells are error rows like those of a local run", async () => {
    const path = join(tempFolder(), "mine.parquet");
    const origin = { about: "a test", command: [], version: "1", recorder: "test" };
    await writeTraceFile(path, { ...(await openTrace(TRACE)), name: "mine" }, origin);
    const cells = await cellsOf({ a: { policy: "sum" } }, 2, { recorded: path });
    const open = () =>
      Promise.reject(Object.assign(new Error("no such trace: mine"), { name: "InputError" }));
    const refused = workHere();
    const { rows } = await runQueued(cells, { redis: redis.url }, { open });
    expect(rows.map(({ error }) => error)).toEqual(["no such trace: mine", "no such trace: mine"]);
    await until("the worker says so", () => refused.some((note) => note.includes("no such trace: mine")));
  });

  it("get no module that imports a package; its cells are refused with the reason, before they are queued", async () => {
    const module = join(tempFolder(), "mine.mjs");
    writeFileSync(
      module,
      '/* from "a comment" */\nimport x from "left-pad";\nexport const mine = () => x;\n',
    );
    const point = {
      mine: { policy: { name: "mine", module } },
      gone: { policy: { name: "x", module: "zod" } },
    };
    const { rows } = await runQueued(await cellsOf(point, 1), { redis: redis.url });
    expect(rows[0]!.error).toMatch(/^policy module cannot be sent to workers: file:.* imports left-pad /);
    expect(rows[1]!.error).toMatch(/^policy module cannot be sent to workers: zod; give the path of a file/);
    const own = join(tempFolder(), "own.mjs");
    writeFileSync(own, "export const own = 1;\n");
    const refusing = workHere({ modules: false });
    const study = runQueued(await cellsOf({ own: { policy: { name: "own", module: own } } }, 1), {
      redis: redis.url,
    });
    expect((await study).rows[0]!.error).toMatch(/queued 4 times without a result; .*--no-modules/);
    expect(refusing.filter((note) => note.includes("--no-modules")).length).toBe(4);
  });
});

function relativeTo(folder: string, path: string): string {
  return `${"../".repeat(folder.split("/").length - 1)}${path.slice(1)}`;
}
