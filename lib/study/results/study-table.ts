import { type ColumnTable, table } from "arquero";
import { toTable } from "../table.js";
import { type CodeOptions, currentCodes, withAll } from "./catalog.js";
import { type RefusedCell, readStudy } from "./manifest.js";
import type { StaleCells } from "./read.js";

/** Rows of a study with what tells them apart from those of other code. */
export interface StudyTable {
  /** As `toTable`, with hash, code_digest and trace_digest before status; null for a cell without a result. */
  readonly table: ColumnTable;
  /** Rows by code that is not the current one, most first. */
  readonly stale: readonly StaleCells[];
  /** Cells of its design that cannot run: no rows. */
  readonly invalid: readonly RefusedCell[];
}

/**
 * A named study as a table, as `reclaim-lab results export --study` writes it.
 * @throws InputError for a folder or a name that there is not.
 */
export async function studyTable(
  folder: string,
  name: string,
  options: CodeOptions = {},
): Promise<StudyTable> {
  const { rows, invalid } = await readStudy(folder, name);
  return withAll(folder, async (database) => {
    const current = await currentCodes(database, options);
    const entries = await database.rows<{ hash: string; code: string; trace: string }>(
      "select hash, code_digest as code, trace_digest as trace from entries where list_contains($hashes, hash)",
      { hashes: rows.flatMap(({ hash }) => hash ?? []) },
    );
    const byHash = new Map(entries.map((entry) => [entry.hash, entry]));
    const found = rows.map(({ hash }) => byHash.get(hash ?? ""));
    const counts = new Map<string, number>();
    for (const entry of found) {
      if (entry === undefined || current.has(entry.code)) continue;
      counts.set(entry.code, (counts.get(entry.code) ?? 0) + 1);
    }
    const own: [string, unknown[]][] = [
      ["hash", rows.map(({ hash }) => hash)],
      ["code_digest", found.map((entry) => entry?.code ?? null)],
      ["trace_digest", found.map((entry) => entry?.trace ?? null)],
    ];
    const plain = toTable({ rows });
    const columns = plain
      .columnNames()
      .map((column): [string, unknown[]] => [column, [...plain.array(column)]]);
    const at = columns.findIndex(([column]) => column === "status");
    const stale = [...counts].map(([codeDigest, cells]) => ({ codeDigest, cells }));
    return {
      table: table([...columns.slice(0, at), ...own, ...columns.slice(at)]),
      stale: stale.sort((a, b) => b.cells - a.cells || (a.codeDigest < b.codeDigest ? -1 : 1)),
      invalid,
    };
  });
}
