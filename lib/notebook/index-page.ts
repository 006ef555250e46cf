import { escapeHtml } from "./html.js";
import { figureHtml, renderPage } from "./page.js";
import type { SavedDesign } from "./save-design.js";
import type { SavedTable } from "./save-table.js";
import { markdownToHtml, type NotebookSummary } from "./to-html.js";

/** From what a report was made. */
export interface Provenance {
  /** Git commit of the code, with `-dirty` if the checkout was changed. */
  readonly commit?: string | undefined;
  /** Digest of the compiled simulator that ran (hex), as results are kept by: what a commit says only if the build is of it. */
  readonly code?: string | undefined;
  /** Traces by name, with their sha256 (hex). */
  readonly data?: Readonly<Record<string, string>> | undefined;
}

/** One notebook on the first page. */
export interface IndexEntry extends NotebookSummary {
  /** Name, without its ending, of the page and the executed notebook beside the index; missing if it never started. */
  readonly page?: string | undefined;
  /** Name to show without a title. */
  readonly name: string;
  /** Why it failed: cell and message. */
  readonly failure?: string | undefined;
}

/** First page of a report: each notebook with its finding and figure, the tables, the designs, where all of it came from. */
export function indexPage(
  entries: readonly IndexEntry[],
  tables: readonly SavedTable[],
  designs: readonly SavedDesign[],
  from: Provenance,
): string {
  const body = [
    "<h1>reclaim-lab report</h1>",
    ...entries.map(entryHtml),
    tables.length > 0 ? tablesHtml(tables) : "",
    designs.length > 0 ? designsHtml(designs) : "",
    provenanceHtml(from),
  ];
  return renderPage({ title: "reclaim-lab report", body: body.join("\n") });
}

function entryHtml(entry: IndexEntry): string {
  const title = escapeHtml(entry.title ?? entry.name);
  const page = entry.page && escapeHtml(encodeURIComponent(entry.page));
  const links = `<p class="soft"><a href="${page}.html">All figures and the code</a> ·
<a href="${page}.ipynb">executed notebook</a></p>`;
  return `<article>
<h2>${page ? `<a href="${page}.html">${title}</a>` : title}</h2>
${entry.failure ? `<p class="failed">${escapeHtml(entry.failure)}</p>` : ""}
${entry.finding ? markdownToHtml(entry.finding) : ""}
${entry.figure ? figureHtml(entry.figure) : ""}
${page ? links : ""}
</article>`;
}

function tablesHtml(tables: readonly SavedTable[]): string {
  const rows = tables.map(({ name, rows, columns }) => {
    const links = ["csv", "parquet"].map((ending) => `<a href="tables/${name}.${ending}">${ending}</a>`);
    const size = `<td style="text-align:right">${rows.toLocaleString("en-US")}</td>`;
    return `<tr><td>${name}</td><td>${links.join(" ")}</td>${size}<td>${escapeHtml(columns.join(", "))}</td></tr>`;
  });
  const head = '<tr><th align="left">table</th><th></th><th>rows</th><th align="left">columns</th></tr>';
  return `<article><h2>Tables</h2><table><thead>${head}</thead><tbody>${rows.join("\n")}</tbody></table></article>`;
}

/** What ran: the product of the axes, values of the short ones, and a digest by which two reports compare. */
function designsHtml(designs: readonly SavedDesign[]): string {
  const rows = designs.map(({ name, cells, axes, digest }) => {
    const product = Object.entries(axes).map(([axis, values]) => `${values.length} ${axis}`);
    const listed = Object.entries(axes).map(
      ([axis, values]) => `<b>${axis}</b>: ${escapeHtml(values.join(", "))}`,
    );
    const detail = `<details><summary>${product.join(" × ")}</summary>${listed.join("<br>")}</details>`;
    const nr = `<td style="text-align:right">${cells.toLocaleString("en-US")}</td>`;
    return `<tr><td>${name}</td>${nr}<td>${detail}</td><td><code>${digest.slice(0, 16)}</code></td></tr>`;
  });
  const head =
    '<tr><th align="left">study</th><th>cells</th><th align="left">axes</th><th align="left">sha256 of cells and traces</th></tr>';
  const more = `<p class="soft"><a href="designs.json">designs.json</a>: all values, and the digest of each trace</p>`;
  return `<article><h2>Designs</h2><table><thead>${head}</thead><tbody>${rows.join("\n")}</tbody></table>${more}</article>`;
}

/** The line that says from which code and data the numbers came. The digests of the data are folded away. */
export function provenanceHtml({ commit, code, data = {} }: Provenance): string {
  const names = Object.keys(data).sort();
  const rows = names.map(
    (name) => `<tr><td>${escapeHtml(name)}</td><td><code>${data[name]}</code></td></tr>`,
  );
  const digests = `<details><summary>sha256 of ${names.length} traces</summary><table>${rows.join("\n")}</table></details>`;
  const ran = code === undefined ? "" : `, code <code>${escapeHtml(code)}</code>`;
  return `<footer>reclaim-lab, commit ${escapeHtml(commit ?? "unknown")}${ran}, Node ${process.version}
${names.length > 0 ? digests : ""}</footer>`;
}
