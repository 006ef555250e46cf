/*
 * A worker's traces, found by digest, the nearest first:
 *
 *   memory -> disk cache -> shared folder -> made here (generator, data/traces) -> Redis, on demand
 *
 * Whatever the place, records, layout and events must have the digest that the cell names. Traces that no cell
 * uses are kept in memory up to a limit, the least recently used one goes first; the disk cache has a limit, too.
 */
import { readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import type { Redis } from "ioredis";
import { openStored } from "../study/grid.js";
import { traceDigest } from "../trace/digest.js";
import { readRaw } from "../trace/raw-cache.js";
import type { TraceSpec } from "../trace/spec.js";
import type { Trace } from "../trace/trace.js";
import { getBlob } from "./blobs.js";
import { askFor } from "./wanted.js";

/** Where a worker looks for traces. */
export interface ShelfOptions {
  readonly client: Redis;
  readonly queue: string;
  /** Folder of this worker's own copies; made if missing. */
  readonly cacheDir: string;
  /** Folder that submitter and workers share, with files `<digest>.raw`. */
  readonly folder?: string | undefined;
  /** Bytes of decoded traces that stay in memory though no cell uses them. */
  readonly memoryMax: number;
  /** Bytes of the disk cache. */
  readonly diskMax: number;
  /** How long to wait for a submitter to give a trace, in milliseconds. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** File of a trace in a cache or shared folder. */
export function rawPath(folder: string, digest: string): string {
  return join(folder, `${digest}.raw`);
}

export class TraceShelf {
  readonly #options: ShelfOptions;
  /** The least recently used first. */
  readonly #kept = new Map<string, Trace>();
  readonly #finding = new Map<string, Promise<Trace>>();

  constructor(options: ShelfOptions) {
    this.#options = options;
  }

  /** The trace of a digest, found once for all cells that ask meanwhile. Rejects with the reason if it is nowhere. */
  async get(spec: TraceSpec, digest: string): Promise<Trace> {
    const kept = this.#kept.get(digest);
    if (kept !== undefined) {
      this.#keep(kept);
      return kept;
    }
    const finding = this.#finding.get(digest) ?? this.#find(spec, digest);
    this.#finding.set(digest, finding);
    try {
      const trace = await finding;
      this.#keep(trace);
      return trace;
    } finally {
      this.#finding.delete(digest);
    }
  }

  async #find(spec: TraceSpec, digest: string): Promise<Trace> {
    const { cacheDir, folder, client, queue, waitMs, signal } = this.#options;
    const path = rawPath(cacheDir, digest);
    const near =
      readChecked(path, digest) ??
      (folder === undefined ? undefined : readChecked(rawPath(folder, digest), digest)) ??
      (await makeHere(spec, digest));
    if (near !== undefined) return near;
    if (!(await askFor(client, queue, digest, { waitMs, signal })))
      throw new Error(
        `no trace ${digest.slice(0, 12)}: not on this host, and no submitter gave it in ${waitMs / 1000} s`,
      );
    const problem = await getBlob(client, digest, path);
    if (problem !== undefined) throw new Error(`no trace ${digest.slice(0, 12)}: ${problem}`);
    const trace = readChecked(path, digest);
    if (trace === undefined) {
      rmSync(path, { force: true });
      throw new Error(`no trace ${digest.slice(0, 12)}: what came through Redis is another one`);
    }
    prune(cacheDir, this.#options.diskMax, path);
    return trace;
  }

  #keep(trace: Trace): void {
    this.#kept.delete(trace.digest);
    this.#kept.set(trace.digest, trace);
    let bytes = [...this.#kept.values()].reduce((sum, kept) => sum + bytesOf(kept), 0);
    for (const [digest, kept] of this.#kept) {
      if (bytes <= this.#options.memoryMax || digest === trace.digest) return;
      this.#kept.delete(digest);
      bytes -= bytesOf(kept);
    }
  }
}

function bytesOf({ records, counts }: Trace): number {
  return records.byteLength + counts.byteLength;
}

/** A trace file, if what is in it has the digest. */
function readChecked(path: string, digest: string): Trace | undefined {
  let trace: Trace | undefined;
  try {
    trace = readRaw(path);
  } catch {
    return undefined;
  }
  if (trace === undefined || traceDigest(trace) !== digest) return undefined;
  try {
    utimesSync(path, new Date(), new Date()); // the oldest leave the cache first
  } catch {
    // A shared folder may be read-only.
  }
  return { ...trace, digest };
}

/** A generated trace, or one of data/traces by name. Paths are of the submitter's host and mean nothing here. */
async function makeHere(spec: TraceSpec, digest: string): Promise<Trace | undefined> {
  if ("recorded" in spec && /[/\\]|\.parquet$/.test(spec.recorded)) return undefined;
  try {
    const trace = await openStored(spec);
    return trace.digest === digest ? trace : undefined;
  } catch {
    return undefined;
  }
}

/** Remove the oldest files of the cache until it is within its limit; never `keep`. */
function prune(folder: string, bytesMax: number, keep: string): void {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".raw"))
    .map((name) => join(folder, name))
    .flatMap((path) => {
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat === undefined ? [] : [{ path, bytes: stat.size, usedMs: stat.mtimeMs }];
    })
    .sort((a, b) => a.usedMs - b.usedMs);
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  for (const file of files) {
    if (bytes <= bytesMax) return;
    if (file.path === keep) continue;
    rmSync(file.path, { force: true });
    bytes -= file.bytes;
  }
}
