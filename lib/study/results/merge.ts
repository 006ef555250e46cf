import { mkdir, rm } from "node:fs/promises";
import { canonicalJson } from "../hash.js";
import { type Database, openDatabase } from "./database.js";
import { cellKey, checkOf, resultText } from "./entry.js";
import { type Generation, loadTables, MAX_TRIES, publish, settle, withNewest } from "./generation.js";
import { readSegments, type SegmentContent, segmentsLeftBehind } from "./segment.js";
import { writeGeneration } from "./write-generation.js";

/** What to do besides. */
export interface MergeOptions {
  /** The segment of the calling run, which is at its end: it goes once its results are merged. */
  readonly own?: string | undefined;
  /** Leave out entries with these code digests. */
  readonly drop?: readonly string[];
}

/** What a merge did. */
export interface Merged {
  /** Entries in the newest generation. */
  readonly entries: number;
  /** Entries left out on request. */
  readonly dropped: number;
  /** Entries whose checksum was wrong; they are gone. */
  readonly damaged: number;
}

/**
 * Bring what segments hold into a new generation, if there is anything new, and remove segments whose writer is
 * at its end or dead. At any moment, each result is in a segment or in the newest generation.
 */
export async function mergeResults(folder: string, options: MergeOptions = {}): Promise<Merged> {
  await mkdir(folder, { recursive: true });
  for (let i = 0; i < MAX_TRIES; i++) {
    const merged = await withNewest(
      folder,
      (base) => tryMerge(folder, base, options),
      () => undefined,
    );
    if (merged !== undefined) return merged;
  }
  throw new Error(`other processes merge all the time: ${folder}`);
}

/** Undefined if another process was faster. */
async function tryMerge(
  folder: string,
  base: Generation | undefined,
  { own, drop = [] }: MergeOptions,
): Promise<Merged | undefined> {
  // Who is dead is asked before reading: a writer that dies in between may have added what was not read.
  const over = new Set([own, ...(await segmentsLeftBehind(folder))]);
  const segments = await readSegments(folder);
  const database = await openDatabase();
  try {
    await loadTables(database, base);
    const damaged = await removed(database, `sha256(hash || ' ' || result) <> "check"`);
    const added = await addSegments(database, segments);
    const dropped =
      drop.length === 0 ? 0 : await removed(database, "list_contains($drop, code_digest)", drop);
    if (added + dropped + damaged > 0) {
      await database.run("delete from made where hash not in (select hash from entries)");
      await database.run("delete from runs where run not in (select run from made)");
      if (!(await publish(folder, base, (into) => writeGeneration(database, into)))) return undefined;
    } else await settle(folder);
    for (const path of segments.paths) {
      if (over.has(path)) await rm(path, { force: true });
    }
    const [{ nr }] = (await database.rows<{ nr: number }>("select count(*)::double as nr from entries")) as [
      { nr: number },
    ];
    return { entries: nr, dropped, damaged };
  } finally {
    database.close();
  }
}

/** Delete entries; returns how many. */
async function removed(database: Database, where: string, drop?: readonly string[]): Promise<number> {
  const parameters = drop === undefined ? {} : { drop };
  return (await database.rows(`delete from entries where ${where} returning hash`, parameters)).length;
}

/** Add what is new to the tables; returns how many entries were. A result that is there stays: both are the same. */
export async function addSegments(database: Database, { entries, runs }: SegmentContent): Promise<number> {
  const known = new Set(
    (await database.rows<{ hash: string }>("select hash from entries")).map((row) => row.hash),
  );
  const fresh = [...entries.values()].filter(({ entry }) => !known.has(entry.hash));
  await database.append(
    "entries",
    fresh.map(({ entry: { hash, spec, traceDigest, codeDigest, result } }) => {
      const text = resultText(result);
      const key = cellKey({ spec, traceDigest });
      return [hash, key, codeDigest, traceDigest, canonicalJson(spec), text, checkOf(hash, text)];
    }),
  );
  await database.run("create temp table fresh as select * from made limit 0");
  await database.append(
    "fresh",
    fresh.map(({ entry: { hash }, made: { run, host, at, ms } }) => [hash, run, host, at, ms]),
  );
  await database.run("insert or replace into made select * from fresh; drop table fresh");
  for (const r of runs) {
    await database.run(
      `insert or ignore into runs values ($run, $started, $host, nullif($commit, ''),
        case $dirty when 'true' then true when 'false' then false end, $version, $node, $system, $cpu, $cores)`,
      { ...r, commit: r.commit ?? "", dirty: String(r.dirty) },
    );
  }
  return fresh.length;
}
