/* `reclaim-lab report` from the outside. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { main } from "../../lib/cli/main.js";
import { makeNotebook } from "../notebook/make-notebook.js";

const out = join(mkdtempSync(join(tmpdir(), "report-command-")), "report");
afterEach(() => vi.restoreAllMocks());

async function report(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  const code = await main(["report", ...args]);
  const text = (spy: typeof log): string => spy.mock.calls.map((call) => call.join(" ")).join("\n");
  return { code, out: text(log), err: text(error) };
}

it("runs a notebook, writes it back when asked, and tells commit and data", async () => {
  const notebook = makeNotebook("console.log(6 * 7);");
  const { code, out: text } = await report(notebook, "--out", out, "--update", "--json");
  expect(code).toBe(0);
  const told = JSON.parse(text);
  expect(told).toMatchObject({
    ok: true,
    index: join(out, "index.html"),
    notebooks: [{ path: notebook, ok: true }],
  });
  expect(Object.keys(told.provenance.data), "a digest for each recorded trace").toContain("sort");
  expect(told.provenance.code, "what ran, whatever the commit says").toMatch(/^[0-9a-f]{64}$/);
  expect(readFileSync(told.index, "utf8")).toContain(told.provenance.code);
  expect(JSON.parse(readFileSync(notebook, "utf8")).cells[0].outputs[0].text.join(""), "executed").toBe(
    "42\n",
  );
});

it("exits with 1 and names the cell if a notebook fails, which then stays as it was", async () => {
  const notebook = makeNotebook("console.log(1);", 'throw new Error("no such trace");');
  const before = readFileSync(notebook, "utf8");
  const { code, err } = await report(notebook, "--out", out, "--update");
  expect([code, err]).toEqual([1, expect.stringMatching(/FAILED .*, cell 2: Error: no such trace/)]);
  expect(readFileSync(notebook, "utf8")).toBe(before);
});

it("refuses what is no notebook before anything runs", async () => {
  expect(await report("nosuch")).toMatchObject({
    code: 2,
    err: expect.stringMatching(/no notebook nosuch; give the path of an \.ipynb, or one of 01-quickstart, /),
  });
  expect((await report("--timeout", "0")).err).toMatch(/invalid --timeout: 0; give a whole number from 1/);
});
