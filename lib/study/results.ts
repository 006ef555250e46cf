import { access, constants, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CellResult, CellSpec } from "../sim/cell.js";
import { inputError } from "../util/error.js";
import { canonicalJson, sha256 } from "./hash.js";

/*
 * Finished cells on disk: <folder>/cells/<hash>.json, one file a cell, written beside and renamed into place,
 * so that a reader sees a whole entry or none, and several processes may share a folder. An entry holds what
 * is the same on every run (spec, digests, result) and a checksum; no times and no host names.
 */

/** What a result depends on, kept beside it for people; the hash is made of the same. */
export interface EntryKey {
  readonly spec: CellSpec;
  readonly traceDigest: string;
  readonly codeDigest: string;
}

/** A folder of finished cells. */
export interface ResultStore {
  /** The result under a hash; undefined if there is none, or none that is whole. */
  load(hash: string): Promise<CellResult | undefined>;
  /** Keep a result. Never rejects: what goes wrong is in {@link ResultStore.problem}. */
  save(hash: string, key: EntryKey, result: CellResult): Promise<void>;
  /** Files that were half-written or corrupt and were passed over. */
  readonly damaged: readonly string[];
  /** Why results are not kept (read-only, full disk); undefined while they are. */
  readonly problem: string | undefined;
}

/**
 * Open, or create, a results folder. A folder that cannot be written to is no error: what it holds is read,
 * the study runs, and `problem` says why nothing is kept. After the first failed write no other is tried.
 *
 * @throws InputError if the path, or its `cells`, is a file.
 */
export async function openResults(folder: string): Promise<ResultStore> {
  const cells = join(folder, "cells");
  const damaged: string[] = [];
  let problem: string | undefined;
  let nrWrites = 0;
  try {
    await mkdir(cells, { recursive: true });
    await access(cells, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" || code === "ENOTDIR")
      inputError(`not a folder: ${cells} (results); name a folder or a free path`);
    problem = reason(error);
  }
  return {
    damaged,
    get problem() {
      return problem;
    },
    async load(hash) {
      const path = join(cells, `${hash}.json`);
      const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) =>
        error.code === "ENOENT" || error.code === "ENOTDIR" ? undefined : "",
      );
      if (text === undefined) return undefined;
      const result = parseEntry(text, hash);
      if (result === undefined) damaged.push(path);
      return result;
    },
    async save(hash, key, result) {
      if (problem !== undefined) return;
      const beside = join(cells, `${hash}.${process.pid}-${nrWrites++}.tmp`);
      try {
        await writeFile(beside, entryText(hash, key, result));
        await rename(beside, join(cells, `${hash}.json`));
      } catch (error) {
        problem = reason(error);
        await rm(beside, { force: true }).catch(() => undefined);
      }
    },
  };
}

/** What is wrong with something that should be a {@link CellResult}; undefined if nothing is. */
export function checkResult(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return "no object";
  const { status, counters } = value as Partial<Record<string, unknown>>;
  if (status !== "ok" && status !== "oom") return `status ${String(status)}`;
  if (typeof counters !== "object" || counters === null) return "no counters";
  for (const [name, count] of Object.entries(counters)) {
    if (typeof count !== "number" || !Number.isFinite(count)) return `counter ${name} is ${String(count)}`;
  }
  return undefined;
}

function entryText(hash: string, key: EntryKey, result: CellResult): string {
  return `${canonicalJson({ hash, ...key, result, check: checksum(hash, result) })}\n`;
}

function parseEntry(text: string, hash: string): CellResult | undefined {
  try {
    const { result, check } = JSON.parse(text) as { result?: unknown; check?: unknown };
    if (checkResult(result) !== undefined) return undefined;
    return check === checksum(hash, result as CellResult) ? (result as CellResult) : undefined;
  } catch {
    return undefined;
  }
}

/** Over the hash too, so that an entry renamed to another cell's name is not taken for it. */
function checksum(hash: string, result: CellResult): string {
  return sha256(`${hash} ${canonicalJson(result)}`);
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") return "the disk is full";
  if (code === "EROFS" || code === "EACCES" || code === "EPERM") return "the folder is read-only";
  return message;
}
