import { readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type ColumnTable, table } from "arquero";
import { parquetWriteBuffer } from "hyparquet-writer";
import { inputError } from "../util/error.js";
import { levelColumns } from "./levels.js";
import { isLeftBehind, ownName } from "./results/owner.js";
import type { Row } from "./run-grid.js";

/**
 * A study as a table, one row a cell: the labels, what its point consists of (`levels.ts`: a column of 0 and 1 for each
 * factor of a design, the policy, each switch that varies), `status`, `error`, then each counter that any cell has, by
 * name. A counter that a cell does not have is null (unknown), never 0: a cell with an error has none.
 *
 * @throws InputError if a counter bears a label's name.
 */
export function toTable(study: { readonly rows: readonly Row[] }): ColumnTable {
  const { rows } = study;
  const columns: [string, unknown[]][] = [];
  const labels = [...new Set(rows.flatMap((row) => Object.keys(row.labels)))] as (keyof Row["labels"])[];
  for (const name of labels) columns.push([name, rows.map((row) => row.labels[name] ?? null)]);
  columns.push(...levelColumns(rows.map((row) => row.levels)));
  columns.push(["status", rows.map((row) => row.status)], ["error", rows.map((row) => row.error)]);
  const taken = new Set(columns.map(([name]) => name));
  for (const name of [...new Set(rows.flatMap((row) => Object.keys(row.counters)))].sort()) {
    if (taken.has(name)) inputError(`counter with the name of a label: ${name}; rename the counter`);
    columns.push([name, rows.map((row) => row.counters[name] ?? null)]);
  }
  return table(columns);
}

/** Rows of numbers as a table: such as `CellResult.timeline`. Columns are those of the first row. */
export function rowsTable(rows: readonly Readonly<Record<string, number>>[]): ColumnTable {
  return table(Object.keys(rows[0] ?? {}).map((name) => [name, rows.map((row) => row[name] ?? null)]));
}

/**
 * Write a table as `<basePath>.csv` and `<basePath>.parquet`, each whole or not at all. In Parquet, columns of
 * whole numbers are INT64 (exact to 2^53), of other numbers DOUBLE; nulls stay nulls. Rows in the table's order.
 *
 * @returns the two paths.
 * @throws InputError for columns of anything but numbers, strings, booleans and null, or of several of them.
 */
export async function writeTable(
  data: ColumnTable,
  basePath: string,
): Promise<{ csv: string; parquet: string }> {
  const paths = { csv: `${basePath}.csv`, parquet: `${basePath}.parquet` };
  const parquet = parquetBytes(data);
  await writeWhole(paths.csv, data.toCSV());
  await writeWhole(paths.parquet, parquet);
  return paths;
}

/** A table as a Parquet file; see {@link writeTable}. */
export function parquetBytes(data: ColumnTable): Uint8Array {
  const columnData = data
    .columnNames()
    .map((name) => parquetColumn(name, [...(data.array(name) as Iterable<unknown>)]));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

function parquetColumn(
  name: string,
  values: unknown[],
): { name: string; data: unknown[]; type: ParquetType } {
  const present = values.filter((value) => value !== null && value !== undefined);
  const types = new Set(present.map((value) => typeof value));
  const [type = "string"] = types;
  if (types.size > 1 || !(type === "number" || type === "string" || type === "boolean")) {
    inputError(
      `column of ${[...types].join(" and ")}: ${name}; a table file holds numbers, strings or booleans, one a column`,
    );
  }
  const data = values.map((value) => value ?? null);
  if (type === "string") return { name, data, type: "STRING" };
  if (type === "boolean") return { name, data, type: "BOOLEAN" };
  if (!present.every(Number.isSafeInteger)) return { name, data, type: "DOUBLE" };
  return {
    name,
    data: data.map((value) => (value === null ? null : BigInt(value as number))),
    type: "INT64",
  };
}

type ParquetType = "STRING" | "BOOLEAN" | "DOUBLE" | "INT64";

/** Between the name of a file and that of the process that writes it. */
const BESIDE = ".tmp-";

/** Write a file beside and rename it into place. What a killed process has left beside goes. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const own = `${path}${BESIDE}${ownName()}`;
  try {
    await writeFile(own, content);
    await rename(own, path);
  } catch (error) {
    await rm(own, { force: true }).catch(() => undefined);
    throw error;
  }
  const beside = basename(path) + BESIDE;
  for (const name of await readdir(dirname(path)).catch(() => [])) {
    const other = join(dirname(path), name);
    if (!name.startsWith(beside) || !isLeftBehind(other, name.slice(beside.length))) continue;
    await rm(other, { force: true }).catch(() => undefined);
  }
}
