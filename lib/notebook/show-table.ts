import { display, inNotebook } from "./display.js";
import { escapeHtml } from "./html.js";
import { formatColumn, isNumeric, nrRows, rowsOf, type TableInput } from "./table.js";

/** What to show of a table. */
export interface ShowTableOptions {
  /** Columns to show, in this order. Default: all. */
  readonly columns?: readonly string[];
  /** Most rows to show; a last line says how many are left out. Default: 20. */
  readonly limit?: number;
  /** Line above the table. Default: none. */
  readonly caption?: string;
}

interface Column {
  readonly name: string;
  readonly numeric: boolean;
  readonly cells: readonly string[];
}

/** A table as text and as HTML, both from the same formatted cells. */
export function renderTable(
  table: TableInput,
  options: ShowTableOptions = {},
): { html: string; text: string } {
  const { columns: names, rows } = rowsOf(table, options.columns, options.limit ?? 20);
  const columns = names.map((name): Column => {
    const values = rows.map((row) => row[name]);
    return { name, numeric: isNumeric(values), cells: formatColumn(values) };
  });
  const rest = nrRows(table) - rows.length;
  const more = rest > 0 ? `… ${rest.toLocaleString("en-US")} more rows` : "";
  return {
    html: tableHtml(columns, rows.length, options.caption, more),
    text: tableText(columns, rows.length, options.caption, more),
  };
}

/**
 * Show a table of Arquero, or an array of row objects, in a notebook cell; numbers are aligned to the right with
 * the same decimals down a column. Outside of a notebook, the text goes to the terminal.
 */
export function showTable(table: TableInput, options: ShowTableOptions = {}): void {
  const { html, text } = renderTable(table, options);
  if (inNotebook()) display({ data: { "text/html": html, "text/plain": text } });
  else console.log(text);
}

function tableHtml(
  columns: readonly Column[],
  nr: number,
  caption: string | undefined,
  more: string,
): string {
  // The classic Notebook aligns all cells to the right and knows none of our classes: hence the styles.
  const cell = (tag: string, text: string, { numeric }: Column): string =>
    `<${tag} style="text-align:${numeric ? "right" : "left"}">${escapeHtml(text)}</${tag}>`;
  const row = (tag: string, text: (column: Column) => string): string =>
    `<tr>${columns.map((column) => cell(tag, text(column), column)).join("")}</tr>`;
  const body = Array.from({ length: nr }, (_, i) => row("td", (column) => column.cells[i]!));
  return [
    '<table class="reclaim-lab-table">',
    caption ? `<caption style="text-align:left">${escapeHtml(caption)}</caption>` : "",
    `<thead>${row("th", (column) => column.name)}</thead>`,
    `<tbody>${body.join("\n")}</tbody>`,
    more
      ? `<tfoot><tr><td colspan="${columns.length}" style="text-align:left">${more}</td></tr></tfoot>`
      : "",
    "</table>",
  ]
    .filter(Boolean)
    .join("\n");
}

function tableText(
  columns: readonly Column[],
  nr: number,
  caption: string | undefined,
  more: string,
): string {
  const widths = columns.map(({ name, cells }) => Math.max(name.length, ...cells.map((text) => text.length)));
  const line = (text: (column: Column) => string): string =>
    columns
      .map((column, i) =>
        column.numeric ? text(column).padStart(widths[i]!) : text(column).padEnd(widths[i]!),
      )
      .join("  ")
      .trimEnd();
  const body = Array.from({ length: nr }, (_, i) => line((column) => column.cells[i]!));
  return [caption ?? "", line(({ name }) => name), ...body, more].filter(Boolean).join("\n");
}
