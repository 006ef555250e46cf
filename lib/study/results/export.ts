import { extname } from "node:path";
import type { ColumnTable } from "arquero";
import { inputError } from "../../util/error.js";
import { parquetBytes, writeWhole } from "../table.js";

/** Kinds of file that a table can be written as. arquero reads csv, arrow and json; pandas and R read all. */
export const FORMATS = ["csv", "parquet", "arrow", "json"] as const;

export type Format = (typeof FORMATS)[number];

/** The format that a file's name says; csv without one. @throws InputError for another ending. */
export function formatOf(path: string | undefined): Format {
  if (path === undefined) return "csv";
  const ending = extname(path).slice(1);
  const found = FORMATS.find((format) => format === ending);
  return found ?? inputError(`unknown kind of table file: ${path}; name it .${FORMATS.join(", .")}`);
}

/**
 * Write a table as one file, whole or not at all. The same table gives the same bytes.
 * @param format - default: what the file's name says.
 * @throws InputError for a path that cannot be written, or columns that a file cannot hold.
 */
export async function exportTable(
  table: ColumnTable,
  path: string,
  format: Format = formatOf(path),
): Promise<void> {
  const content = {
    csv: () => table.toCSV(),
    json: () => table.toJSON(),
    arrow: () => table.toArrowIPC({ format: "file" }) as Uint8Array,
    parquet: () => parquetBytes(table),
  }[format]();
  try {
    await writeWhole(path, content);
  } catch (error) {
    inputError(`cannot write table: ${path} (${(error as Error).message}); name another file`);
  }
}
