import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { writing } from "../../lib/notebook/disk-error.js";
import { writeNotebook } from "../../lib/notebook/nbformat.js";
import { buildReport, type ReportResult } from "../../lib/notebook/report.js";
import { runNotebook } from "../../lib/notebook/run-notebook.js";
import { packageRoot } from "../../lib/notebook/scrub.js";
import { notebookToHtml } from "../../lib/notebook/to-html.js";
import { haveChromium, nrDrawn, openPage } from "./browser.js";
import { makeNotebook } from "./make-notebook.js";

const everything = fileURLToPath(new URL("fixtures/everything.ipynb", import.meta.url));
const outDir = join(mkdtempSync(join(tmpdir(), "reclaim-lab-")), "report");
const provenance = { commit: "0123abc", data: { sort: "cafe".repeat(16) } };
const failing = makeNotebook(
  "console.log('before');",
  'throw new Error("no such trace: <x>");',
  "console.log('after');",
);
let report: ReportResult;
let progress = 0;

beforeAll(async () => {
  mkdirSync(join(outDir, "tables"), { recursive: true });
  writeFileSync(join(outDir, "mine.txt"), "not ours");
  writeFileSync(join(outDir, "tables/tables.json"), '[{"name":"old","rows":1,"columns":["a"]}]');
  writeFileSync(join(outDir, "tables/old.csv"), "a\n1\n");
  report = await buildReport({
    notebooks: [failing, everything],
    outDir,
    provenance,
    onProgress: () => progress++,
  });
});

test("a notebook that fails is reported with its cell, and the others still run", () => {
  expect(report.ok).toBe(false);
  expect(report.notebooks[0]).toMatchObject({ ok: false, cell: 1, message: "Error: no such trace: <x>" });
  expect(report.notebooks[1]).toMatchObject({ path: everything, ok: true });
  expect(progress).toBeGreaterThan(10);
  const page = readFileSync(join(outDir, "test.html"), "utf8");
  expect(page).toContain("no such trace: &lt;x&gt;");
  expect(page).not.toContain(">after");
  expect(readFileSync(report.index, "utf8")).toContain(
    "Failed in cell 2 of 3: Error: no such trace: &lt;x&gt;",
  );
});

test("the first page has the finding, the figure, the tables and where they came from", () => {
  const index = readFileSync(report.index, "utf8");
  expect(index).toContain('<a href="everything.html">Everything a notebook can show</a>');
  expect(index).toContain("<strong>Finding.</strong> lru refaults most: 120345");
  expect(index.match(/class="plot"/g)).toHaveLength(1);
  expect(index).toContain('<a href="tables/refaults.parquet">parquet</a>');
  expect(index).toContain("commit 0123abc");
  expect(index).toContain("cafe".repeat(16));
  expect(report.tables.map(({ name }) => name)).toEqual(["refaults"]);
});

test("what an earlier report wrote is replaced, and nothing else", () => {
  expect(existsSync(join(outDir, "tables/old.csv"))).toBe(false);
  expect(existsSync(join(outDir, "mine.txt"))).toBe(true);
});

test("a page is a function of the notebook, with plotly.js in it once", () => {
  const path = join(outDir, "everything.html");
  const page = readFileSync(path, "utf8");
  expect(page.match(/id="plotly"/g)).toHaveLength(1);
  expect(page.length).toBeLessThan(4e6);
  const notebook = JSON.parse(readFileSync(join(outDir, "everything.ipynb"), "utf8"));
  expect(notebookToHtml(notebook, { name: "x" })).toBe(notebookToHtml(notebook, { name: "x" }));
  const plain = { ...notebook, cells: notebook.cells.slice(0, 1) };
  expect(notebookToHtml(plain, { name: "x" }).length).toBeLessThan(20_000);
});

test("code is folded away, links lead to pages, and scripts of displays do not run", () => {
  const source = "const ratio = 1 < 2;";
  const output_type = "display_data" as const;
  const html = '<b>bold</b><img src="x" onerror="alert(1)"><script>alert(1)</script>';
  const page = notebookToHtml(
    {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { language_info: { name: "typescript" } },
      cells: [
        {
          cell_type: "markdown",
          metadata: {},
          source: "# A *title*\n[next](02-ablation.ipynb#x) [out](https://a.org/b.ipynb)",
        },
        {
          cell_type: "code",
          metadata: {},
          source,
          outputs: [{ output_type, data: { "text/html": html }, metadata: {} }],
        },
      ],
    },
    { name: "x" },
  );
  expect(page).toContain("<title>A title</title>");
  expect(page).toContain('href="02-ablation.html#x"');
  expect(page).toContain('href="https://a.org/b.ipynb"');
  expect(page).toMatch(/<details class="code"><summary>code<\/summary>.*hljs-keyword/s);
  expect(page).toContain("<b>bold</b>");
  expect(page).not.toContain("alert");
});

test("a missing notebook, or two of one name, are said to be so", async () => {
  const missing = await buildReport({
    notebooks: ["missing.ipynb"],
    outDir: join(dirname(outDir), "missing"),
  });
  expect(readFileSync(missing.index, "utf8")).toMatch(/<h2>missing<\/h2>\s*<p class="failed">cannot read/);
  expect(missing).toMatchObject({
    ok: false,
    notebooks: [{ message: expect.stringMatching(/^cannot read the notebook: missing/) }],
  });
  await expect(buildReport({ notebooks: ["a/x.ipynb", "b/x.ipynb"], outDir })).rejects.toThrow(
    /^two notebooks of one name: x;/,
  );
});

describe("a folder that cannot be written", () => {
  test("because a file stands there", async () => {
    const inFile = join(outDir, "mine.txt", "report");
    await expect(buildReport({ notebooks: [], outDir: inFile })).rejects.toThrow(
      /^cannot write the report: .*\(ENOTDIR\); a file stands/,
    );
  });

  test.each([
    ["ENOSPC", /^cannot write the report: \/out\/index.html \(ENOSPC\); the disk is full; free some space$/],
    ["EROFS", /\(EROFS\); the file system is read-only; choose another folder$/],
    ["EACCES", /\(EACCES\); no permission; choose another folder$/],
  ])("because of %s", (code, message) => {
    const fail = (): never => {
      throw Object.assign(new Error(code), { code, path: "/out/index.html" });
    };
    expect(() => writing("/out", fail)).toThrow(message);
  });

  test("a fault of ours keeps its stack", () => {
    expect(() => writing("/out", () => (undefined as unknown as string).length)).toThrow(TypeError);
  });
});

test("aborting skips the rest and keeps what is finished", async () => {
  const abort = new AbortController();
  const folder = join(dirname(outDir), "aborted");
  const endless = makeNotebook("await new Promise(() => setInterval(() => {}, 1000));");
  const first = join(dirname(endless), "first.ipynb");
  writeNotebook(first, {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [{ cell_type: "markdown", metadata: {}, source: "# Done" }],
  });
  setTimeout(() => abort.abort(), 1500);
  const result = await buildReport({
    notebooks: [first, endless, everything],
    outDir: folder,
    signal: abort.signal,
  });
  expect(result.ok).toBe(false);
  expect(result.notebooks.map(({ ok, message }) => message ?? ok)).toEqual([
    true,
    "Interrupted: interrupted",
    "not run: interrupted",
  ]);
  expect(existsSync(join(folder, "first.html"))).toBe(true);
});

describe.skipIf(!haveChromium())("in a browser", () => {
  test.each([
    ["everything.html", 2],
    ["index.html", 1],
  ])("%s draws its figures, without errors, and asks for nothing else", async (name, nr) => {
    const { browser, page, errors, requests } = await openPage();
    try {
      const url = `file://${join(outDir, name)}`;
      await page.goto(url);
      await page.waitForFunction(
        `document.querySelectorAll(".js-plotly-plot svg.main-svg").length >= ${3 * nr}`,
      );
      expect(await nrDrawn(page)).toBe(nr);
      if (process.env.SCREENSHOTS)
        await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png`, fullPage: true });
      expect(errors).toEqual([]);
      expect(requests).toEqual([url]);
      expect(await page.locator("details.code[open]").count()).toBe(0);
    } finally {
      await browser.close();
    }
  });
});

test("a notebook can build one: the library call, with its types, and nothing of it loaded before", async () => {
  const library = JSON.stringify(join(packageRoot, "dist/index.js"));
  const code = `import { buildReport, type ReportResult } from ${library};
const options = { notebooks: [], outDir: ${JSON.stringify(join(outDir, "of-none"))} };
const made: ReportResult = await buildReport(options);
console.log(made.ok, made.notebooks.length);`;
  const { ok, notebook } = await runNotebook(makeNotebook(code));
  expect(ok).toBe(true);
  expect(notebook.cells[0]!.outputs).toMatchObject([{ text: ["true 0\n"] }]);
  const wrong = await runNotebook(makeNotebook(code.replace("made: ReportResult", "made: number")));
  expect(wrong.ok).toBe(false);
  const index = readFileSync(join(packageRoot, "dist/notebook/build-report.js"), "utf8");
  expect(index).not.toMatch(/^import /m);
});
