/*
 * Requests as csv: a line a request, one object each; columns as libCacheSim names them (see `columns.ts`).
 *
 *   time,id,size        the default: time-col=1,obj-id-col=2,obj-size-col=3
 *   1,4711,4096
 *
 * An id is any text; ids become dense in order of appearance. Every object is one page: size and time are checked to be
 * numbers and not kept. With op-col, requests that store (write, put, set, update, w, 1) are stores.
 */
import { inputError } from "../../util/error.js";
import { type Trace, WRITE } from "../trace.js";
import { type Columns, Fields, readColumns } from "./columns.js";
import { Interner } from "./interner.js";
import { eachLineBytes, lineOf, quoted } from "./lines.js";
import { objectTrace, type Placement } from "./object-trace.js";
import { Words } from "./words.js";

const KEYS = ["time-col", "obj-id-col", "obj-size-col", "op-col"] as const;
type Key = (typeof KEYS)[number];

/** Words of an operation column, in lower case. True: it stores. */
export const OPS: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(["read", "r", "rs", "get", "gets", "head", "0"].map((word) => [word, false])),
  ...Object.fromEntries(
    [
      "write",
      "w",
      "ws",
      "put",
      "set",
      "add",
      "replace",
      "cas",
      "append",
      "prepend",
      "incr",
      "decr",
      "update",
      "1",
    ].map((word) => [word, true]),
  ),
};

const ZERO = 48;
/** Digits of a whole number that a double holds exactly. */
const SAFE_DIGITS = 15;

/**
 * Read a csv of requests, line by line.
 * @param columns - See `columns.ts`.
 * @throws InputError that names the file, and the line where there is one: missing columns, no number where one must be.
 */
export async function readCsv(path: string, columns: string, placement: Placement): Promise<Trace> {
  const defaults = { "time-col": 1, "obj-id-col": 2, "obj-size-col": 3 };
  const reader = new CsvReader(path, readColumns<Key>(columns, KEYS, columns === "" ? defaults : {}));
  await eachLineBytes(path, (data, start, end, nr) => reader.line(data, start, end, nr));
  return objectTrace(reader.words.take(), reader.ids.nr, path, placement);
}

class CsvReader {
  readonly words = new Words();
  readonly ids = new Interner();
  /** Ids that are no plain whole numbers, each with the number that stands for it, above all that doubles hold. */
  private readonly texts = new Map<string, number>();
  private readonly fields = new Fields();
  private readonly id: number;
  private readonly most: number;

  constructor(
    private readonly path: string,
    private readonly columns: Columns<Key>,
  ) {
    this.id =
      columns.at["obj-id-col"] ?? inputError("missing obj-id-col in the columns; give obj-id-col=NUMBER");
    this.most = Math.max(...Object.values(columns.at));
  }

  line(data: Buffer, start: number, end: number, nr: number): void {
    if (end === start) return;
    const { fields, id } = this;
    const { at, delimiter, hasHeader } = this.columns;
    fields.cut(data, start, end, delimiter, this.most);
    if (nr === 1 && (hasHeader ?? this.isHeader(data))) return;
    const place = (): string => lineOf(this.path, nr);
    if (fields.nr < this.most) {
      inputError(
        `too few columns: ${fields.nr} in ${quoted(data.toString("latin1", start, end))} (${place()}); ` +
          `expected ${this.most} or more, with "${String.fromCharCode(delimiter)}" between them`,
      );
    }
    for (const column of [at["time-col"], at["obj-size-col"]]) {
      if (column !== undefined && !isNumber(data, fields.start[column - 1]!, fields.end[column - 1]!)) {
        inputError(
          `no number in column ${column}: ${quoted(fields.text(data, column))} (${place()}); expected a time or a size`,
        );
      }
    }
    const store =
      at["op-col"] !== undefined && storesOf(fields.text(data, at["op-col"]), at["op-col"], place);
    this.words.push(
      this.dense(data, fields.start[id - 1]!, fields.end[id - 1]!, place) | (store ? WRITE : 0),
      place,
    );
  }

  private isHeader(data: Buffer): boolean {
    const { at } = this.columns;
    const numbers = [at["time-col"], at["obj-size-col"]].filter((column) => column !== undefined);
    return (
      this.fields.nr >= this.most && numbers.some((column) => !/\d/.test(this.fields.text(data, column)))
    );
  }

  private dense(data: Buffer, from: number, to: number, place: () => string): number {
    let value = 0;
    let at = from;
    for (; at < to && data[at]! >= ZERO && data[at]! <= ZERO + 9; at++) value = value * 10 + data[at]! - ZERO;
    const plain =
      at === to && to > from && to - from <= SAFE_DIGITS && (data[from] !== ZERO || to === from + 1);
    if (!plain) {
      const text = data.toString("latin1", from, to).trim();
      if (text === "") inputError(`no object id in column ${this.id} (${place()})`);
      value = this.texts.get(text) ?? 2 ** 52 + this.texts.size;
      this.texts.set(text, value);
    }
    return this.ids.id(value >>> 0, Math.floor(value / 2 ** 32), place);
  }
}

/** Whether a field, [from, to), is a number: digits, with a sign, a point or an exponent. */
function isNumber(data: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const digit = data[at]! - ZERO;
    if (digit >= 0 && digit <= 9) continue;
    const text = data.toString("latin1", from, to).trim();
    return text !== "" && Number.isFinite(Number(text));
  }
  return to > from;
}

/** Whether an operation stores. @throws InputError for an unknown one. */
export function storesOf(text: string, column: number, place: () => string): boolean {
  const word = text.toLowerCase();
  if (Object.hasOwn(OPS, word)) return OPS[word]!;
  inputError(
    `unknown operation in column ${column}: ${quoted(text)} (${place()}); use one of ${Object.keys(OPS).join(", ")}`,
  );
}
