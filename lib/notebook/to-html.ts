import { createRequire } from "node:module";
import hljs from "highlight.js";
import { joinText, type Notebook } from "./nbformat.js";
import { figureHtml, renderPage } from "./page.js";
import { PLOTLY_MIME, type PlotlyFigure } from "./show.js";

/** The part of notebookjs (which has no types) that is used. It keeps its settings in the module. */
interface NotebookJs {
  parse(notebook: Notebook): { render(): Element };
  display: Record<string, (value: unknown) => Element>;
  display_priority: string[];
  highlighter: (text: string, pre: Element, code?: Element, language?: string) => string;
}
interface Element {
  className: string;
  innerHTML: string;
  outerHTML: string;
  ownerDocument: { createElement(tag: string): Element };
  append(...children: (Element | string)[]): void;
  replaceWith(other: Element): void;
  querySelectorAll(selector: string): Iterable<Element>;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
}

/** Options of {@link notebookToHtml}. */
export interface NotebookPageOptions {
  /** Title if the notebook has no heading; usually its file name. */
  readonly name: string;
  /** HTML above the notebook, such as a link to the index. Default: none. */
  readonly header?: string;
  /** HTML below it, such as where the data came from. Default: none. */
  readonly footer?: string;
}

/** The first heading of a notebook as text; undefined if it has none. */
export function notebookTitle(notebook: Notebook): string | undefined {
  for (const cell of notebook.cells) {
    const heading = cell.cell_type === "markdown" && /^#+ +(.+)$/m.exec(joinText(cell.source));
    if (heading) return heading[1]!.replace(/[*`_]/g, "").trim();
  }
  return undefined;
}

/** An executed notebook as one HTML file for readers: offline, code folded away, figures live. */
export function notebookToHtml(notebook: Notebook, options: NotebookPageOptions): string {
  const figures: PlotlyFigure[] = [];
  const element = renderer(figures).parse(notebook).render();
  foldCode(element);
  linkPages(element);
  // notebookjs builds DOM nodes; figures go in as text afterwards, so that no sanitiser sees their scripts.
  const body = element.outerHTML.replace(/<figure data-nr="(\d+)"><\/figure>/g, (_, nr) =>
    figureHtml(figures[nr]!),
  );
  const title = notebookTitle(notebook) ?? options.name;
  return renderPage({ title, body: [options.header, body, options.footer].filter(Boolean).join("\n") });
}

/** The Markdown of a finding as HTML, by the same renderer as the notebooks'. */
export function markdownToHtml(markdown: string): string {
  return renderer([]).display["text/markdown"]!(markdown).innerHTML;
}

/** notebookjs with the plotly mime type, which it collects in `figures`, and with highlighting. */
function renderer(figures: PlotlyFigure[]): NotebookJs {
  const notebookjs = createRequire(import.meta.url)("notebookjs") as NotebookJs;
  notebookjs.highlighter = (text, _pre, _code, language) => (language ? highlight(text, language) : text);
  const others = notebookjs.display_priority.filter((mime) => mime !== PLOTLY_MIME);
  notebookjs.display_priority = [PLOTLY_MIME, ...others];
  notebookjs.display[PLOTLY_MIME] = (value) => {
    const holder = notebookjs.display["text/plain"]!("").ownerDocument.createElement("figure");
    const figure = value as PlotlyFigure;
    holder.setAttribute("data-nr", String(figures.push(figure) - 1));
    return holder;
  };
  return notebookjs;
}

/** notebookjs hands over text with `<` and `>` escaped. */
function highlight(escaped: string, language: string): string {
  if (!hljs.getLanguage(language)) return escaped;
  const text = escaped.replaceAll("&lt;", "<").replaceAll("&gt;", ">");
  return hljs.highlight(text, { language }).value;
}

/** Put the source of each code cell into a closed `<details>`. */
function foldCode(root: Element): void {
  for (const input of root.querySelectorAll(".nb-input")) {
    const details = input.ownerDocument.createElement("details");
    details.className = "code";
    const summary = input.ownerDocument.createElement("summary");
    summary.append("code");
    input.replaceWith(details);
    details.append(summary, input);
  }
}

/** Links from notebook to notebook become links from page to page. */
function linkPages(root: Element): void {
  for (const link of root.querySelectorAll("a[href]")) {
    const href = link.getAttribute("href")!;
    if (!/^[a-z]+:/i.test(href)) link.setAttribute("href", href.replace(/\.ipynb(?=$|#)/, ".html"));
  }
}

/** What the first page of a report says about a notebook. */
export interface NotebookSummary {
  readonly title: string | undefined;
  /** Markdown of the first finding that was computed. */
  readonly finding: string | undefined;
  readonly figure: PlotlyFigure | undefined;
}

/** Title, first finding (Markdown that a code cell displayed) and first figure of an executed notebook. */
export function summarise(notebook: Notebook): NotebookSummary {
  const displays = notebook.cells.flatMap((cell) =>
    (cell.outputs ?? []).flatMap((output) => ("data" in output ? [output.data] : [])),
  );
  const finding = displays.find((data) => "text/markdown" in data)?.["text/markdown"];
  const figure = displays.find((data) => PLOTLY_MIME in data)?.[PLOTLY_MIME] as PlotlyFigure | undefined;
  return { title: notebookTitle(notebook), finding: finding ? joinText(finding) : undefined, figure };
}
