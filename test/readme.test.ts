import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { kernelTable, withKernelTable } from "../lib/cli/readme-table.js";
import * as lab from "../lib/index.js";
import { joinText, readNotebook } from "../lib/notebook/nbformat.js";
import { packageRoot } from "../lib/notebook/scrub.js";

const read = (path: string): string => readFileSync(join(packageRoot, path), "utf8");

describe.each(["README.md", "lib/reclaim/README.md", "data/README.md", "bench/README.md"])("%s", (path) => {
  const text = read(path);

  it("names files that exist", () => {
    const named = [...text.matchAll(/[`(]((?:lib|data|test|notebooks|bench)\/[\w./-]+\.\w+)[`)]/g)].map(
      ([, file]) => file!,
    );
    for (const file of named) expect(existsSync(join(packageRoot, file)), file).toBe(true);
  });

  it("names npm commands that exist", () => {
    const scripts = JSON.parse(read("package.json")).scripts as Record<string, string>;
    for (const [, name] of text.matchAll(/npm run ([\w-]+)/g)) expect(scripts).toHaveProperty(name!);
  });
});

describe("the README's examples", () => {
  const blocks = [...read("README.md").matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!);

  it("import names that the library exports", () => {
    const [names] = blocks.flatMap((code) =>
      [...code.matchAll(/import \{ (.*?) \} from "..\/dist\/index.js"/g)].map(([, list]) => list!),
    );
    for (const name of names!.split(", ")) expect(lab).toHaveProperty(name);
  });

  it("show the policy that the package has", () => {
    const bare = (code: string): string => code.replace(/\/\/.*$/gm, "").replace(/\s+/g, "");
    const shown = blocks.find((code) => code.includes("clock"))!;
    expect(bare(read("lib/policies/clock.ts"))).toContain(bare(shown));
  });
});

describe("the README's figures on the kernel", () => {
  const cells = readNotebook(join(packageRoot, "notebooks/03-against-the-kernel.ipynb")).cells;
  const texts = cells
    .flatMap((cell) => cell.outputs ?? [])
    .flatMap((output) => ("data" in output ? [joinText(output.data["text/plain"])] : []));

  /** Rows of the notebook's table whose caption begins so. */
  const rowsOf = (caption: string): Record<string, string>[] => {
    const [, head, ...lines] = texts.find((text) => text.startsWith(caption))!.split("\n");
    const names = head!.split(/ {2,}/);
    return lines.map((line) => Object.fromEntries(line.split(/ {2,}/).map((cell, i) => [names[i]!, cell])));
  };

  it("are those of the committed notebook; npm start -- --update writes both", () => {
    const table = kernelTable(rowsOf("Errors in %"), rowsOf("Signs that agree"));
    expect(read("README.md")).toBe(withKernelTable(read("README.md"), table));
    expect(table).not.toMatch(/NaN|undefined/);
  });

  it("need their place", () => {
    expect(() => withKernelTable("# A README", "")).toThrow(/^no place for the kernel table in README.md;/);
  });
});
