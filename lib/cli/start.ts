/*
 * `npm start`: run the notebooks, write the report, print where it is and the headline table. With
 * `-- --update`, the executed notebooks replace the committed ones, and the README's figures on the kernel follow.
 * Exit codes: 0 all ran, 1 a notebook failed, 2 the input or the folders are at fault, 130 interrupted.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { fromCSV } from "arquero";
import { buildReport, type ReportProgress, type ReportResult } from "../notebook/report.js";
import { renderTable } from "../notebook/show-table.js";
import { abortOnCtrlC } from "../study/interrupted.js";
import { listTraces, openTrace } from "../trace/store.js";
import { InputError } from "../util/error.js";
import { kernelTable, withKernelTable } from "./readme-table.js";

/** The table that a notebook saves under this name is printed at the end. */
const HEADLINE = "headline";
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

async function start(): Promise<number> {
  const started = performance.now();
  const { signal, dispose } = abortOnCtrlC();
  const line = statusLine();
  const notes = new Set<string>();
  try {
    const folder = join(ROOT, "notebooks");
    const notebooks = readdirSync(folder)
      .filter((name) => name.endsWith(".ipynb"))
      .sort()
      .map((name) => join(folder, name));
    const result = await buildReport({
      notebooks,
      outDir: join(ROOT, "report"),
      provenance: { commit: commit(), data: await digests() },
      signal,
      onProgress: (event) => {
        if (event.type === "output" && event.event.kind === "stderr") notes.add(event.event.text.trim());
        line.show(progressText(event));
      },
    });
    line.end();
    if (signal.aborted) {
      console.error("interrupted; finished cells are kept in results/, run npm start again to go on");
      return 130;
    }
    if (result.ok && process.argv.includes("--update")) {
      for (const path of notebooks) copyFileSync(join(ROOT, "report", basename(path)), path);
      updateReadme();
    }
    for (const note of notes) console.error(note);
    summary(result, (performance.now() - started) / 1000);
    return result.ok ? 0 : 1;
  } finally {
    line.end();
    dispose();
  }
}

/** Bring the README's figures on the kernel up to date with the report's tables. */
function updateReadme(): void {
  const rows = (name: string): object[] =>
    fromCSV(readFileSync(join(ROOT, "report", "tables", `${name}.csv`), "utf8")).objects();
  const table = kernelTable(
    rows("03-kernel-targets") as Record<string, unknown>[],
    rows("03-kernel-signs") as Record<string, unknown>[],
  );
  const readme = join(ROOT, "README.md");
  writeFileSync(readme, withKernelTable(readFileSync(readme, "utf8"), table));
}

function progressText({ notebook, ...progress }: ReportProgress): string {
  const name = relative(join(ROOT, "notebooks"), notebook);
  if (progress.type === "output") {
    return progress.event.kind === "progress" ? `${name}: ${progress.event.text}` : "";
  }
  const { nr, nrCodeCells, state } = progress.event;
  return `${name}: cell ${nr} of ${nrCodeCells} ${state}`;
}

/** One line that follows the work: rewritten in place on a terminal, sparse lines elsewhere. */
function statusLine(): { show(text: string): void; end(): void } {
  const { stderr } = process;
  let last = 0;
  let open = false;
  return {
    show(text) {
      if (text === "") return;
      if (stderr.isTTY) {
        stderr.write(`\r\u001b[K${text.slice(0, (stderr.columns ?? 80) - 1)}`);
        open = true;
      } else if (performance.now() - last > 5000) {
        last = performance.now();
        stderr.write(`${text}\n`);
      }
    },
    end() {
      if (open) stderr.write("\r\u001b[K");
      open = false;
    },
  };
}

function summary(result: ReportResult, seconds: number): void {
  const tables = join(ROOT, "report", "tables");
  if (result.tables.some(({ name }) => name === HEADLINE)) {
    const table = fromCSV(readFileSync(join(tables, `${HEADLINE}.csv`), "utf8"));
    console.log(`\n${renderTable(table, { limit: 40 }).text}`);
    console.log(
      "ratios to the base, over those traces on which the point changed any counter; 95 %: bootstrap over traces",
    );
  }
  for (const { path, ok, cell, message } of result.notebooks) {
    if (!ok)
      console.error(
        `\nFAILED ${relative(ROOT, path)}, cell ${cell === undefined ? "?" : cell + 1}: ${message}`,
      );
  }
  console.log(`\nreport: ${result.index}`);
  console.log(`tables: ${tables}${"/"}  (CSV and Parquet)`);
  console.log(
    `${result.notebooks.length} notebooks in ${seconds.toFixed(0)} s; a second run reuses finished cells`,
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

start().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof InputError ? `error: ${error.message}` : error);
    process.exitCode = error instanceof InputError ? 2 : 1;
  },
);
