import { appendFile, readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { sha256 } from "../hash.js";
import type { Entry, Made } from "./entry.js";
import { isLeftBehind } from "./owner.js";
import type { RunRecord } from "./provenance.js";

/*
 * A segment is the log of one run, segments/<owner>.log, one line a result:
 *
 *   <first 16 digits of sha256 of the rest> {"entry":{...},"made":{...}}      or      ... {"run":{...}}
 *
 * Lines are appended by one process, each with one write. What a kill cuts off is the last line, which then has no
 * line feed or another checksum; it is passed over.
 */

export const SEGMENTS = "segments";
const SUFFIX = ".log";
const NR_CHECK = 16;

/** A line of a segment. */
export type SegmentLine = { readonly entry: Entry; readonly made: Made } | { readonly run: RunRecord };

/** What segments hold. */
export interface SegmentContent {
  /** Paths that were read. */
  readonly paths: readonly string[];
  /** By hash; of two results under one hash the first. */
  readonly entries: ReadonlyMap<string, { readonly entry: Entry; readonly made: Made }>;
  readonly runs: readonly RunRecord[];
  /** Lines that are wrong and no cut end, as path:line. */
  readonly damaged: readonly string[];
  /** Hashes under which two segments hold different results: the simulation was not deterministic. */
  readonly conflicts: readonly string[];
}

export function segmentPath(folder: string, owner: string): string {
  return join(folder, SEGMENTS, `${owner}${SUFFIX}`);
}

export async function appendLine(path: string, line: SegmentLine): Promise<void> {
  const text = JSON.stringify(line);
  await appendFile(path, `${sha256(text).slice(0, NR_CHECK)} ${text}\n`);
}

/** Paths of segments, in order of their names. */
async function segmentPaths(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, SEGMENTS)).catch(() => []);
  return names
    .filter((name) => name.endsWith(SUFFIX))
    .sort()
    .map((name) => join(folder, SEGMENTS, name));
}

/** Segments whose writer is gone. */
export async function segmentsLeftBehind(folder: string): Promise<string[]> {
  const paths = await segmentPaths(folder);
  return paths.filter((path) => isLeftBehind(path, basename(path, SUFFIX)));
}

/** All segments of a results folder. One that vanishes meanwhile has been merged, and is none. */
export async function readSegments(folder: string): Promise<SegmentContent> {
  const entries = new Map<string, { entry: Entry; made: Made }>();
  const [runs, damaged, conflicts, paths]: [RunRecord[], string[], string[], string[]] = [[], [], [], []];
  for (const path of await segmentPaths(folder)) {
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text === undefined) continue;
    paths.push(path);
    const lines = text.split("\n");
    for (const [i, line] of lines.entries()) {
      if (line === "") continue;
      const parsed = parseLine(line);
      if (parsed === undefined) {
        if (i < lines.length - 1) damaged.push(`${path}:${i + 1}`);
      } else if ("run" in parsed) runs.push(parsed.run);
      else {
        const { hash, result } = parsed.entry;
        const known = entries.get(hash)?.entry.result;
        if (known === undefined) entries.set(hash, parsed);
        else if (JSON.stringify(known) !== JSON.stringify(result)) conflicts.push(hash);
      }
    }
  }
  return { paths, entries, runs, damaged, conflicts };
}

function parseLine(line: string): SegmentLine | undefined {
  const text = line.slice(NR_CHECK + 1);
  const isWhole = line.slice(0, NR_CHECK + 1) === `${sha256(text).slice(0, NR_CHECK)} `;
  return isWhole ? (JSON.parse(text) as SegmentLine) : undefined;
}
