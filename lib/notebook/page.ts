import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import { escapeHtml, scriptJson } from "./html.js";
import { PAGE_STYLE } from "./page-style.js";
import type { PlotlyFigure } from "./show.js";

/** What goes into one page. */
export interface Page {
  readonly title: string;
  /** HTML of the body. Figures stand in it as {@link figureHtml} wrote them. */
  readonly body: string;
}

/**
 * One HTML file that needs no other file and no network. If it has figures, plotly.js is in it once, compressed:
 * the library is 10 MB as it is and 2.6 MB so, and the browser unpacks it in a fraction of a second.
 */
export function renderPage({ title, body }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
${body}
${body.includes(PLOT_OPEN) ? plotScripts() : ""}</body>
</html>
`;
}

const PLOT_OPEN = '<div class="plot">';

/** Place of a figure in a page: its JSON, drawn when the page has loaded. */
export function figureHtml(figure: PlotlyFigure): string {
  return `${PLOT_OPEN}<script type="application/json">${scriptJson(figure)}</script></div>`;
}

let packedPlotly: string | undefined;

/** plotly.js as base64 of gzip. Packed once per process. */
function plotlyBase64(): string {
  const path = createRequire(import.meta.url).resolve("plotly.js-dist");
  return (packedPlotly ??= gzipSync(readFileSync(path), { level: 9 }).toString("base64"));
}

function plotScripts(): string {
  return `<script type="application/gzip" id="plotly">${plotlyBase64()}</script>
<script>
(async () => {
  const packed = Uint8Array.from(atob(document.getElementById("plotly").textContent), (char) => char.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(unpacked).text();
  document.head.append(script);
  for (const div of document.querySelectorAll(".plot")) {
    const figure = JSON.parse(div.firstElementChild.textContent);
    await Plotly.newPlot(div, figure.data, figure.layout, { responsive: true, displaylogo: false, ...figure.config });
  }
})().catch((error) => {
  for (const div of document.querySelectorAll(".plot:not(.js-plotly-plot)"))
    div.textContent = "The figure cannot be drawn in this browser (" + error.message + "); use one of 2023 or later.";
});
</script>
`;
}
