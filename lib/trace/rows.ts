/*
 * Rows of a trace file against the arrays of a trace.
 *
 *   op            page                    kind                      count
 *   read, write   slot, or file page      anon file-mmap file-fd    accesses, at least 1
 *   unmap         first slot              kind of that slot         slots given back, at least 1
 */
import { inputError } from "../util/error.js";
import { nrFilePages, SLOT_MASK, type Trace, type TraceEvent, type TraceLayout, WRITE } from "./trace.js";

const KINDS = ["hole", "anon", "file-mmap"] as const;

/** Columns of a trace file, one entry a row. */
export interface TraceRows {
  readonly page: ArrayLike<number>;
  readonly op: ArrayLike<string>;
  readonly kind: ArrayLike<string>;
  readonly process: ArrayLike<number>;
  readonly count: ArrayLike<number>;
}

/** Kind (index into KINDS) and process of every slot. */
function slotTables(layout: TraceLayout): { kind: Uint8Array; process: Uint16Array } {
  const kind = new Uint8Array(layout.nrSlots);
  const process = new Uint16Array(layout.nrSlots);
  for (const vma of layout.vmas) {
    kind.fill(vma.kind === "anon" ? 1 : 2, vma.start, vma.start + vma.nr);
    process.fill(vma.process, vma.start, vma.start + vma.nr);
  }
  return { kind, process };
}

/** The rows of a trace: its records, with the unmaps between them. A descriptor access has process 0. */
export function rowsOfTrace(trace: Trace): {
  page: Uint32Array;
  op: string[];
  kind: string[];
  process: number[];
  count: Uint32Array;
} {
  const { records, counts, events, layout } = trace;
  const slots = slotTables(layout);
  const nr = records.length + events.length;
  const page = new Uint32Array(nr);
  const count = new Uint32Array(nr);
  const op = new Array<string>(nr);
  const kind = new Array<string>(nr);
  const process = new Array<number>(nr);
  let row = 0;
  let event = 0;
  for (let i = 0; i <= records.length; i++) {
    for (; event < events.length && events[event]!.at === i; event++, row++) {
      const { start, nr: length } = events[event]!;
      page[row] = start;
      count[row] = length;
      op[row] = "unmap";
      kind[row] = slots.kind[start] === 2 ? "file-mmap" : "anon";
      process[row] = slots.process[start]!;
    }
    if (i === records.length) break;
    const slot = records[i]! & SLOT_MASK;
    const fd = slot >= layout.nrSlots;
    page[row] = fd ? slot - layout.nrSlots : slot;
    count[row] = counts[i]!;
    op[row] = (records[i]! & WRITE) !== 0 ? "write" : "read";
    kind[row] = fd ? "file-fd" : KINDS[slots.kind[slot]!]!;
    process[row] = fd ? 0 : slots.process[slot]!;
    row++;
  }
  if (row !== nr) throw new Error(`events of trace ${trace.name} are not ascending or lie behind its end`);
  return { page, op, kind, process, count };
}

/** Says what is wrong with a row that did not pass; see {@link traceOfRows}. */
function refuseRow(rows: TraceRows, row: number, layout: TraceLayout, path: string): never {
  const place = `(${path}, row ${row})`;
  const op = rows.op[row];
  const page = rows.page[row]!;
  const kind = rows.kind[row];
  if (op !== "read" && op !== "write" && op !== "unmap") {
    inputError(`unknown op: ${op} ${place}; use read, write or unmap`);
  }
  if (kind !== "anon" && kind !== "file-mmap" && kind !== "file-fd") {
    inputError(`unknown kind: ${kind} ${place}; use anon, file-mmap or file-fd`);
  }
  const count = rows.count[row]!;
  if (!Number.isInteger(count) || count < 1) inputError(`count below 1: ${count} ${place}`);
  if (kind === "file-fd" && op === "unmap")
    inputError(`unmap of a page that is not mapped: ${page} ${place}`);
  const limit = kind === "file-fd" ? nrFilePages(layout) : layout.nrSlots;
  const last = op === "unmap" ? page + count - 1 : page;
  if (!(last < limit))
    inputError(`page outside the layout: ${last} ${place}; the layout has ${limit} of kind ${kind}`);
  const vma = layout.vmas.find((v) => page >= v.start && page < v.start + v.nr);
  const found = vma === undefined ? "hole" : vma.kind === "anon" ? "anon" : "file-mmap";
  if (found !== kind) inputError(`page of another kind: ${page} is ${found}, not ${kind} ${place}`);
  inputError(`page of another process: ${page} is of ${vma?.process}, not ${rows.process[row]} ${place}`);
}

/** The arrays of a trace from its rows. Throws an InputError with file and row where a row makes no sense. */
export function traceOfRows(
  rows: TraceRows,
  layout: TraceLayout,
  path: string,
): Pick<Trace, "records" | "counts" | "events"> {
  const nr = rows.op.length;
  const { nrSlots } = layout;
  const filePages = nrFilePages(layout);
  const slots = slotTables(layout);
  let nrEvents = 0;
  for (let row = 0; row < nr; row++) if (rows.op[row] === "unmap") nrEvents++;
  const records = new Uint32Array(new SharedArrayBuffer((nr - nrEvents) * 4));
  const counts = new Uint32Array(new SharedArrayBuffer((nr - nrEvents) * 4));
  const events: TraceEvent[] = [];
  let at = 0;
  for (let row = 0; row < nr; row++) {
    const op = rows.op[row]!;
    const kind = rows.kind[row]!;
    const page = rows.page[row]!;
    const count = rows.count[row]!;
    const process = rows.process[row]!;
    const fd = kind === "file-fd";
    const known = page < nrSlots && KINDS[slots.kind[page]!] === kind && slots.process[page] === process;
    if (!(count >= 1) || !(fd ? page < filePages && process === 0 : known || op === "unmap")) {
      refuseRow(rows, row, layout, path);
    }
    if (op === "read" || op === "write") {
      const slot = fd ? nrSlots + page : page;
      records[at] = op === "write" ? (slot | WRITE) >>> 0 : slot;
      counts[at++] = count;
    } else if (op === "unmap" && !fd && page + count <= nrSlots) {
      events.push({ at, op: "unmap", start: page, nr: count });
    } else refuseRow(rows, row, layout, path);
  }
  return { records, counts, events };
}
