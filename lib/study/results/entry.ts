import type { CellResult, CellSpec } from "../../sim/cell.js";
import { canonicalJson, cellHash, sha256 } from "../hash.js";

/** What a result depends on, kept beside it for people; the hash is made of the same. */
export interface EntryKey {
  readonly spec: CellSpec;
  readonly traceDigest: string;
  readonly codeDigest: string;
}

/** The deterministic part of a kept result: the same on every run, machine and day. */
export interface Entry extends EntryKey {
  readonly hash: string;
  readonly result: CellResult;
}

/** Where, when and by which run a result was computed. Never part of what is compared or exported as data. */
export interface Made {
  /** Name of the run, see `RunRecord`. */
  readonly run: string;
  readonly host: string;
  /** When it was kept, in UTC (ISO 8601). */
  readonly at: string;
  /** Wall time of the simulation in milliseconds; null if the executor did not say. */
  readonly ms: number | null;
}

/** Names a cell whatever the code: equal for results of one cell that differ in the code digest only. */
export function cellKey({ spec, traceDigest }: Pick<EntryKey, "spec" | "traceDigest">): string {
  return cellHash(spec, traceDigest, "");
}

/** The result as it is stored: equal results, equal text. */
export function resultText(result: CellResult): string {
  return canonicalJson(result);
}

/** Checksum of a result under its hash, so that neither can be changed or swapped unnoticed. */
export function checkOf(hash: string, result: string): string {
  return sha256(`${hash} ${result}`);
}
