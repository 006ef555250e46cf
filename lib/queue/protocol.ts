/*
 * What goes through Redis. A cell is a job whose id is the cell's hash; a result says which cell and which code it
 * is of, so that a result of other code is refused however it came there.
 *
 *   queue      cells-<first 32 digits of the simulator's digest>: workers of other code never see these cells
 *   job id     hash of the cell: the same cell is queued once, whoever adds it and however often
 */
import { z } from "zod";
import type { CellSpec } from "../sim/cell.js";
import type { Outcome } from "../study/cell-worker.js";
import { checkResult } from "../study/results.js";

/** Layout of jobs and results. Part of the queue's name: another layout is another queue. */
const PROTOCOL = 1;

/** Prefix of all keys in Redis. */
export const PREFIX = "reclaim-lab";

/** Largest result, in bytes of JSON. */
export const RESULT_MAX: number = 4 << 20;
/** Largest job, in bytes of JSON. */
export const JOB_MAX: number = 256 << 10;

/** Name of the queue of one code. @param codeDigest - of the simulator alone, without policy modules. */
export function queueName(codeDigest: string): string {
  return `cells-${PROTOCOL}-${codeDigest.slice(0, 32)}`;
}

/** A cell on its way to a worker. */
export interface JobData {
  readonly hash: string;
  readonly spec: CellSpec;
  readonly traceDigest: string;
  /** Of simulator and policy module, see `code-digest.ts`. */
  readonly codeDigest: string;
  /** The files of the policy's module, if it has one. */
  readonly module?: ModuleRef;
}

/** A packed policy module: sha256 of the pack, and the file in it that exports the policy. */
export interface ModuleRef {
  readonly digest: string;
  readonly entry: string;
}

/** What a worker sends back. */
export interface JobResult {
  readonly hash: string;
  readonly codeDigest: string;
  /** `host:pid` of the worker. */
  readonly worker: string;
  /** How the cell ended; absent if the worker could not run it. */
  readonly outcome?: Outcome | undefined;
  /** Why the worker could not run the cell, though another might: no trace, a full disk. */
  readonly refused?: string | undefined;
}

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const JOB = z.object({
  hash: digest,
  spec: z.looseObject({ trace: z.looseObject({}), policy: z.looseObject({ name: z.string() }) }),
  traceDigest: digest,
  codeDigest: digest,
  module: z.object({ digest, entry: z.string().min(1).max(4096) }).optional(),
});

const RESULT = z.object({
  hash: digest,
  codeDigest: digest,
  worker: z.string().max(512),
  outcome: z
    .union([
      z.object({
        ok: z.literal(true),
        result: z.unknown(),
        made: z.object({ host: z.string().max(256), ms: z.number().min(0) }).optional(),
      }),
      z.object({ ok: z.literal(false), message: z.string(), stack: z.string().optional() }),
    ])
    .optional(),
  refused: z.string().optional(),
});

/** A job as it came out of Redis; or, as a text, what is wrong with it. */
export function readJob(data: unknown): JobData | string {
  const parsed = JOB.safeParse(data);
  return parsed.success ? (parsed.data as unknown as JobData) : firstIssue(parsed.error);
}

/** A result as it came out of Redis, of this cell and this code; or, as a text, why it is refused. */
export function readResult(value: unknown, cell: { hash: string; codeDigest: string }): JobResult | string {
  const parsed = RESULT.safeParse(value);
  if (!parsed.success) return firstIssue(parsed.error);
  const { hash, codeDigest, outcome, refused } = parsed.data;
  if (hash !== cell.hash) return `result of another cell: ${hash.slice(0, 12)}`;
  if (codeDigest !== cell.codeDigest) return `result of other code: ${codeDigest.slice(0, 12)}`;
  if ((outcome === undefined) === (refused === undefined)) return "result with neither outcome nor reason";
  const wrong = outcome?.ok === true ? checkResult(outcome.result) : undefined;
  return wrong === undefined ? (parsed.data as unknown as JobResult) : `bad result: ${wrong}`;
}

function firstIssue(error: z.ZodError): string {
  const { path, message } = error.issues[0]!;
  return `${path.join(".") || "value"}: ${message}`;
}
