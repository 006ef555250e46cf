/*
 * Rows to a CSV file. An existing file of the same columns is continued, any other is left alone.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { inputError } from "../util/error.js";
import type { KernelRow } from "./rows.js";

/** Text of rows without a header. No value of a measurement has a comma or a quote. */
function body(rows: readonly KernelRow[], columns: readonly string[]): string {
  return rows.map((row) => `${columns.map((name) => row[name] ?? "").join(",")}\n`).join("");
}

/**
 * Refuse a file that cannot be continued with these columns.
 *
 * @throws InputError that names the file.
 */
export function checkContinues(path: string, columns: readonly string[]): void {
  if (!existsSync(path)) return;
  const header = readFileSync(path, "utf8").split("\n", 1)[0]!;
  if (header !== columns.join(",")) {
    inputError(`file has other columns: ${path}; give another name to --out, or delete it`);
  }
}

/** Append rows, with a header if the file is new. */
export function appendRows(path: string, rows: readonly KernelRow[], columns: readonly string[]): void {
  checkContinues(path, columns);
  if (existsSync(path)) appendFileSync(path, body(rows, columns));
  else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${columns.join(",")}\n${body(rows, columns)}`);
  }
}
