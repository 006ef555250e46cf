import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { haveJupyter, jupyterArgs, jupyterEnv, runJupyter } from "../../lib/notebook/jupyter.js";
import { outputDifferences, readNotebook } from "../../lib/notebook/nbformat.js";
import { packageRoot } from "../../lib/notebook/scrub.js";
import { haveChromium, nrDrawn, openPage } from "./browser.js";

const FIXTURE = "test/notebook/fixtures/everything.ipynb";
const jupyter = haveJupyter();
if (!jupyter)
  console.log("skipped: no Jupyter; apt-get install jupyter-notebook jupyter-nbconvert jupyter-client");

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => found(port));
    });
  });
}

async function answers(url: string): Promise<void> {
  for (let i = 0; i < 120; i++) {
    if (
      await fetch(url).then(
        (reply) => reply.ok,
        () => false,
      )
    )
      return;
    await new Promise((later) => setTimeout(later, 250));
  }
  throw new Error(`no answer: ${url}`);
}

let server: ChildProcess | undefined;
afterEach(() => {
  server?.kill("SIGTERM");
  server = undefined;
});

test("without Jupyter, it says what to install and fails", async () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  expect(await runJupyter([], { PATH: "/nonexistent" })).toBe(1);
  expect(said.mock.calls[0]![0]).toMatch(/apt-get install --no-install-recommends jupyter-notebook/);
  said.mockRestore();
});

test("a JUPYTER_PATH of the user stays", () => {
  expect(jupyterEnv({ JUPYTER_PATH: "/mine" }).JUPYTER_PATH).toBe(`${packageRoot}.jupyter:/mine`);
});

test("the kernelspec names no place of this machine", () => {
  const spec = JSON.parse(readFileSync(`${packageRoot}.jupyter/kernels/reclaim-lab/kernel.json`, "utf8"));
  expect(spec.argv[2]).toBe("{resource_dir}/../../../node_modules/tslab/bin/tslab");
});

describe.skipIf(!jupyter)("in real Jupyter", () => {
  test("nbconvert gives the outputs that the runner gives", () => {
    const out = mkdtempSync(join(tmpdir(), "reclaim-lab-"));
    const args = ["nbconvert", "--to", "notebook", "--execute", "--output-dir", out, FIXTURE];
    const run = spawnSync("jupyter", args, { cwd: packageRoot, env: jupyterEnv(), encoding: "utf8" });
    expect(run.status, run.stderr).toBe(0);
    expect(outputDifferences(readNotebook(join(out, "everything.ipynb")), readNotebook(FIXTURE))).toEqual([]);
  });

  test.skipIf(!haveChromium())("the classic Notebook draws the figures, offline", async () => {
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    const args = jupyterArgs(["--no-browser", `--port=${port}`, "--NotebookApp.token="]);
    server = spawn("jupyter", args, { cwd: packageRoot, env: jupyterEnv(), stdio: "ignore" });
    await answers(`${origin}/api`);
    const { browser, page, requests } = await openPage();
    try {
      await page.goto(`${origin}/notebooks/${FIXTURE}`);
      await page.waitForFunction("window.Jupyter?.notebook?.kernel?.is_connected()", null, {
        timeout: 60_000,
      });
      expect(await page.evaluate("Jupyter.notebook.kernel.name")).toBe("reclaim-lab");
      // The committed outputs are drawn on opening, if at all, only in a trusted notebook: count those of this run.
      await page.evaluate("Jupyter.notebook.clear_all_output(); Jupyter.notebook.execute_all_cells();");
      await page.waitForFunction(
        "document.querySelectorAll('.js-plotly-plot svg.main-svg').length >= 6 && !document.querySelector('.code_cell.running')",
        null,
        { timeout: 60_000 },
      );
      expect(await nrDrawn(page)).toBe(2);
      if (process.env.SCREENSHOTS) {
        await page.setViewportSize({ width: 1200, height: 2400 });
        await page.screenshot({ path: `${process.env.SCREENSHOTS}/notebook.png` });
      }
      expect(
        requests.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith(`ws://127.0.0.1:${port}/`)),
      ).toEqual([]);
      await page.evaluate("Jupyter.notebook.session.delete()");
    } finally {
      await browser.close();
    }
  });
});
