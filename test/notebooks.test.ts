import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { haveJupyter, jupyterEnv } from "../lib/notebook/jupyter.js";
import { joinText, outputDifferences, readNotebook } from "../lib/notebook/nbformat.js";
import { runNotebook } from "../lib/notebook/run-notebook.js";
import { packageRoot } from "../lib/notebook/scrub.js";

const FOLDER = join(packageRoot, "notebooks");
const NOTEBOOKS = readdirSync(FOLDER).filter((name) => name.endsWith(".ipynb"));
const MINUTES = 60_000;

describe.each(NOTEBOOKS)("%s", (name) => {
  const path = join(FOLDER, name);
  const committed = readNotebook(path);

  it("gives the outputs that are committed", { timeout: 12 * MINUTES }, async () => {
    const run = await runNotebook(path);
    expect(run.ok || run.message).toBe(true);
    expect(outputDifferences(run.notebook, committed)).toEqual([]);
  });

  it("states a finding for each figure, with numbers, and none is missing", () => {
    const shown = committed.cells.flatMap((cell) => cell.outputs ?? []);
    const markdown = shown.flatMap((output) =>
      "data" in output ? [joinText(output.data["text/markdown"] ?? "")] : [],
    );
    const findings = markdown.filter((text) => text.startsWith("**Finding"));
    const figures = shown.filter(
      (output) => "data" in output && "application/vnd.plotly.v1+json" in output.data,
    );
    expect(findings.length).toBeGreaterThanOrEqual(figures.length);
    for (const finding of findings) {
      expect(finding).toMatch(/\d/);
      expect(finding).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  it("imports the compiled library only, and stays below 1 MB", () => {
    const sources = committed.cells
      .filter(({ cell_type }) => cell_type === "code")
      .map(({ source }) => joinText(source));
    const imports = sources.join("\n").match(/from "([^"]+)"/g) ?? [];
    for (const from of imports) expect(['from "../dist/index.js"', 'from "arquero"']).toContain(from);
    expect(statSync(path).size).toBeLessThan(1_000_000);
  });
});

describe.skipIf(!haveJupyter())("in real Jupyter", () => {
  it("01-quickstart gives the committed outputs under nbconvert", { timeout: 10 * MINUTES }, () => {
    const out = mkdtempSync(join(tmpdir(), "reclaim-lab-"));
    const args = [
      "nbconvert",
      "--to",
      "notebook",
      "--execute",
      "--output-dir",
      out,
      "notebooks/01-quickstart.ipynb",
    ];
    const run = spawnSync("jupyter", args, { cwd: packageRoot, env: jupyterEnv(), encoding: "utf8" });
    expect(run.status, run.stderr).toBe(0);
    const fresh = readNotebook(join(out, "01-quickstart.ipynb"));
    expect(outputDifferences(fresh, readNotebook(join(FOLDER, "01-quickstart.ipynb")))).toEqual([]);
    rmSync(out, { recursive: true });
  });
});
if (!haveJupyter())
  console.log("skipped: notebooks in real Jupyter; install jupyter-notebook and jupyter-nbconvert");
