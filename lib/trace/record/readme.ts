/* Keeps the table of data/README.md in step with the files: node dist/trace/record/readme.js */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { traceFacts } from "../facts.js";
import { decodeTrace, readTraceHeader } from "../parquet.js";
import { listTraces } from "../store.js";

const README = join(fileURLToPath(new URL("../../../", import.meta.url)), "data", "README.md");
const START = "<!-- facts: written by dist/trace/record/readme.js -->";
const END = "<!-- end of facts -->";

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => {
    return `| ${cells.map((cell) => (typeof cell === "number" ? cell.toLocaleString("en") : cell)).join(" | ")} |`;
  };
  const rule = head.map((_, i) => (typeof rows[0]?.[i] === "number" ? "---:" : "---"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

/** What the trace files say and hold, as Markdown. */
export async function traceTables(): Promise<string> {
  const sizes: (string | number)[][] = [];
  const details: string[] = [];
  for (const { name, path } of listTraces()) {
    const bytes = readFileSync(path);
    const facts = traceFacts(await decodeTrace(bytes, path));
    const { origin } = await readTraceHeader(path);
    const { pages, anonPages, filePages, records, accesses, processes, events } = facts;
    const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
    sizes.push([
      name,
      pages,
      anonPages,
      filePages,
      records,
      accesses,
      percent(facts.writeShare),
      percent(facts.fdShare),
      processes,
      events,
      bytes.length,
    ]);
    const { reduction } = origin;
    const second = reduction?.second === undefined ? "" : `, then ${reduction.second} pages`;
    const filter = reduction
      ? `filter ${reduction.filter} pages${second}, emptied every ${reduction.refresh} accesses`
      : "";
    details.push(
      `**${name}**: ${origin.about}.`,
      `- program: ${origin.version}; recorded with ${origin.recorder}${filter === "" ? "" : `; ${filter}`}`,
      ...new Set(origin.command.map((command) => `- \`${command}\``)),
      `- sha256 of the file: \`${createHash("sha256").update(bytes).digest("hex")}\``,
      "",
    );
  }
  const head = ["trace", "pages", "anon", "file", "records", "accesses", "writes", "through fd"];
  return `${table([...head, "processes", "unmaps", "bytes"], sizes)}\n\n${details.join("\n")}`;
}

/** The text of data/README.md with its tables as they should be. */
export async function readmeText(current: string): Promise<string> {
  const start = current.indexOf(START);
  const end = current.indexOf(END);
  if (start < 0 || end < start) throw new Error(`data/README.md has lost its marks: ${START} ... ${END}`);
  return `${current.slice(0, start + START.length)}\n${await traceTables()}\n${current.slice(end)}`;
}

/** Path of data/README.md. */
export const readmePath: string = README;

if (pathToFileURL(process.argv[1] ?? "").href === import.meta.url) {
  const current = readFileSync(README, "utf8");
  void readmeText(current).then((text) => writeFileSync(README, text));
}
