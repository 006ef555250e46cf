/*
 * A table for danfojs, where its describe and groupby read better than arquero's verbs.
 *
 * danfojs-node 1.2.0 has faults that stay silent, so this adapter hands over only what it computes rightly:
 *
 *   fault                                              what the adapter does
 *   null counts as 0 in the mean of a group            refuses null, undefined, NaN, infinities
 *   arithmetic of frames is float32: 2^24 + 1 is lost  refuses numbers beyond 2^24 unless told; its type has no arithmetic
 *   typed arrays are taken for rows                    copies columns into plain arrays
 *   a column of "6.12" and "7.3" is taken for numbers  states each column's type
 *   keys (a-b, c) and (a, b-c) become one group        refuses to group by such keys
 *   an empty table throws about a range                refuses with a reason
 *
 * Left as it is: the standard deviation of one row is 0, where it is undefined.
 * The library takes over a second to load, so it is imported at the first call.
 */
import { inputError } from "../util/error.js";

/** Columns by name, all of one length: strings, numbers or booleans. */
export type DanfoColumns = Readonly<Record<string, ArrayLike<unknown>>>;

/** The part of an arquero table that is read; filters and orders are respected. */
export interface ArqueroLike {
  columnNames(): string[];
  array(name: string): ArrayLike<unknown>;
}

/** The verbs of a danfojs DataFrame that compute in doubles. */
export interface DanfoFrame {
  /** Rows, columns. */
  readonly shape: readonly number[];
  readonly columns: readonly string[];
  /** Row by row. */
  readonly values: readonly (readonly unknown[])[];
  /** Count, mean, std, min, median, max and variance of each column of numbers. */
  describe(): DanfoFrame;
  /** Rows with equal keys. Throws an InputError for keys that danfojs would mix up. */
  groupby(keys: readonly string[]): DanfoGroups;
  /** Write the frame to the console as a table. */
  print(): void;
}

/** Rows by key. Result columns are named `<column>_<verb>`. */
export interface DanfoGroups {
  col(columns: readonly string[]): DanfoGroups;
  count(): DanfoFrame;
  sum(): DanfoFrame;
  mean(): DanfoFrame;
  std(): DanfoFrame;
  min(): DanfoFrame;
  max(): DanfoFrame;
  /** Verbs by column, as `{ refaults: ["mean", "max"] }`. */
  agg(verbs: Readonly<Record<string, string | readonly string[]>>): DanfoFrame;
}

/** What may be handed over. */
export interface DanfoOptions {
  /**
   * "refuse" (default) numbers beyond 2^24 in size; "allow" them where only describe and groupby follow, which
   * compute in doubles. Arithmetic on the frame (add, mul, ...) would round them to float32.
   */
  readonly large?: "refuse" | "allow";
}

/** Beyond this, float32 cannot tell neighbouring integers apart. */
const FLOAT32_EXACT = 2 ** 24;

/** What joins the keys of a group in danfojs. */
const KEY_JOINT = "-";

type DType = "string" | "boolean" | "float32";

const DTYPES: Readonly<Record<string, DType>> = { string: "string", boolean: "boolean", number: "float32" };

function isArquero(table: ArqueroLike | DanfoColumns): table is ArqueroLike {
  return typeof table.columnNames === "function" && typeof table.array === "function";
}

function plainColumns(table: ArqueroLike | DanfoColumns): Record<string, unknown[]> {
  const names = isArquero(table) ? table.columnNames() : Object.keys(table);
  const read = (name: string): ArrayLike<unknown> => (isArquero(table) ? table.array(name) : table[name]!);
  return Object.fromEntries(names.map((name) => [name, Array.from(read(name))]));
}

function checkColumn(
  name: string,
  values: readonly unknown[],
  nrRows: number,
  large: "refuse" | "allow",
): DType {
  if (values.length !== nrRows) {
    inputError(
      `columns of unequal length for danfojs: ${name} has ${values.length} rows, the first ${nrRows}`,
    );
  }
  const type = typeof values[0];
  for (const [row, value] of values.entries()) {
    const place = `${String(value)} (column ${name}, row ${row})`;
    if (value === null || value === undefined || (typeof value === "number" && !Number.isFinite(value))) {
      inputError(
        `missing or infinite value for danfojs, which would count it: ${place}; filter such rows out`,
      );
    }
    if (DTYPES[typeof value] === undefined) {
      inputError(`a ${typeof value} for danfojs: ${place}; turn it into a number or a string`);
    }
    if (typeof value !== type) {
      inputError(`mixed column for danfojs: ${place} is a ${typeof value} after a ${type}; use one type`);
    }
    if (large === "refuse" && typeof value === "number" && Math.abs(value) > FLOAT32_EXACT) {
      inputError(
        `number beyond 2^24 for danfojs, whose arithmetic is float32: ${place}; ` +
          `use another unit, or pass large: "allow" and only describe or group`,
      );
    }
  }
  return DTYPES[type]!;
}

/** Two different keys that danfojs joins to the same text would silently become one group. */
function checkKeys(columns: Readonly<Record<string, readonly unknown[]>>, keys: readonly string[]): void {
  const missing = keys.find((key) => !Object.hasOwn(columns, key));
  if (missing !== undefined) {
    inputError(`unknown column to group by: ${missing}; use some of ${Object.keys(columns).join(", ")}`);
  }
  const tupleOf = new Map<string, string>();
  const nrRows = keys.length === 0 ? 0 : columns[keys[0]!]!.length;
  for (let row = 0; row < nrRows; row++) {
    const tuple = keys.map((key) => columns[key]![row]);
    const joined = tuple.join(KEY_JOINT);
    const known = tupleOf.get(joined);
    const exact = JSON.stringify(tuple);
    if (known !== undefined && known !== exact) {
      inputError(
        `keys that danfojs would mix up: ${known} and ${exact}; group by another column, or rename a value`,
      );
    }
    tupleOf.set(joined, exact);
  }
}

interface DanfoModule {
  readonly DataFrame: new (
    columns: Readonly<Record<string, unknown[]>>,
    options: { readonly dtypes: string[] },
  ) => DanfoFrame;
}

/**
 * A danfojs DataFrame of a clean table.
 *
 * @param table - an arquero table, or columns by name.
 * @throws InputError for an empty table, a missing or infinite value, a number beyond 2^24 (see the options),
 * columns of mixed types or unequal lengths, and values that are no string, number or boolean.
 */
export async function toDanfo(
  table: ArqueroLike | DanfoColumns,
  { large = "refuse" }: DanfoOptions = {},
): Promise<DanfoFrame> {
  const columns = plainColumns(table);
  const entries = Object.entries(columns);
  const nrRows = entries[0]?.[1].length ?? 0;
  if (nrRows === 0)
    inputError(`empty table for danfojs: ${entries.length} columns, 0 rows; give at least one row`);
  const dtypes = entries.map(([name, values]) => checkColumn(name, values, nrRows, large));

  const loaded: unknown = await import("danfojs-node");
  const { DataFrame } = (loaded as { readonly default: DanfoModule }).default;
  const frame = new DataFrame(columns, { dtypes });
  const groupby = frame.groupby.bind(frame);
  return Object.assign(frame, {
    groupby(keys: readonly string[]): DanfoGroups {
      checkKeys(columns, keys);
      return groupby(keys);
    },
  });
}
