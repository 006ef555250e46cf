import { inputError } from "../../util/error.js";
import { readPieces } from "./source.js";

/** Longest line that is taken, in bytes: whatever is longer is no text of accesses. */
export const MAX_LINE: number = 1 << 20;

const NEWLINE = 10;
const RETURN = 13;

/** Where a line stands, for messages. */
export function lineOf(path: string, nr: number): string {
  return `${path}, line ${nr}`;
}

/** The text as an error quotes it: one line, not too long, nothing that a terminal would act on. */
export function quoted(text: string): string {
  const clean = text.replace(/[^\x20-\x7e]/g, "?");
  return clean.length > 80 ? `"${clean.slice(0, 77)}..."` : `"${clean}"`;
}

/**
 * Calls `take` for each line as bytes: [start, end) of `data`, without the end of line, numbered from 1. The bytes are valid
 * during the call only. Memory: one piece of the file and one line.
 * @throws InputError for what `readPieces` refuses and for a line beyond {@link MAX_LINE}.
 */
export async function eachLineBytes(
  path: string,
  take: (data: Buffer, start: number, end: number, nr: number) => void,
): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  let nr = 0;
  for await (const piece of readPieces(path)) {
    const data = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
    let at = 0;
    for (;;) {
      const end = data.indexOf(NEWLINE, at);
      if (end < 0) break;
      take(data, at, end > at && data[end - 1] === RETURN ? end - 1 : end, ++nr);
      at = end + 1;
    }
    rest = Buffer.from(data.subarray(at));
    if (rest.length > MAX_LINE) {
      inputError(
        `line too long: over ${MAX_LINE} bytes (${lineOf(path, nr + 1)}); is it text of the format that was named?`,
      );
    }
  }
  if (rest.length > 0) take(rest, 0, rest.length, ++nr);
}

/** The same with lines as text (latin1, so that any bytes are text). */
export function eachLine(path: string, take: (line: string, nr: number) => void): Promise<void> {
  return eachLineBytes(path, (data, start, end, nr) => take(data.toString("latin1", start, end), nr));
}
