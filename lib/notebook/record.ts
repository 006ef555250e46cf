import { type DisplayContent, isProgress } from "./kernel-messages.js";
import { type Output, splitLines } from "./nbformat.js";
import { scrub, scrubJson } from "./scrub.js";

/** Characters of one stream of one cell that are kept; more would make a notebook that nobody can open. */
export const MAX_STREAM_CHARS = 1_000_000;

interface StreamRecord {
  name: "stdout" | "stderr";
  text: string;
}
interface DisplayRecord {
  id: string | undefined;
  content: DisplayContent;
}

/** Collects what a running cell puts out and turns it into nbformat outputs. */
export class OutputRecorder {
  readonly #records: (StreamRecord | DisplayRecord)[] = [];
  readonly #chars = { stdout: 0, stderr: 0 };

  /** Text of a stream; joined to the text before it if nothing else came between. */
  stream(name: "stdout" | "stderr", text: string): void {
    const room = MAX_STREAM_CHARS - this.#chars[name];
    if (room <= 0) return;
    this.#chars[name] += text.length;
    const kept =
      text.length > room
        ? `${text.slice(0, room)}\n[${name} cut after ${MAX_STREAM_CHARS} characters]\n`
        : text;
    const last = this.#records.at(-1);
    if (last && "name" in last && last.name === name) last.text += kept;
    else this.#records.push({ name, text: kept });
  }

  display(content: DisplayContent): void {
    this.#records.push({ id: content.transient?.display_id, content });
  }

  /** Replace the displays that carry this content's id. False if this cell has none. */
  update(content: DisplayContent): boolean {
    let found = false;
    for (const record of this.#records) {
      if (!("content" in record) || record.id !== content.transient?.display_id) continue;
      record.content = content;
      found = true;
    }
    return found;
  }

  /** The outputs to save: the last state of each display, without unfinished progress and without this machine's paths. */
  outputs(): Output[] {
    return this.#records.flatMap((record): Output[] => {
      if ("name" in record) {
        return [{ output_type: "stream", name: record.name, text: splitLines(scrub(record.text)) }];
      }
      const { data, metadata } = record.content;
      if (isProgress(metadata)) return [];
      return [
        { output_type: "display_data", data: linesOfText(scrubJson(data)), metadata: scrubJson(metadata) },
      ];
    });
  }
}

/** As Jupyter saves a display: text in lines; JSON and base64 as they are. */
function linesOfText(data: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(data).map(([mime, value]) => {
    const isText = mime.startsWith("text/") || mime === "image/svg+xml";
    return [mime, isText && typeof value === "string" ? splitLines(value) : value];
  });
  return Object.fromEntries(entries);
}
