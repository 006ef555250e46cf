/*
 * `npm run picture`: the README's picture, the first figure of the ablation notebook as the report has it.
 * Needs Chromium (CHROMIUM=path, or /usr/bin/chromium) and the development dependencies.
 */
import { existsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { readNotebook } from "../notebook/nbformat.js";
import { packageRoot } from "../notebook/scrub.js";
import { PLOTLY_MIME } from "../notebook/show.js";
import { InputError, inputError } from "../util/error.js";

const WIDTH = 900;

async function picture(): Promise<void> {
  const notebook = join(packageRoot, "report", "02-ablation.ipynb");
  if (!existsSync(notebook)) inputError(`no report: ${notebook}; run npm start first`);
  const outputs = readNotebook(notebook).cells.flatMap((cell) => cell.outputs ?? []);
  const figure = outputs
    .flatMap((output) => ("data" in output ? [output.data[PLOTLY_MIME]] : []))
    .find(Boolean) as { data: unknown; layout: { height: number } } | undefined;
  if (figure === undefined) inputError(`no figure in ${notebook}; run npm start again`);
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) inputError(`no Chromium: ${executablePath}; install it, or set CHROMIUM`);
  const { chromium } = await import("playwright-core");
  const flags = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
  ];
  const browser = await chromium.launch({ executablePath, args: flags });
  const page = await browser.newPage({ viewport: { width: WIDTH, height: figure.layout.height } });
  await page.setContent("<body style='margin:0'><div id=figure></div>");
  await page.addScriptTag({ path: createRequire(import.meta.url).resolve("plotly.js-dist") });
  const draw = `Plotly.newPlot("figure", ${JSON.stringify(figure.data)}, ${JSON.stringify({ ...figure.layout, width: WIDTH })}, {staticPlot: true})`;
  await page.evaluate(draw);
  const out = join(packageRoot, "notebooks", "ablation.png");
  writeFileSync(out, await page.locator("#figure").screenshot());
  await browser.close();
  console.log(out);
}

picture().catch((error: unknown) => {
  console.error(error instanceof InputError ? `error: ${error.message}` : error);
  process.exitCode = error instanceof InputError ? 2 : 1;
});
