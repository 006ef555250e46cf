/* `reclaim-lab report`, and `npm start`: run notebooks, write the report, print where it is and the headline table. */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { fromCSV } from "arquero";
import type { Provenance } from "../notebook/index-page.js";
import { buildReport, type ReportProgress, type ReportResult } from "../notebook/report.js";
import { renderTable } from "../notebook/show-table.js";
import { codeDigest } from "../study/code-digest.js";
import { abortOnCtrlC } from "../study/interrupted.js";
import { BUILT } from "../study/pool.js";
import { listTraces, openTrace } from "../trace/store.js";
import { inputError } from "../util/error.js";
import { maybeNumber, parseWords } from "./arguments.js";
import { kernelTable, withKernelTable } from "./readme-table.js";
import { statusLine } from "./status-line.js";

const USAGE = `reclaim-lab report [NOTEBOOK ...] [options]

Runs notebooks (all of notebooks/ if none is named) and writes a report: index.html, an offline page and the executed
notebook for each, tables/ with what they saved as CSV and Parquet. It tells commit, digests of the data and the designs
of the studies. Finished cells are kept in results/: an interrupted report goes on, a second one is quick.

NOTEBOOK              a path, or a name in notebooks/: 02-ablation

  --out FOLDER        where the report goes [report]
  --update            the executed notebooks replace those that were run; with 03, the README's figures follow
  --timeout SECONDS   longest time for one cell of a notebook [600]
  --json              one JSON object {ok, index, notebooks, tables, provenance} on stdout

Exit codes: 0 all ran, 1 a notebook failed, 2 the input or the folders are at fault, 130 interrupted.`;

const OPTIONS = {
  out: { type: "string", default: "report" },
  update: { type: "boolean", default: false },
  timeout: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const NOTEBOOKS = join(ROOT, "notebooks");
/** The table that a notebook saves under this name is printed at the end. */
const HEADLINE = "headline";
/** The notebook that the README's figures come from. */
const FOR_README = "03-against-the-kernel";
const MOST_NOTEBOOKS = 1000;

/** The command; returns the exit code. */
export async function reportCommand(args: readonly string[]): Promise<number> {
  const { values, words } = parseWords(args, OPTIONS, MOST_NOTEBOOKS);
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const seconds = maybeNumber("timeout", values.timeout, 1, 86_400);
  const notebooks = words.length > 0 ? words.map(find) : all();
  const outDir = resolve(values.out);
  const started = performance.now();
  const { signal, dispose } = abortOnCtrlC();
  const line = statusLine();
  const notes = new Set<string>();
  try {
    const provenance: Provenance = { commit: commit(), code: await codeDigest(BUILT), data: await digests() };
    const result = await buildReport({
      notebooks,
      outDir,
      provenance,
      timeoutMs: seconds === undefined ? undefined : seconds * 1000,
      signal,
      onProgress: (event) => {
        if (event.type === "output" && event.event.kind === "stderr") notes.add(event.event.text.trim());
        line.show(progressText(event));
      },
    });
    line.end();
    if (signal.aborted) {
      console.error("interrupted; finished cells are kept in results/, run it again to go on");
      return 130;
    }
    if (result.ok && values.update) update(notebooks, outDir);
    for (const note of notes) console.error(note);
    if (values.json) console.log(JSON.stringify({ ...result, provenance }, undefined, 2));
    else summary(result, outDir, (performance.now() - started) / 1000);
    return result.ok ? 0 : 1;
  } finally {
    line.end();
    dispose();
  }
}

function all(): string[] {
  return readdirSync(NOTEBOOKS)
    .filter((name) => name.endsWith(".ipynb"))
    .sort()
    .map((name) => join(NOTEBOOKS, name));
}

function find(word: string): string {
  const known = join(NOTEBOOKS, word.endsWith(".ipynb") ? word : `${word}.ipynb`);
  const path = [resolve(word), known].find((at) => at.endsWith(".ipynb") && existsSync(at));
  const names = all().map((at) => basename(at, ".ipynb"));
  return path ?? inputError(`no notebook ${word}; give the path of an .ipynb, or one of ${names.join(", ")}`);
}

/** Executed notebooks replace their sources, and the README's figures on the kernel follow the report's tables. */
function update(notebooks: readonly string[], outDir: string): void {
  for (const path of notebooks) copyFileSync(join(outDir, basename(path)), path);
  if (!notebooks.includes(join(NOTEBOOKS, `${FOR_README}.ipynb`))) return;
  const rows = (name: string): Record<string, unknown>[] =>
    fromCSV(readFileSync(join(outDir, "tables", `${name}.csv`), "utf8")).objects() as Record<
      string,
      unknown
    >[];
  const table = kernelTable(rows("03-kernel-targets"), rows("03-kernel-signs"));
  const readme = join(ROOT, "README.md");
  writeFileSync(readme, withKernelTable(readFileSync(readme, "utf8"), table));
}

function progressText({ notebook, ...progress }: ReportProgress): string {
  const name = relative(NOTEBOOKS, notebook);
  if (progress.type === "output") {
    return progress.event.kind === "progress" ? `${name}: ${progress.event.text}` : "";
  }
  const { nr, nrCodeCells, state } = progress.event;
  return `${name}: cell ${nr} of ${nrCodeCells} ${state}`;
}

function summary(result: ReportResult, outDir: string, seconds: number): void {
  const tables = join(outDir, "tables");
  if (result.tables.some(({ name }) => name === HEADLINE)) {
    const table = fromCSV(readFileSync(join(tables, `${HEADLINE}.csv`), "utf8"));
    console.log(`\n${renderTable(table, { limit: 40 }).text}`);
    console.log(
      "ratios to the base, over those traces on which the point changed any counter; 95 %: bootstrap over traces",
    );
  }
  for (const { path, ok, cell, message } of result.notebooks) {
    const place = cell === undefined ? "?" : cell + 1;
    if (!ok) console.error(`\nFAILED ${relative(ROOT, path)}, cell ${place}: ${message}`);
  }
  console.log(`\nreport: ${result.index}`);
  console.log(`tables: ${tables}${"/"}  (CSV and Parquet)`);
  const nr = result.notebooks.length;
  console.log(
    `${nr} notebook${nr === 1 ? "" : "s"} in ${seconds.toFixed(0)} s; a second run reuses finished cells`,
  );
}

/** The commit of the code, "-dirty" if the checkout differs from it; undefined outside of git. */
function commit(): string | undefined {
  const git = (...args: string[]): string | undefined => {
    const { status, stdout } = spawnSync("git", args, { cwd: ROOT, encoding: "utf8" });
    return status === 0 ? stdout.trim() : undefined;
  };
  const head = git("rev-parse", "--short=12", "HEAD");
  return head && git("status", "--porcelain") ? `${head}-dirty` : head;
}

async function digests(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { name } of listTraces()) found[name] = (await openTrace({ recorded: name })).digest;
  return found;
}
