import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { inputError } from "../util/error.js";
import { nrRows, type Rows, rowsOf, type TableInput } from "./table.js";

/** Environment variable that names the report's folder. */
export const REPORT_ENV = "RECLAIM_LAB_REPORT";

/** A table that stands beside the report, as `tables/<name>.csv` and `tables/<name>.parquet`. */
export interface SavedTable {
  readonly name: string;
  readonly rows: number;
  readonly columns: readonly string[];
}

/** Folder of the tables, inside the report's. */
const TABLES = "tables";

/**
 * Hand a table over to the report: CSV and Parquet under the folder that RECLAIM_LAB_REPORT names. Does nothing
 * where that is not set, as in Jupyter.
 *
 * @param name - letters, digits, `-` and `_`; a table of the same name is replaced.
 */
export function saveTable(name: string, table: TableInput): void {
  if (!/^[\w-]+$/.test(name)) inputError(`not a table name: ${name}; use letters, digits, - and _`);
  const folder = process.env[REPORT_ENV];
  if (!folder) return;
  const rows = rowsOf(table);
  mkdirSync(join(folder, TABLES), { recursive: true });
  writeFileSync(join(folder, TABLES, `${name}.csv`), csv(rows));
  writeFileSync(join(folder, TABLES, `${name}.parquet`), Buffer.from(parquet(rows)));
  const saved = { name, rows: nrRows(table), columns: rows.columns };
  writeList(folder, [...savedTables(folder).filter((other) => other.name !== name), saved]);
}

/** The tables that stand beside a report, in the order in which they were saved. */
export function savedTables(folder: string): SavedTable[] {
  const list = join(folder, TABLES, "tables.json");
  return existsSync(list) ? (JSON.parse(readFileSync(list, "utf8")) as SavedTable[]) : [];
}

/** Remove the tables of an earlier report, and only those. */
export function clearTables(folder: string): void {
  for (const { name } of savedTables(folder)) {
    for (const ending of ["csv", "parquet"])
      rmSync(join(folder, TABLES, `${name}.${ending}`), { force: true });
  }
  rmSync(join(folder, TABLES, "tables.json"), { force: true });
}

function writeList(folder: string, tables: readonly SavedTable[]): void {
  writeFileSync(join(folder, TABLES, "tables.json"), `${JSON.stringify(tables, null, 1)}\n`);
}

/** RFC 4180, with \n. Missing values are empty; objects are JSON. */
export function csv({ columns, rows }: Rows): string {
  const field = (value: unknown): string => {
    const text = typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = rows.map((row) => columns.map((column) => field(row[column])).join(","));
  return [columns.map(field).join(","), ...lines].map((line) => `${line}\n`).join("");
}

/** Numbers as DOUBLE, or INT64 where all are whole; booleans; everything else as text, objects as JSON. */
export function parquet({ columns, rows }: Rows): ArrayBuffer {
  return parquetWriteBuffer({
    columnData: columns.map((name) =>
      column(
        name,
        rows.map((row) => row[name] ?? null),
      ),
    ),
  });
}

function column(
  name: string,
  values: unknown[],
): Parameters<typeof parquetWriteBuffer>[0]["columnData"][number] {
  const all = (test: (value: unknown) => boolean): boolean =>
    values.every((value) => value === null || test(value));
  const whole = (value: unknown): boolean => typeof value === "bigint" || Number.isSafeInteger(value);
  const there = values.some((value) => value !== null);
  if (there && all(whole)) {
    const data = values.map((value) => (value === null ? null : BigInt(value as number)));
    return { name, data, type: "INT64" };
  }
  if (there && all((value) => typeof value === "number")) return { name, data: values, type: "DOUBLE" };
  if (there && all((value) => typeof value === "boolean")) return { name, data: values, type: "BOOLEAN" };
  const text = (value: unknown): string =>
    typeof value === "object" ? JSON.stringify(value) : String(value);
  return { name, data: values.map((value) => (value === null ? null : text(value))), type: "STRING" };
}
