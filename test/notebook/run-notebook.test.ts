import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  joinText,
  type Output,
  outputDifferences,
  readNotebook,
  sameOutputs,
} from "../../lib/notebook/nbformat.js";
import { type OutputEvent, runNotebook } from "../../lib/notebook/run-notebook.js";
import { packageRoot } from "../../lib/notebook/scrub.js";
import { makeNotebook } from "./make-notebook.js";

const everything = fileURLToPath(new URL("fixtures/everything.ipynb", import.meta.url));

function lastOutput(outputs: readonly Output[] | undefined): Output {
  return outputs!.at(-1)!;
}

describe("a notebook that runs", () => {
  test("gives text, tables, figures and the last state of its progress, the same bytes each time", async () => {
    const events: OutputEvent[] = [];
    const first = await runNotebook(everything, { onOutput: (event) => events.push(event) });
    expect(first.ok).toBe(true);
    const second = await runNotebook(everything);
    expect(JSON.stringify(second.notebook)).toBe(JSON.stringify(first.notebook));
    expect(JSON.stringify(first.notebook)).not.toContain(homedir().length > 1 ? homedir() : packageRoot);
    expect(JSON.stringify(first.notebook)).not.toContain(packageRoot);

    const outputs = first.notebook.cells.map((cell) => cell.outputs ?? []);
    expect(outputs[1]).toEqual([{ output_type: "stream", name: "stdout", text: ["4\n"] }]);
    expect(events.filter(({ kind }) => kind === "progress").length).toBeGreaterThan(2);
    expect(outputs[2]).toHaveLength(1);
    expect(lastOutput(outputs[2])).toMatchObject({ data: { "text/plain": ["cells: 5 of 5"] }, metadata: {} });
    expect(lastOutput(outputs[6])).toMatchObject({
      data: {
        "application/vnd.plotly.v1+json": { layout: { height: 360 } },
        "text/plain": ["figure: Refaults by memory"],
      },
    });
    expect(outputs[7]!.map((output) => output.output_type)).toEqual(["stream", "stream", "display_data"]);
  });

  test("its committed outputs are those of a fresh run", async () => {
    const { notebook } = await runNotebook(everything);
    expect(outputDifferences(readNotebook(everything), notebook)).toEqual([]);
    const changed = structuredClone(notebook);
    lastOutput(changed.cells[1]!.outputs);
    (changed.cells[1]!.outputs![0] as { text: string[] }).text = ["5\n"];
    expect(sameOutputs(notebook, changed)).toBe(false);
    expect(outputDifferences(notebook, changed)[0]).toMatch(/^cell 1, output 0: .*4.* against .*5/);
  });

  test("a package that changes while a cell runs ends no cell", async () => {
    const busy = `import { utimesSync } from "node:fs";
for (let i = 1; i < 4; i++) {
  for (const name of ["package.json", "index.d.ts"]) utimesSync("node_modules/mine/" + name, i, i);
  await new Promise((next) => setTimeout(next, 300));
}`;
    const path = makeNotebook(`import type { Mine } from "mine";\nconst mine: Mine = 1;`, busy, "mine");
    const folder = join(dirname(path), "node_modules", "mine");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), `{ "name": "mine", "types": "index.d.ts" }`);
    writeFileSync(join(folder, "index.d.ts"), "export type Mine = number;\n");
    const run = await runNotebook(path);
    expect(run.ok || run.message).toBe(true);
  });

  test("a cell sees the real types of the built library", async () => {
    const dist = `${packageRoot}dist`;
    const run = await runNotebook(
      makeNotebook(
        `import { showText } from "${dist}/notebook/index.js";\nimport { refaultCurve } from "${dist}/plot/index.js";`,
        "showText(5); refaultCurve([{ trace: 5 }]);",
      ),
    );
    expect(run).toMatchObject({ ok: false, cell: 1 });
    const [output] = run.notebook.cells[1]!.outputs!;
    expect(output).toMatchObject({
      ename: "TypeScriptError",
      evalue: "1:10 - Argument of type 'number' is not assignable to parameter of type 'string'.",
      traceback: [
        expect.anything(),
        expect.stringMatching(/Type 'number' is not assignable to type 'string'/),
      ],
    });
  });

  test("progress that never ends is not saved", async () => {
    const index = `${packageRoot}dist/notebook/index.js`;
    const cell = `import { progressDisplay } from "${index}";\nprogressDisplay("cells").update(1, 2);`;
    const run = await runNotebook(makeNotebook(cell));
    expect(run.ok).toBe(true);
    expect(run.notebook.cells[0]!.outputs).toEqual([]);
  });

  test("a flood of output is cut", async () => {
    const run = await runNotebook(
      makeNotebook('for (let i = 0; i < 50; i++) console.log("x".repeat(100_000));'),
    );
    const [output] = run.notebook.cells[0]!.outputs!;
    const text = joinText((output as { text: string[] }).text);
    expect(text.length).toBeLessThan(1_000_100);
    expect(text).toMatch(/\[stdout cut after 1000000 characters\]\n$/);
  });
});

describe("a notebook that fails", () => {
  const cases: [name: string, source: string, message: RegExp][] = [
    [
      "throws",
      'console.log("before"); throw new RangeError("no such folio: 7");',
      /^RangeError: no such folio: 7$/,
    ],
    ["throws after an await", 'await Promise.resolve(); throw new Error("later");', /^Error: later$/],
    ["throws something else", 'throw "text";', /^Error: text$/],
    [
      "does not compile",
      "const folio: number = 'a';",
      /^TypeScriptError: 1:7 - Type 'string' is not assignable/,
    ],
    ["throws late", 'setTimeout(() => { throw new Error("boom"); }, 200);', /^Error: thrown late: boom$/],
    ["rejects late", 'void Promise.reject(new Error("lost"));', /^Error: rejected late: lost$/],
    ["exits", 'console.log("before"); process.exit(0);', /^Error: process.exit\(0\) in a notebook/],
    [
      "is killed",
      'process.kill(process.pid, "SIGTERM"); await new Promise(() => {});',
      /^KernelDied: .*SIGTERM/,
    ],
    ["never ends", "while (true) {}", /^CellTimeout: no end after 8000 ms/],
    ["waits for ever", "await new Promise(() => {});", /^CellTimeout: no end after 8000 ms/],
    [
      "fills the heap",
      "const all: number[][] = []; for (;;) all.push(new Array(1e5).fill(1.5));",
      /^KernelDied: .*ran out of memory/,
    ],
  ];
  test.each(cases)("%s", async (_name, source, message) => {
    const path = makeNotebook("const nrFolios = 8;", source, "console.log(1);");
    const run = await runNotebook(path, {
      timeoutMs: message.source.includes("CellTimeout") ? 8000 : 60_000,
      heapMb: 300,
    });
    if (run.ok) throw new Error("the run should fail");
    expect(run.message).toMatch(message);
    const late = /late: boom/.test(run.message);
    expect(run.cell).toBe(late ? 2 : 1);
    const error = lastOutput(run.notebook.cells[run.cell]!.outputs);
    expect(error.output_type).toBe("error");
    expect(JSON.stringify(error)).not.toContain(packageRoot);
    if (source.includes("before")) {
      expect(run.notebook.cells[1]!.outputs![0]).toMatchObject({ name: "stdout", text: ["before\n"] });
    }
  });

  test("a message or a stack names no path of this machine", async () => {
    const run = await runNotebook(makeNotebook(`throw new Error("cannot read: ${packageRoot}data/x");`));
    expect(run).toMatchObject({ ok: false, message: "Error: cannot read: data/x" });
  });

  test("aborting ends it at once", async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 1000);
    const run = await runNotebook(makeNotebook("while (true) {}"), { signal: abort.signal });
    expect(run).toMatchObject({ ok: false, cell: 0, message: "Interrupted: interrupted" });
  });

  test("a signal that is aborted already runs nothing", async () => {
    const run = await runNotebook(makeNotebook("console.log(1);"), { signal: AbortSignal.abort() });
    expect(run).toMatchObject({ ok: false, message: "Interrupted: interrupted" });
    expect(run.notebook.cells[0]!.outputs).toHaveLength(1);
  });

  test("a file that is no notebook is refused", async () => {
    const path = makeNotebook();
    await expect(runNotebook(`${path}.missing`)).rejects.toThrow(/^cannot read the notebook: .*missing/);
    writeFileSync(path, '{"nbformat": 3, "worksheets": []}');
    await expect(runNotebook(path)).rejects.toThrow(/^not a notebook of format 4: .*\(nbformat 3\)/);
  });
});
