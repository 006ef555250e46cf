/*
 * Pages as text, for traces that a script or a person writes: one access a line, its parts separated by blanks or commas.
 *
 *   read 12          r 12          12           load of anonymous page 12
 *   write 12         w 12                       store
 *   read 7 file      r 7 f                      load of page 7 of the file; write likewise
 *
 * Empty lines and what follows a # do not count. The layout is that of the rig's format.
 */
import { readFileSync } from "node:fs";
import { inputError } from "../util/error.js";
import { IN_FILE, PAGE_MASK, traceOfRecords } from "./rig-format.js";
import type { PageFile } from "./spec.js";
import { type Trace, WRITE } from "./trace.js";

const OPS: Readonly<Record<string, number>> = { r: 0, read: 0, w: WRITE, write: WRITE };
const REGIONS: Readonly<Record<string, number>> = { a: 0, anon: 0, f: IN_FILE, file: IN_FILE };

/** Read a text of page numbers. @throws InputError that names file and line, for what `readRigFile` refuses and for a bad line. */
export function readListFile(path: string, pages: PageFile): Trace {
  const words: number[] = [];
  const lines: number[] = [];
  textOf(path)
    .split("\n")
    .forEach((text, index) => {
      const line = text.replace(/#.*/, "").trim();
      if (line === "") return;
      words.push(recordOf(line, `${path}, line ${index + 1}`));
      lines.push(index + 1);
    });
  if (words.length === 0) inputError(`empty trace file: ${path}; give a file with at least one access`);
  const records = new Uint32Array(new SharedArrayBuffer(words.length * Uint32Array.BYTES_PER_ELEMENT));
  records.set(words);
  return traceOfRecords(records, pages, path, (index) => `line ${lines[index]}`);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    inputError(`cannot read trace file: ${path} (${(error as Error).message}); check the path`);
  }
}

function recordOf(line: string, place: string): number {
  const parts = line.split(/[\s,]+/);
  const op = Object.hasOwn(OPS, parts[0]!) ? OPS[parts.shift()!]! : 0;
  const [number = "", region = "anon", ...more] = parts;
  const page = Number(number);
  if (!/^\d+$/.test(number) || page > PAGE_MASK || !Object.hasOwn(REGIONS, region) || more.length > 0)
    inputError(
      `bad line: ${line} (${place}); give [read | write] PAGE [anon | file], PAGE at most ${PAGE_MASK}`,
    );
  return op + REGIONS[region]! + page;
}
