/*
 * Which columns of a csv hold what, as libCacheSim's -t option says it:
 *
 *   time-col=1,obj-id-col=2,obj-size-col=3,has-header=true,delimiter=,
 */
import { inputError } from "../../util/error.js";

/** What the columns of a file mean. */
export interface Columns<Key extends string> {
  /** Columns, numbered from 1, by their names; a column that is not there is left out. */
  readonly at: Readonly<Partial<Record<Key, number>>>;
  /** True or false; without it, the first line is a header if a number is missing in it. */
  readonly hasHeader?: boolean;
  /** Code of the one character between columns. */
  readonly delimiter: number;
}

const DELIMITERS: Readonly<Record<string, string>> = { "\\t": "\t", tab: "\t", space: " " };
const MOST_COLUMNS = 2 ** 16;

/** Options that libCacheSim knows and that say nothing here: ids may be any text, with or without them. */
const IGNORED = ["obj-id-is-num"];

/**
 * Read a column option. Keys that are left out keep their default.
 * @throws InputError that names the part that is wrong, and what is allowed.
 */
export function readColumns<Key extends string>(
  text: string,
  keys: readonly Key[],
  defaults: Readonly<Partial<Record<Key, number>>>,
): Columns<Key> {
  const at: Partial<Record<Key, number>> = { ...defaults };
  let hasHeader: boolean | undefined;
  let delimiter = ",";
  for (const part of partsOf(text)) {
    const equals = part.indexOf("=");
    const [name, value] = equals < 0 ? [part, ""] : [part.slice(0, equals).trim(), part.slice(equals + 1)];
    if (name === "has-header") hasHeader = readTruth(value, part);
    else if (name === "delimiter") delimiter = DELIMITERS[value] ?? value;
    else if (keys.includes(name as Key)) at[name as Key] = readColumn(value, part);
    else if (!IGNORED.includes(name)) {
      inputError(
        `unknown column option: ${part}; give ${[...keys, "has-header", "delimiter"].join(", ")}, each NAME=VALUE`,
      );
    }
  }
  if (delimiter.length !== 1 || delimiter.charCodeAt(0) > 126 || delimiter === "\n")
    inputError(`invalid delimiter: "${delimiter}"; give one character, tab or space`);
  return { at, delimiter: delimiter.charCodeAt(0), ...(hasHeader !== undefined && { hasHeader }) };
}

/** The option cut at its commas, but for one that is the delimiter itself. */
function partsOf(text: string): string[] {
  return text
    .replace(
      /delimiter=(,|;|\|| )/,
      (_, of: string) => `delimiter=${of === "," ? "\u0000" : of === " " ? "space" : of}`,
    )
    .split(",")
    .map((part) => part.replace("\u0000", ",").trim())
    .filter((part) => part !== "");
}

function readColumn(value: string, part: string): number {
  const column = /^\d+$/.test(value.trim()) ? Number(value) : 0;
  if (column >= 1 && column <= MOST_COLUMNS) return column;
  inputError(`invalid column: ${part}; columns are numbered from 1, at most ${MOST_COLUMNS}`);
}

function readTruth(value: string, part: string): boolean {
  if (/^(true|1)$/i.test(value.trim())) return true;
  if (/^(false|0)$/i.test(value.trim())) return false;
  return inputError(`invalid has-header: ${part}; give true or false`);
}

/** Start and end of the columns of one line. Grows as needed and is used again for every line. */
export class Fields {
  /** Columns of the line last cut. */
  nr = 0;
  readonly start: number[] = [];
  readonly end: number[] = [];

  /** Cut a line, [start, end) of `data`, after `most` columns at the latest. */
  cut(data: Uint8Array, start: number, end: number, delimiter: number, most: number): void {
    this.nr = 0;
    let from = start;
    for (let at = start; at <= end && this.nr < most; at++) {
      if (at < end && data[at] !== delimiter) continue;
      this.start[this.nr] = from;
      this.end[this.nr++] = at;
      from = at + 1;
    }
  }

  /** A column (from 1) as text; "" if the line has no such column. */
  text(data: Buffer, column: number): string {
    if (column > this.nr) return "";
    return data.toString("latin1", this.start[column - 1]!, this.end[column - 1]!).trim();
  }
}
