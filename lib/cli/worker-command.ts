/*
 * `reclaim-lab worker`: runs cells that studies on other machines have queued. Notes go to stderr; at the end, or with
 * --list at once, what there is to say goes to stdout.
 */
import { availableParallelism } from "node:os";
import { parseOptions, readNumber } from "./arguments.js";
import { redisUrl } from "./queue-options.js";

export const USAGE = `reclaim-lab worker --redis URL [options]

Takes cells that \`reclaim-lab study --redis URL\` has queued, runs them, sends the results back. Start one on each
host; all need the same commit, built. Ctrl-C: finish the cells under way and end; twice: put them back and end.

  --redis URL         redis[s]://[[user]:password@]host[:port][/database]; env, or nothing: the variable RECLAIM_LAB_REDIS
  --traces DIR        folder of traces that submitter and workers share; else they come through Redis
  --concurrency N     cells at a time, each on a thread                                             [number of cores]
  --timeout S         longest time for one cell, in seconds                                                     [600]
  --heap-max MB       largest heap of one thread, in MiB, typed arrays not counted                             [1024]
  --trace-memory MB   decoded traces that stay in memory though no cell uses them                              [1024]
  --cache DIR         traces and policy modules that came through Redis                                 [.cache/queue]
  --cache-max MB      size of the traces there                                                                [16384]
  --lease S           a worker that is silent for so long loses its cells to others                              [30]
  --idle S            end after so long without a cell                                                        [never]
  --no-modules        refuse cells whose policy is somebody's module: code that comes through Redis
  --list              only print who is there: workers, submitters, cells
  --json              print one JSON object at the end: what the worker did, or what --list found

Exit codes: 0 ended by a signal or by --idle, 1 a fault, or Redis was away for 10 minutes, 2 bad input.`;

const OPTIONS = {
  redis: { type: "string" },
  traces: { type: "string" },
  concurrency: { type: "string" },
  timeout: { type: "string", default: "600" },
  "heap-max": { type: "string", default: "1024" },
  "trace-memory": { type: "string", default: "1024" },
  cache: { type: "string" },
  "cache-max": { type: "string", default: "16384" },
  lease: { type: "string", default: "30" },
  idle: { type: "string" },
  "no-modules": { type: "boolean", default: false },
  list: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** The command; returns the exit code. */
export async function workerCommand(args: readonly string[]): Promise<number> {
  const values = parseOptions(args, OPTIONS);
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const redis = redisUrl(values.redis);
  const ms = (option: "timeout" | "lease", low: number): number =>
    Math.round(readNumber(option, values[option], low, 86_400, false) * 1000);
  const mb = (option: "heap-max" | "trace-memory" | "cache-max"): number =>
    readNumber(option, values[option], 1, 2 ** 20);
  const options = {
    redis,
    ...(values.traces !== undefined && { traces: values.traces }),
    concurrency: readNumber("concurrency", values.concurrency ?? `${availableParallelism()}`, 1, 1024),
    timeoutMs: ms("timeout", 0.1),
    heapMaxMb: mb("heap-max"),
    traceMemoryMb: mb("trace-memory"),
    ...(values.cache !== undefined && { cacheDir: values.cache }),
    cacheMaxMb: mb("cache-max"),
    leaseMs: ms("lease", 1),
    ...(values.idle !== undefined && { idleMs: readNumber("idle", values.idle, 0, 1e6, false) * 1000 }),
    modules: !values["no-modules"],
  };
  if (values.list) return list(redis, values.json);
  const { runWorker } = await import("../queue/worker.js");
  const { signal, stop, dispose } = twoSignals();
  try {
    const onNote = (note: string): void => console.error(note);
    const { done, failed, dropped, ...me } = await runWorker({ ...options, signal, stop, onNote });
    if (values.json) console.log(JSON.stringify({ ...me, done, failed, dropped }));
    else console.log(`${done} cells done, ${failed} of them with an error; ${dropped} results dropped`);
    return 0;
  } finally {
    dispose();
  }
}

async function list(redis: string, json: boolean): Promise<number> {
  const [{ listQueues }, { listText }] = [
    await import("../queue/list.js"),
    await import("../queue/status.js"),
  ];
  const found = await listQueues(redis);
  console.log(json ? JSON.stringify(found) : listText(found));
  return 0;
}

/** The first SIGINT or SIGTERM raises `signal`, the second one `stop`. */
function twoSignals(): { signal: AbortSignal; stop: AbortSignal; dispose(): void } {
  const [first, second] = [new AbortController(), new AbortController()];
  const hear = (): void => (first.signal.aborted ? second : first).abort();
  process.on("SIGINT", hear).on("SIGTERM", hear);
  const dispose = (): void => void process.off("SIGINT", hear).off("SIGTERM", hear);
  return { signal: first.signal, stop: second.signal, dispose };
}
