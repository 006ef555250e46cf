/*
 * Who is there: every worker and submitter writes a line about itself into Redis, again and again, and it expires
 * when its writer dies. So a submitter can say who waits for what, and a worker which cells it leaves to others.
 */
import { hostname } from "node:os";
import type { Redis } from "ioredis";
import { PREFIX } from "./protocol.js";

/** A line is written this often, in milliseconds, and is gone after {@link GONE_S} without. */
export const BEAT_MS = 2000;
const GONE_S = 10;
/** Most lines that are read; a grid on more hosts works, but is told about these. */
const SEEN_MAX = 10_000;

/** A worker or submitter, as it says of itself. */
export interface Seen {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Digest of the simulator's code. */
  readonly codeDigest: string;
}

/** A worker. */
export interface WorkerSeen extends Seen {
  /** Cells that it runs at a time. */
  readonly concurrency: number;
  /** Cells under way. */
  readonly running: number;
  /** Cells with a result, since it started. */
  readonly done: number;
  /** Cells that ended with an error. */
  readonly failed: number;
  /** Results that were of no use: the cell had been given to another worker meanwhile. */
  readonly dropped: number;
}

/** A submitter. */
export interface SubmitterSeen extends Seen {
  /** Cells queued and not yet taken. */
  readonly waiting: number;
}

export type Role = "worker" | "submitter";

interface LineOf {
  readonly worker: WorkerSeen;
  readonly submitter: SubmitterSeen;
}

let nrHere = 0;

/** Host and process, with an id that no other worker or submitter has, nor had. */
export function whoAmI(): Pick<Seen, "id" | "host" | "pid"> {
  const host = hostname();
  const started = Math.round(performance.timeOrigin);
  return { id: `${host}:${process.pid}:${started}:${nrHere++}`, host, pid: process.pid };
}

/** Say that this process is there. */
export async function announce<R extends Role>(client: Redis, role: R, line: LineOf[R]): Promise<void> {
  await client
    .multi()
    .set(`${PREFIX}:${role}:${line.id}`, JSON.stringify(line), "EX", GONE_S)
    .sadd(`${PREFIX}:${role}s`, line.id)
    .exec();
}

/** Say that it is gone. */
export async function withdraw(client: Redis, role: Role, id: string): Promise<void> {
  await client.multi().del(`${PREFIX}:${role}:${id}`).srem(`${PREFIX}:${role}s`, id).exec();
}

/** All that are there, by host and process. */
export async function whoIsThere<R extends Role>(client: Redis, role: R): Promise<LineOf[R][]> {
  const ids = (await client.smembers(`${PREFIX}:${role}s`)).sort().slice(0, SEEN_MAX);
  if (ids.length === 0) return [];
  const lines = await client.mget(ids.map((id) => `${PREFIX}:${role}:${id}`));
  const gone = ids.filter((_, i) => lines[i] === null);
  if (gone.length > 0) await client.srem(`${PREFIX}:${role}s`, gone);
  return lines.filter((line) => line !== null).map((line) => JSON.parse(line) as LineOf[R]);
}
