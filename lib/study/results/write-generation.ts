import { join } from "node:path";
import { type Database, quoted } from "./database.js";

/*
 * The files of a generation, from the tables entries, made and runs:
 *
 *   entries.parquet   what is kept: hash, cell, digests, spec and result as JSON, checksum; ordered by hash
 *   made.parquet      provenance of each entry: run, host, time, milliseconds
 *   runs.parquet      provenance of each run: commit, dirty, versions, machine
 *   cells.parquet     for people: one row an entry, a column for each counter; nothing of provenance
 *   cells.duckdb      the same as tables `cells`, `entries`, `made`, `runs`
 *
 * Equal entries give the same bytes of entries.parquet and cells.parquet, whoever computed them and when.
 */

/** Columns of `cells` before the counters. */
const KEYS = `hash, code_digest, trace_digest,
  coalesce(spec->>'$.trace.recorded', spec->>'$.trace.generated') as trace,
  spec->>'$.profile' as profile, spec->>'$.swap' as swap, (spec->>'$.swappiness')::double::integer as swappiness,
  (spec->>'$.memoryMax')::double::bigint as memory_max, spec->>'$.policy.name' as policy,
  (spec->'$.policy.options')::varchar as options, (spec->'$.set')::varchar as "set",
  (spec->'$.machine')::varchar as machine, (spec->'$.trace.window')::varchar as "window",
  (spec->>'$.seed')::double::bigint as seed, result->>'$.status' as status`;
const KEY_NAMES = [
  ..."hash code_digest trace_digest trace profile swap swappiness memory_max".split(" "),
  ..."policy options set machine window seed status".split(" "),
];
/** Order of rows for people. */
export const ORDER = 'trace, profile, swap, swappiness, memory_max, policy, options, "set", seed, hash';

/** Write the files of a generation into a folder. */
export async function writeGeneration(database: Database, folder: string): Promise<void> {
  const path = (name: string): string => quoted(join(folder, name));
  await createCells(database);
  for (const [name, order] of [
    ["entries", "hash"],
    ["made", "hash"],
    ["runs", "run"],
    ["cells", ORDER],
  ]) {
    const query = `select * from ${name} order by ${order}`;
    await database.run(`copy (${query}) to ${path(`${name}.parquet`)} (format parquet, compression zstd)`);
  }
  await database.run(`attach ${path("cells.duckdb")} as file`);
  for (const [name, order] of [
    ["cells", ORDER],
    ["entries", "hash"],
    ["made", "hash"],
    ["runs", "run"],
  ])
    await database.run(`create table file.${name} as select * from ${name} order by ${order}`);
  await database.run("detach file");
}

/** The table `cells` from `entries`. Of counters whose names differ in case only, the first becomes a column. */
export async function createCells(database: Database): Promise<void> {
  const found = await database.rows<{ name: string; whole: boolean }>(`
    select j.key as name, bool_and(j.type <> 'DOUBLE' and abs(j.value::double) <= 9007199254740991) as whole
    from entries, json_each(entries.result, '$.counters') as j group by j.key order by j.key`);
  const taken = new Set(KEY_NAMES);
  const counters = found.filter(({ name }) => {
    const known = taken.has(name.toLowerCase());
    taken.add(name.toLowerCase());
    return !known;
  });
  const shape = JSON.stringify({
    counters: Object.fromEntries(counters.map(({ name, whole }) => [name, whole ? "BIGINT" : "DOUBLE"])),
  });
  const columns =
    counters.length === 0 ? "" : `, unnest(json_transform(result::json, ${quoted(shape)}).counters)`;
  await database.run(`create table cells as select ${KEYS} ${columns} from entries`);
}
