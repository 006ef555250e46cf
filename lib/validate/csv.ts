/* Tables as CSV without quoting: what the measuring rig writes, and what spreadsheets read. */
import { readFileSync } from "node:fs";
import { inputError } from "../util/error.js";

/** A row as text; cells by column. */
export type TextRow = Readonly<Record<string, string>>;
/** A row to be written. */
export type PlainRow = Readonly<Record<string, string | number | boolean | null>>;

/** Rows of a CSV file with a header. Throws an InputError: no such file, or a row (its line is named) of another length. */
export function readCsv(path: string): TextRow[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    inputError(`cannot read table: ${path} (${(error as Error).message}); check the path`);
  }
  const [header = "", ...lines] = text.trim().split("\n");
  const names = header.split(",");
  return lines.map((line, index) => {
    const cells = line.split(",");
    if (cells.length !== names.length)
      inputError(
        `damaged table: line ${index + 2} of ${path} has ${cells.length} cells, not ${names.length}; measure or copy it again`,
      );
    return Object.fromEntries(names.map((name, i) => [name, cells[i]!]));
  });
}

/** The text of a CSV file. Columns are those of the first row; null is an empty cell. */
export function csvText(rows: readonly PlainRow[]): string {
  const names = Object.keys(rows[0] ?? {});
  const cell = (value: PlainRow[string] | undefined): string => {
    const text = value === null || value === undefined ? "" : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[names.join(","), ...rows.map((row) => names.map((name) => cell(row[name])).join(","))].join("\n")}\n`;
}
