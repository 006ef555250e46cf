import { access, constants, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { CellResult } from "../sim/cell.js";
import { inputError } from "../util/error.js";
import type { EntryKey, Made } from "./results/entry.js";
import { settle } from "./results/generation.js";
import { mergeResults } from "./results/merge.js";
import { ownName } from "./results/owner.js";
import { describeRun } from "./results/provenance.js";
import { findResults, type StaleCells, staleCells, type Wanted } from "./results/read.js";
import { appendLine, SEGMENTS, segmentPath } from "./results/segment.js";

/*
 * Finished cells on disk. A results folder holds
 *
 *   segments/<owner>.log  one segment a run: each result is appended the moment it is known
 *   merged/<number>/      one generation: all results so far as Parquet and DuckDB files that never change
 *   current               link to the newest generation, for people: current/cells.duckdb, current/cells.parquet
 *   studies/<name>.json   which cells a named study consists of
 *
 *     run A --append--> segments/A --+
 *                                    +-- at the end of each run: merge --> merged/000007 --rename--> visible as a whole
 *     run B --append--> segments/B --+                             (then segment A goes; B is still written)
 *
 * Why not write DuckDB directly: its file has one writer process, which shuts out readers, too. Here nobody locks:
 *
 * - A run writes to its own segment only, one write a result. A kill at any moment cuts the last line at most,
 *   which its checksum shows: the cells in flight are lost, nothing else.
 * - A generation is made beside and renamed into place. The rename fails if another process made that number
 *   first; then the merge starts again from there. A kill leaves a folder that nobody looks at.
 * - A segment is removed once it is merged, and only by its writer or after the writer's death. A reader reads
 *   segments first and the newest generation second, so it misses nothing that was moved meanwhile.
 * - A result in two segments is one result: equal hash, equal bytes.
 * - DuckDB's file is for people. A program that holds it open keeps its old generation and stops nobody.
 *
 * Against a power cut, a generation is on disk (fsync) before segments go; what a segment had not yet written back
 * is lost. Provenance (who, when, with which versions) lies beside the results and is no part of their checksum.
 */

export type { EntryKey } from "./results/entry.js";
export type { StaleCells, Wanted } from "./results/read.js";

/** What a folder has of the wanted results. */
export interface Kept {
  /** By hash. */
  readonly results: ReadonlyMap<string, CellResult>;
  /** Of the others, those that are there by other code; most cells first. */
  readonly stale: readonly StaleCells[];
}

/** A folder of finished cells. */
export interface ResultStore {
  /** The results under these hashes, by one query. A result that is not whole is none. */
  load(wanted: readonly Wanted[]): Promise<Kept>;
  /** Keep a result. Never rejects: what goes wrong is in {@link ResultStore.problem}. */
  save(hash: string, key: EntryKey, result: CellResult, made?: Pick<Made, "host" | "ms">): Promise<void>;
  /** Merge what was kept into the DuckDB and Parquet files. Never rejects; if it fails, results stay in the segment. */
  close(): Promise<void>;
  /** Entries that were half-written or corrupt and were passed over. */
  readonly damaged: readonly string[];
  /** Why results are not kept (read-only, full disk); undefined while they are. */
  readonly problem: string | undefined;
  /** Why they could not be merged; they are kept all the same. */
  readonly mergeProblem: string | undefined;
}

/**
 * Open, or create, a results folder. A folder that cannot be written to is no error: what it holds is read,
 * the study runs, and `problem` says why nothing is kept. After the first failed write no other is tried.
 *
 * @throws InputError if the path, or its `segments`, is a file.
 */
export async function openResults(folder: string): Promise<ResultStore> {
  const owner = ownName();
  const path = segmentPath(folder, owner);
  const damaged: string[] = [];
  let problem = await makeFolder(folder);
  let mergeProblem: string | undefined;
  let run: Promise<{ readonly host: string }> | undefined;
  let hasLog = false;
  /** The first line of the segment: this run. */
  const begin = async (): Promise<{ readonly host: string }> => {
    const record = await describeRun(owner);
    await appendLine(path, { run: record });
    return record;
  };
  return {
    damaged,
    get problem() {
      return problem;
    },
    get mergeProblem() {
      return mergeProblem;
    },
    async load(wanted) {
      const found = await findResults(
        folder,
        wanted.map(({ hash }) => hash),
        damaged,
      );
      hasLog = found.segments.paths.length > 0;
      return { results: found.results, stale: await staleCells(folder, wanted, found) };
    },
    async save(hash, key, result, made) {
      if (problem !== undefined) return;
      try {
        const { host } = await (run ??= begin());
        const { spec, traceDigest, codeDigest } = key;
        const entry = { hash, spec, traceDigest, codeDigest, result };
        const at = new Date().toISOString();
        await appendLine(path, { entry, made: { host, ms: null, ...made, run: owner, at } });
      } catch (error) {
        problem = reason(error);
      }
    },
    async close() {
      if (problem !== undefined && run === undefined) return;
      try {
        if (run === undefined && !hasLog) return await settle(folder);
        await mergeResults(folder, { own: path });
      } catch (error) {
        mergeProblem = reason(error);
      }
    },
  };
}

async function makeFolder(folder: string): Promise<string | undefined> {
  const log = join(folder, SEGMENTS);
  try {
    await mkdir(log, { recursive: true });
    await access(log, constants.W_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" || code === "ENOTDIR")
      inputError(`not a folder: ${log} (results); name a folder or a free path`);
    return reason(error);
  }
}

/** What is wrong with something that should be a {@link CellResult}; undefined if nothing is. */
export function checkResult(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return "no object";
  const { status, counters } = value as Partial<Record<string, unknown>>;
  if (status !== "ok" && status !== "oom" && status !== "ejected") return `status ${String(status)}`;
  if (typeof counters !== "object" || counters === null) return "no counters";
  for (const [name, count] of Object.entries(counters)) {
    if (typeof count !== "number" || !Number.isFinite(count)) return `counter ${name} is ${String(count)}`;
  }
  return undefined;
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT" || /No space left/.test(message)) return "the disk is full";
  if (code === "EROFS" || code === "EACCES" || code === "EPERM") return "the folder is read-only";
  return message;
}
