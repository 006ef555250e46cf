import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { inputError } from "../util/error.js";

/** Text of a notebook file: one string, or its lines with their line ends. */
export type MultilineText = string | string[];

/** One output of a code cell, nbformat 4: text of a stream, a display, or the error that ended the cell. */
export type Output =
  | { output_type: "stream"; name: "stdout" | "stderr"; text: MultilineText }
  | {
      output_type: "display_data" | "execute_result";
      /** Representations of the same thing by mime type. Text may be split into lines; JSON types hold JSON. */
      data: Record<string, unknown>;
      metadata: Record<string, unknown>;
      execution_count?: number | null;
    }
  | { output_type: "error"; ename: string; evalue: string; traceback: string[] };

/** One cell, nbformat 4. Only code cells have outputs and a count. */
export interface Cell {
  cell_type: "code" | "markdown" | "raw";
  id?: string;
  metadata: Record<string, unknown>;
  source: MultilineText;
  outputs?: Output[];
  execution_count?: number | null;
}

/** A Jupyter notebook, nbformat 4. */
export interface Notebook {
  nbformat: number;
  nbformat_minor: number;
  metadata: Record<string, unknown>;
  cells: Cell[];
}

/** The text as one string. */
export function joinText(text: unknown): string {
  return Array.isArray(text) ? text.join("") : typeof text === "string" ? text : "";
}

/** The text as Jupyter writes it: lines that keep their line ends, so that a diff shows the line that changed. */
export function splitLines(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

/** Read a notebook. Throws an InputError if the file is missing or is not a notebook of format 4. */
export function readNotebook(path: string): Notebook {
  let notebook: Partial<Notebook>;
  try {
    notebook = JSON.parse(readFileSync(path, "utf8")) as Partial<Notebook>;
  } catch (error) {
    inputError(`cannot read the notebook: ${path} (${(error as Error).message}); give an .ipynb file`);
  }
  if (notebook?.nbformat !== 4 || !Array.isArray(notebook.cells)) {
    inputError(`not a notebook of format 4: ${path} (nbformat ${notebook?.nbformat}); save it with Jupyter`);
  }
  return { nbformat_minor: 5, metadata: {}, ...notebook } as Notebook;
}

/** A copy whose objects have their keys in order. */
function sorted<T>(value: T): T {
  if (Array.isArray(value)) return value.map(sorted) as T;
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sorted(entry)])) as T;
}

/** Write a notebook as Jupyter does (keys in order, one space of indent), whole or not at all. */
export function writeNotebook(path: string, notebook: Notebook): void {
  const temporary = `${path}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(sorted(notebook), null, 1)}\n`);
  renameSync(temporary, path);
}

/** A copy without outputs and execution counts. */
export function stripOutputs(notebook: Notebook): Notebook {
  const copy = structuredClone(notebook);
  for (const cell of copy.cells) {
    if (cell.cell_type !== "code") continue;
    cell.outputs = [];
    cell.execution_count = null;
  }
  return copy;
}

/** One output with its text joined, without what differs between front ends (counts, metadata). */
function canonical(output: Output): string {
  if (output.output_type === "stream") return JSON.stringify([output.name, joinText(output.text)]);
  if (output.output_type === "error") return JSON.stringify([output.ename, output.evalue]);
  const text = (value: unknown): unknown => (Array.isArray(value) ? joinText(value) : value);
  const entries = Object.entries(output.data).map(([mime, value]) => [mime, text(value)]);
  return JSON.stringify(sorted(Object.fromEntries(entries)));
}

/**
 * Where the outputs of two runs of one notebook differ, in words, a line for each cell; empty if they are the
 * same. Execution counts, metadata and the way text is split into lines do not matter.
 */
export function outputDifferences(a: Notebook, b: Notebook): string[] {
  if (a.cells.length !== b.cells.length) return [`${a.cells.length} cells against ${b.cells.length}`];
  return a.cells.flatMap((cell, index) => {
    const left = (cell.outputs ?? []).map(canonical);
    const right = (b.cells[index]?.outputs ?? []).map(canonical);
    if (left.length !== right.length)
      return [`cell ${index}: ${left.length} outputs against ${right.length}`];
    const at = left.findIndex((text, i) => text !== right[i]);
    if (at === -1) return [];
    return [`cell ${index}, output ${at}: ${excerpt(left[at]!)} against ${excerpt(right[at]!)}`];
  });
}

/** Whether two runs of one notebook gave the same outputs; see {@link outputDifferences}. */
export function sameOutputs(a: Notebook, b: Notebook): boolean {
  return outputDifferences(a, b).length === 0;
}

function excerpt(text: string): string {
  return text.length > 160 ? `${text.slice(0, 160)}...` : text;
}
