import { writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { InputError, inputError } from "../util/error.js";
import { writableFolder, writing } from "./disk-error.js";
import { type IndexEntry, indexPage, type Provenance, provenanceHtml } from "./index-page.js";
import { writeNotebook } from "./nbformat.js";
import { type CellEvent, type NotebookRun, type OutputEvent, runNotebook } from "./run-notebook.js";
import { clearDesigns, savedDesigns } from "./save-design.js";
import { clearTables, REPORT_ENV, type SavedTable, savedTables } from "./save-table.js";
import { notebookToHtml, summarise } from "./to-html.js";

/** What a report is made of. */
export interface ReportOptions {
  /** Paths of notebooks, run in this order. Their file names name the pages and must differ. */
  readonly notebooks: readonly string[];
  /** Folder of the report; made if missing. Files of an earlier report are replaced, others are left alone. */
  readonly outDir: string;
  readonly provenance?: Provenance | undefined;
  /** Longest time for one cell, in ms. Default: 600,000. */
  readonly timeoutMs?: number | undefined;
  /** Added to the environment of the notebooks. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Aborting ends the running notebook at once and skips the rest; what is finished is written. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((event: ReportProgress) => void) | undefined;
}

/** Progress of a report: a cell, or something that a cell put out. */
export type ReportProgress = { readonly notebook: string } & (
  | { readonly type: "cell"; readonly event: CellEvent }
  | { readonly type: "output"; readonly event: OutputEvent }
);

/** How one notebook of a report went. */
export interface ReportedNotebook {
  readonly path: string;
  /** Path of its page, which is missing if the notebook could not start. */
  readonly html: string;
  readonly ok: boolean;
  /** Index of the cell that failed, 0-based. Missing if the notebook ran, or could not start. */
  readonly cell?: number | undefined;
  readonly message?: string | undefined;
}

/** What was written. */
export interface ReportResult {
  /** Whether every notebook ran to its end. */
  readonly ok: boolean;
  readonly index: string;
  readonly notebooks: readonly ReportedNotebook[];
  readonly tables: readonly SavedTable[];
}

/**
 * Run notebooks one after another and write a report: `index.html`, for each notebook one offline HTML file and
 * the executed .ipynb, under `tables/` what the notebooks saved, and `designs.json`, what they ran. A notebook that fails is reported with its
 * cell and message, on its page as in the result; the others still run.
 *
 * Throws an InputError if the folder cannot be written.
 */
export async function buildReport(options: ReportOptions): Promise<ReportResult> {
  const outDir = resolve(options.outDir);
  const names = options.notebooks.map((path) => basename(path, ".ipynb"));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) inputError(`two notebooks of one name: ${twice}; rename one`);
  writableFolder(outDir);
  writing(outDir, () => {
    clearTables(outDir);
    clearDesigns(outDir);
  });
  const entries: IndexEntry[] = [];
  const notebooks: ReportedNotebook[] = [];
  for (const [i, path] of options.notebooks.entries()) {
    const run = await runOne(path, outDir, options);
    notebooks.push(writing(outDir, () => writeOne(path, names[i]!, run, outDir, options, entries)));
  }
  const tables = savedTables(outDir);
  const index = join(outDir, "index.html");
  const page = indexPage(entries, tables, savedDesigns(outDir), options.provenance ?? {});
  writing(outDir, () => writeFileSync(index, page));
  return { ok: notebooks.every(({ ok }) => ok), index, notebooks, tables };
}

/** A run, or the reason why there is none. */
type Attempt = NotebookRun | { readonly ok: false; readonly notebook?: undefined; readonly message: string };

async function runOne(path: string, outDir: string, options: ReportOptions): Promise<Attempt> {
  const { signal, timeoutMs, onProgress } = options;
  if (signal?.aborted) return { ok: false, message: "not run: interrupted" };
  try {
    return await runNotebook(path, {
      signal,
      timeoutMs,
      env: { ...options.env, [REPORT_ENV]: outDir },
      onCell: (event) => onProgress?.({ notebook: path, type: "cell", event }),
      onOutput: (event) => onProgress?.({ notebook: path, type: "output", event }),
    });
  } catch (error) {
    if (error instanceof InputError) return { ok: false, message: error.message };
    throw error;
  }
}

/** Write the page and the executed notebook, and enter them into the index. */
function writeOne(
  path: string,
  name: string,
  run: Attempt,
  outDir: string,
  { provenance = {} }: ReportOptions,
  entries: IndexEntry[],
): ReportedNotebook {
  const html = join(outDir, `${name}.html`);
  if (!run.notebook) {
    entries.push({ name, failure: run.message, title: undefined, finding: undefined, figure: undefined });
    return { path, html, ok: false, message: run.message };
  }
  const failure = run.ok
    ? undefined
    : `Failed in cell ${run.cell + 1} of ${run.notebook.cells.length}: ${run.message}`;
  const header = `<nav><a href="index.html">reclaim-lab report</a></nav>`;
  writeNotebook(join(outDir, `${name}.ipynb`), run.notebook);
  writeFileSync(html, notebookToHtml(run.notebook, { name, header, footer: provenanceHtml(provenance) }));
  entries.push({ name, page: name, failure, ...summarise(run.notebook) });
  return run.ok ? { path, html, ok: true } : { path, html, ok: false, cell: run.cell, message: run.message };
}
