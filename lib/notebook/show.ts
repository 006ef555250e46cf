import { relative, sep } from "node:path";
import { display, inNotebook } from "./display.js";
import { scriptJson } from "./html.js";
import { packageRoot } from "./scrub.js";

/** A plotly figure as plain data. */
export interface PlotlyFigure {
  readonly data: readonly object[];
  readonly layout?: object;
  readonly config?: object;
}

/** Mime type by which JupyterLab, VS Code and our own pages know a plotly figure. */
export const PLOTLY_MIME = "application/vnd.plotly.v1+json";

/**
 * Draws every figure of the page that is not drawn yet, so that it needs no ids; loads plotly.js once. For the
 * classic Notebook, which knows no plotly mime type and serves plotly.js from this repository, offline.
 */
function drawScript(src: string): string {
  return `(function () {
  function draw() {
    document.querySelectorAll(".reclaim-lab-plot:not([data-drawn])").forEach(function (div) {
      div.setAttribute("data-drawn", "");
      var figure = JSON.parse(div.querySelector("script").textContent);
      Plotly.newPlot(div, figure.data, figure.layout, figure.config);
    });
  }
  if (window.Plotly) return draw();
  if (!window.reclaimLabPlotly) window.reclaimLabPlotly = new Promise(function (loaded) {
    var script = document.createElement("script");
    script.src = ${JSON.stringify(src)};
    script.onload = loaded;
    document.head.appendChild(script);
  });
  window.reclaimLabPlotly.then(draw);
})();`;
}

/** Title of a figure as text; "" if it has none. */
export function figureTitle(figure: PlotlyFigure): string {
  const title = (figure.layout as { title?: string | { text?: string } } | undefined)?.title;
  return ((typeof title === "string" ? title : title?.text) ?? "").replace(/<[^>]*>/g, " ");
}

/** Show a plotly figure in a notebook cell. Throws an InputError outside of one. */
export function show(figure: PlotlyFigure): void {
  const plotly = `${packageRoot}node_modules/plotly.js-dist/plotly.js`;
  const src = relative(process.cwd(), plotly).split(sep).join("/");
  const { data, layout = {}, config = { responsive: true, displaylogo: false } } = figure;
  const json = scriptJson({ data, layout, config });
  const html = `<div class="reclaim-lab-plot"><script type="application/json">${json}</script></div>
<script>${drawScript(src)}</script>`;
  const text = `figure: ${figureTitle(figure).trim() || `${data.length} traces`}`;
  display({ data: { [PLOTLY_MIME]: { data, layout, config }, "text/html": html, "text/plain": text } });
}

/**
 * State a finding that was computed, in Markdown. The report puts the first one of each notebook on its first
 * page. Outside of a notebook, the text goes to the terminal.
 */
export function showText(markdown: string): void {
  if (inNotebook()) display({ data: { "text/markdown": markdown, "text/plain": markdown } });
  else console.log(markdown);
}
