import { existsSync } from "node:fs";
import type { ColumnTable } from "arquero";
import { table } from "arquero";
import type { CellSpec } from "../../sim/cell.js";
import { inputError } from "../../util/error.js";
import { cellCode, codeDigest, moduleDigest } from "../code-digest.js";
import { levelColumns, levelsOf } from "../levels.js";
import { BUILT } from "../pool.js";
import { type Database, openDatabase } from "./database.js";
import { checkOf, type Entry, type Made, resultText } from "./entry.js";
import { generations, loadTables, withNewest } from "./generation.js";
import { addSegments, type Merged, mergeResults } from "./merge.js";
import type { RunRecord } from "./provenance.js";
import { readSegments, type SegmentContent } from "./segment.js";
import { createCells, ORDER } from "./write-generation.js";

/*
 * What a results folder holds, for people: counted by code, listed as a table, one result with its provenance,
 * what is stale and how to be rid of it, whether all is whole.
 */

/** The results of one version of the code. */
export interface CodeCount {
  readonly codeDigest: string;
  readonly cells: number;
  /** Whether the code of this process would compute them again as they are. Others are stale. */
  readonly current: boolean;
  /** Commits that runs with this code were made at, "+" where the checkout differed; "?" outside of git. */
  readonly commits: readonly string[];
  /** First and last time that one was kept, UTC. */
  readonly first: string;
  readonly last: string;
}

/** What {@link verifyResults} found. Nothing is wrong if all but `entries` is empty. */
export interface Verification {
  /** Results that are whole, each counted once. */
  readonly entries: number;
  /** Results whose checksum is wrong, lines of segments that are no cut end, files that cannot be read. */
  readonly damaged: readonly string[];
  /** Hashes with more than one entry in a generation. */
  readonly doubled: readonly string[];
  /** Hashes under which there are two different results: the simulation was not deterministic. */
  readonly conflicts: readonly string[];
}

/** Entries with everything kept beside them. */
export interface ShownResult extends Entry {
  readonly made: Made;
  readonly run: RunRecord | null;
}

/** How to tell current code from other code. */
export interface CodeOptions {
  /** URL of the module whose `runCell` ran the cells. Default: the simulator of this package. */
  readonly runner?: string;
}

/** All results of a folder in tables of a database: entries, made, runs. Changes nothing on disk. */
export async function withAll<T>(folder: string, use: (database: Database) => Promise<T>): Promise<T> {
  checkFolder(folder);
  const segments = await readSegments(folder);
  return withNewest(
    folder,
    async (newest) => {
      const database = await openDatabase();
      try {
        await loadTables(database, newest);
        await database.run(`delete from entries where sha256(hash || ' ' || result) <> "check"`);
        await addSegments(database, segments);
        return await use(database);
      } finally {
        database.close();
      }
    },
    () => undefined,
  );
}

function checkFolder(folder: string): void {
  if (!existsSync(folder)) inputError(`no results folder: ${folder}; run a study with this folder first`);
}

/** Results by the code that computed them, current first, then by the time of the last one. */
export async function resultCodes(folder: string, options: CodeOptions = {}): Promise<CodeCount[]> {
  return withAll(folder, async (database) => {
    const current = await currentCodes(database, options);
    const rows = await database.rows<Omit<CodeCount, "current">>(`
      select code_digest as "codeDigest", count(*)::double as cells, min(made_at) as first, max(made_at) as last,
        list(distinct coalesce(left("commit", 12) || if(dirty, '+', ''), '?')
          order by coalesce(left("commit", 12) || if(dirty, '+', ''), '?')) as commits
      from entries left join made using (hash) left join runs on made.run = runs.run
      group by code_digest order by last desc, code_digest`);
    const counts = rows.map((row) => ({ ...row, current: current.has(row.codeDigest) }));
    return counts.sort((a, b) => Number(b.current) - Number(a.current));
  });
}

/** Digests in the folder that are those of the code as it is now. */
export async function currentCodes(database: Database, { runner }: CodeOptions): Promise<Set<string>> {
  const base = runner === undefined ? await codeDigest(BUILT) : await moduleDigest(runner);
  const current = new Set<string>([base]);
  const modules = await database.rows<{ module: string }>(
    "select distinct spec->>'$.policy.module' as module from entries where module is not null",
  );
  for (const { module } of modules) {
    const digest = await moduleDigest(module).catch(() => undefined);
    if (digest !== undefined) current.add(cellCode(base, digest));
  }
  return current;
}

/** Results that other code computed, by its digest: never mixed into a study, and only in the way. */
export async function staleResults(folder: string, options: CodeOptions = {}): Promise<CodeCount[]> {
  return (await resultCodes(folder, options)).filter(({ current }) => !current);
}

/**
 * Remove results of other code.
 * @param codes - digests, or their first digits; default: all that are stale.
 * @throws InputError for digits that fit no digest in the folder, or that of the current code.
 */
export async function pruneResults(
  folder: string,
  codes?: readonly string[],
  options: CodeOptions = {},
): Promise<Merged> {
  const all = await resultCodes(folder, options);
  const drop =
    codes === undefined
      ? all.filter(({ current }) => !current)
      : codes.flatMap((code) => {
          const found = all.filter(({ codeDigest }) => code !== "" && codeDigest.startsWith(code));
          if (found.length === 0) inputError(`no results of code ${code}; see reclaim-lab results list`);
          if (found.some(({ current }) => current))
            inputError(`code ${code} is the current one; remove ${folder} to be rid of its results`);
          return found;
        });
  return mergeResults(folder, { drop: drop.map(({ codeDigest }) => codeDigest) });
}

/** One result with all that is kept beside it. @throws InputError unless the digits fit one hash. */
export async function showResult(folder: string, hash: string): Promise<ShownResult> {
  return withAll(folder, async (database) => {
    const found = await database.rows<{ hash: string }>(
      "select hash from entries where starts_with(hash, $hash) order by hash limit 3",
      { hash },
    );
    if (found.length === 0) inputError(`no result ${hash}; see reclaim-lab results export`);
    if (found.length > 1)
      inputError(`several results ${hash}: ${found.map((row) => row.hash).join(", ")}; give more digits`);
    const [row] = await database.rows<Record<string, string>>(
      `select entries.*, made.* exclude (hash), runs.run as name from entries left join made using (hash)
       left join runs on runs.run = made.run where hash = $hash`,
      { hash: found[0]!.hash },
    );
    const [run] = await database.rows<RunRecord>("select * from runs where run = $run", {
      run: row!.run ?? "",
    });
    const { code_digest: codeDigest, trace_digest: traceDigest, host, made_at: at, ms } = row!;
    return {
      hash: row!.hash!,
      codeDigest: codeDigest!,
      traceDigest: traceDigest!,
      spec: JSON.parse(row!.spec!),
      result: JSON.parse(row!.result!),
      made: { run: row!.run!, host: host!, at: at!, ms: ms as unknown as number | null },
      run: run ?? null,
    };
  });
}

/**
 * Results as a table, one row each: key, `option_` and `set_` columns where results differ (`levels.ts`; by the defaults of
 * the current code), a column for each counter; ordered by trace, profile, swap, memory, policy.
 * @param options.all - results of other code, too. Default: those of the current code only.
 * @throws InputError if there is no folder.
 */
export async function readResults(
  folder: string,
  { all = false, ...code }: CodeOptions & { readonly all?: boolean } = {},
): Promise<ColumnTable> {
  return withAll(folder, async (database) => {
    if (!all) {
      const codes = [...(await currentCodes(database, code))];
      await database.run("delete from entries where not list_contains($codes, code_digest)", { codes });
    }
    await createCells(database);
    const rows = await database.rows<Record<string, unknown>>(`select * from cells order by ${ORDER}`);
    const specs = await database.rows<{ hash: string; spec: string }>("select hash, spec from entries");
    const specOf = new Map(specs.map(({ hash, spec }) => [hash, JSON.parse(spec) as CellSpec]));
    const cells = rows.map(({ hash }) => ({ spec: specOf.get(hash as string)! }));
    const levels = await levelsOf(cells, ({ policy }) => policy.module === undefined);
    const names = (
      await database.rows<{ name: string }>(
        "select column_name as name from information_schema.columns where table_name = 'cells' order by ordinal_position",
      )
    ).map(({ name }) => name);
    const plain = (value: unknown): unknown => (typeof value === "bigint" ? Number(value) : value);
    const columns = names.map((name): [string, unknown[]] => [name, rows.map((row) => plain(row[name]))]);
    const more = levelColumns(levels).filter(([name]) => name !== "policy");
    return table(columns.toSpliced(names.indexOf("set") + 1, 0, ...more));
  });
}

/** Read everything and check it: checksums, doubled entries, results that contradict each other. */
export async function verifyResults(folder: string): Promise<Verification> {
  checkFolder(folder);
  const segments = await readSegments(folder);
  const damaged = [...segments.damaged];
  return withNewest(
    folder,
    async (newest) => {
      const database = await openDatabase();
      try {
        await loadTables(database, newest, "");
        return await verify(database, segments, damaged);
      } finally {
        database.close();
      }
    },
    (path) => damaged.push(path),
  );
}

async function verify(
  database: Database,
  segments: SegmentContent,
  damaged: readonly string[],
): Promise<Verification> {
  const hashes = async (sql: string): Promise<string[]> =>
    (await database.rows<{ hash: string }>(sql)).map(({ hash }) => hash);
  const wrong = await hashes(`select hash from entries where sha256(hash || ' ' || result) <> "check"`);
  const doubled = await hashes("select hash from entries group by hash having count(*) > 1 order by hash");
  await database.run(`delete from entries where sha256(hash || ' ' || result) <> "check"`);
  const merged = new Map(
    (await database.rows<{ hash: string; check: string }>(`select hash, "check" from entries`)).map((row) => [
      row.hash,
      row.check,
    ]),
  );
  const conflicts = [...segments.conflicts];
  for (const [hash, { entry }] of segments.entries) {
    const check = merged.get(hash);
    if (check !== undefined && check !== checkOf(hash, resultText(entry.result))) conflicts.push(hash);
  }
  return {
    entries: new Set([...merged.keys(), ...segments.entries.keys()]).size,
    damaged: [...damaged, ...wrong],
    doubled,
    conflicts,
  };
}

/** Number of the newest generation; 0 before the first. */
export async function generationOf(folder: string): Promise<number> {
  return (await generations(folder))[0]?.nr ?? 0;
}
