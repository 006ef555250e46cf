/** A table of Arquero, as far as it is needed here. */
export interface TableLike {
  columnNames(): string[];
  objects(options?: { limit?: number }): object[];
  numRows(): number;
}

/** A table of Arquero, or an array of plain row objects (the first row names the columns). */
export type TableInput = TableLike | readonly object[];

/** Plain rows with their columns. */
export interface Rows {
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** The rows of a table or array, at most `limit`, with the given columns or all. */
export function rowsOf(
  table: TableInput,
  columns?: readonly string[],
  limit: number = Number.POSITIVE_INFINITY,
): Rows {
  const isArray = (input: TableInput): input is readonly object[] => Array.isArray(input);
  const rows = isArray(table) ? table.slice(0, limit) : table.objects({ limit });
  const names = columns ?? (isArray(table) ? Object.keys(table[0] ?? {}) : table.columnNames());
  return { columns: names, rows: rows as Record<string, unknown>[] };
}

/** Number of rows of a table or array. */
export function nrRows(table: TableInput): number {
  return "numRows" in table ? table.numRows() : table.length;
}

/** Whether a column holds numbers, and so is aligned to the right: all of its values that are there are numbers. */
export function isNumeric(values: readonly unknown[]): boolean {
  const there = values.filter((value) => value !== null && value !== undefined);
  return there.length > 0 && there.every((value) => typeof value === "number" || typeof value === "bigint");
}

/**
 * The values of one column as text. Numbers of one column get the same number of decimals: as many as they need,
 * but no more than give the column's largest four significant digits. Missing values and NaN become a dash.
 */
export function formatColumn(values: readonly unknown[]): string[] {
  const numbers = values.filter(
    (value): value is number => typeof value === "number" && Number.isFinite(value),
  );
  const largest = numbers.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const most = largest === 0 ? 0 : Math.min(6, Math.max(0, 3 - Math.floor(Math.log10(largest))));
  const decimals = numbers.reduce((max, value) => Math.max(max, nrDecimals(value, most)), 0);
  return values.map((value) => formatValue(value, decimals));
}

function nrDecimals(value: number, most: number): number {
  return String(Number(value.toFixed(most))).split(".")[1]?.length ?? 0;
}

function formatValue(value: unknown, decimals: number): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (typeof value === "bigint") return value.toLocaleString("en-US");
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
    if (value !== 0 && Math.abs(value) < 1e-5) return value.toExponential(2);
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    return value.toLocaleString("en-US", digits).replace("-", "−");
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
