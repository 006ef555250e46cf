import { join } from "node:path";
import type { CellResult, CellSpec } from "../../sim/cell.js";
import { openDatabase } from "./database.js";
import { cellKey } from "./entry.js";
import { withNewest } from "./generation.js";
import { readSegments, type SegmentContent } from "./segment.js";

/** A result that is looked for. */
export interface Wanted {
  readonly hash: string;
  readonly spec: CellSpec;
  readonly traceDigest: string;
}

/** Results of wanted cells that other code computed: how many, by its digest. */
export interface StaleCells {
  readonly codeDigest: string;
  readonly cells: number;
}

/** What was found under some hashes. */
export interface Found {
  readonly results: ReadonlyMap<string, CellResult>;
  /** What segments hold, as they were read. */
  readonly segments: SegmentContent;
}

/**
 * Results under these hashes: from segments first, then by one query from the newest generation.
 * @param damaged - gets the places of entries that are not whole.
 */
export async function findResults(
  folder: string,
  hashes: readonly string[],
  damaged: string[],
): Promise<Found> {
  const results = new Map<string, CellResult>();
  const segments = await readSegments(folder);
  damaged.push(...segments.damaged);
  for (const hash of hashes) {
    const found = segments.entries.get(hash);
    if (found !== undefined) results.set(hash, found.entry.result);
  }
  const missing = hashes.filter((hash) => !results.has(hash));
  const query = `select hash, result, sha256(hash || ' ' || result) = "check" as whole from read_parquet($file)
    where hash in (select unnest($keys::varchar[]))`;
  const rows = await ask<{ hash: string; result: string; whole: boolean }>(folder, query, missing, damaged);
  for (const { file, hash, result, whole } of rows) {
    if (whole) results.set(hash, JSON.parse(result) as CellResult);
    else damaged.push(`${file}:${hash}`);
  }
  return { results, segments };
}

/** Of what was not found, the results by other code, most cells first: looked up without the code digest. */
export async function staleCells(
  folder: string,
  wanted: readonly Wanted[],
  { results, segments }: Found,
): Promise<StaleCells[]> {
  const keys = wanted.filter(({ hash }) => !results.has(hash)).map(cellKey);
  const counts = new Map<string, number>();
  const query = `select code_digest as code, count(*)::double as nr from read_parquet($file)
    where cell in (select unnest($keys::varchar[])) group by all`;
  for (const { code, nr } of await ask<{ code: string; nr: number }>(folder, query, keys, []))
    counts.set(code, nr);
  const missing = new Set(keys);
  for (const { entry } of missing.size === 0 ? [] : segments.entries.values()) {
    if (missing.has(cellKey(entry))) counts.set(entry.codeDigest, (counts.get(entry.codeDigest) ?? 0) + 1);
  }
  const stale = [...counts].map(([codeDigest, cells]) => ({ codeDigest, cells }));
  return stale.sort((a, b) => b.cells - a.cells || (a.codeDigest < b.codeDigest ? -1 : 1));
}

/** `12 by code 0123456789ab, 3 by code ...`. */
export function staleText(stale: readonly StaleCells[]): string {
  return stale.map(({ codeDigest, cells }) => `${cells} by code ${codeDigest.slice(0, 12)}`).join(", ");
}

/** Ask the newest generation; nothing is found without one, or without keys. */
async function ask<T extends object>(
  folder: string,
  query: string,
  keys: readonly string[],
  damaged: string[],
): Promise<(T & { readonly file: string })[]> {
  if (keys.length === 0) return [];
  return withNewest(
    folder,
    async (generation) => {
      if (generation === undefined) return [];
      const file = join(generation.path, "entries.parquet");
      const database = await openDatabase();
      try {
        return (await database.rows<T>(query, { file, keys })).map((row) => ({ ...row, file }));
      } finally {
        database.close();
      }
    },
    (path) => damaged.push(path),
  );
}
