import { availableParallelism } from "node:os";
import { inputError } from "../util/error.js";
import { CACHE, RUNNER } from "./paths.js";
import type { WorkerSeen } from "./registry.js";

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

/** The options with what was left out. */
export type CheckedOptions = WorkerOptions &
  Required<
    Pick<
      WorkerOptions,
      | "concurrency"
      | "leaseMs"
      | "timeoutMs"
      | "heapMaxMb"
      | "traceMemoryMb"
      | "cacheMaxMb"
      | "cacheDir"
      | "modules"
      | "onNote"
      | "runner"
    >
  >;

/** @throws InputError for a number out of range. */
export function checkedOptions(options: WorkerOptions): CheckedOptions {
  return {
    ...options,
    concurrency: positive("concurrency", options.concurrency ?? availableParallelism(), 1024),
    leaseMs: positive("leaseMs", options.leaseMs ?? 30_000, 2 ** 31 - 1),
    timeoutMs: positive("timeoutMs", options.timeoutMs ?? 600_000, 2 ** 31 - 1),
    heapMaxMb: positive("heapMaxMb", options.heapMaxMb ?? 1024, 2 ** 20),
    traceMemoryMb: positive("traceMemoryMb", options.traceMemoryMb ?? 1024, 2 ** 20),
    cacheMaxMb: positive("cacheMaxMb", options.cacheMaxMb ?? 16_384, 2 ** 30),
    cacheDir: options.cacheDir ?? CACHE,
    modules: options.modules ?? true,
    onNote: options.onNote ?? console.warn,
    runner: options.runner ?? RUNNER,
  };
}

function positive(name: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  return inputError(`bad ${name}: ${value}; give a whole number from 1 to ${max}`);
}
