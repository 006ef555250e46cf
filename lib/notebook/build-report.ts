import type { ReportOptions, ReportResult } from "./report.js";

/**
 * Run notebooks one after another and write a report, as `reclaim-lab report` does: `index.html`, for each notebook one
 * offline HTML file and the executed .ipynb, under `tables/` what the notebooks saved, and `designs.json`, what they ran.
 * A notebook that fails is reported with its cell and message; the others still run.
 *
 * @example
 * const { ok, notebooks } = await buildReport({ notebooks: ["mine.ipynb"], outDir: "report" });
 * @throws InputError if the folder cannot be written, or two notebooks have one name.
 */
export async function buildReport(options: ReportOptions): Promise<ReportResult> {
  // Loaded on first use: a notebook that shows plots needs no renderer of notebooks.
  const report = await import("./report.js");
  return report.buildReport(options);
}
