/*
 * The shape of the tree, checked on its text: who may import whom, what a policy file must say, and what the
 * simulator must not touch.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import * as shelf from "../lib/policies/index.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

function filesUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .sort();
}

const LIB = filesUnder("lib");
const TEST = filesUnder("test");
const text = (file: string): string => readFileSync(join(ROOT, file), "utf8");
const parsed = new Map<string, ts.SourceFile>();
function source(file: string): ts.SourceFile {
  let found = parsed.get(file);
  if (!found) parsed.set(file, (found = ts.createSourceFile(file, text(file), ts.ScriptTarget.ES2022, true)));
  return found;
}

/** lib/<folder> of a file; files right under lib are their own folder. */
const folderOf = (file: string): string => file.split("/")[1]!.replace(/\.ts$/, "");

interface Import {
  readonly file: string;
  readonly to: string;
  readonly typeOnly: boolean;
  /** Folder of lib, or the package. */
  readonly folder: string;
}

function importsOf(file: string): Import[] {
  const found: Import[] = [];
  for (const node of source(file).statements) {
    if (!ts.isImportDeclaration(node) && !ts.isExportDeclaration(node)) continue;
    if (!node.moduleSpecifier || !ts.isStringLiteral(node.moduleSpecifier)) continue;
    const to = node.moduleSpecifier.text;
    const typeOnly = ts.isImportDeclaration(node)
      ? node.importClause?.isTypeOnly === true
      : node.isTypeOnly === true;
    const inside = to.startsWith(".");
    const target = inside ? relative(ROOT, resolve(ROOT, dirname(file), to)).replaceAll("\\", "/") : to;
    found.push({ file, to, typeOnly, folder: inside ? folderOf(target.replace(/\.js$/, ".ts")) : to });
  }
  return found;
}

/** What each folder of the simulator may import from lib. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  util: [],
  trace: ["util"],
  mm: ["trace", "util"],
  mechanisms: ["mm", "trace", "util"],
  reclaim: ["mechanisms", "mm", "trace", "util"],
  policies: ["reclaim", "mechanisms", "mm", "util"],
  sim: ["policies", "reclaim", "mechanisms", "mm", "trace", "util"],
  study: ["sim", "policies", "reclaim", "mechanisms", "mm", "trace", "util"],
  stats: ["util"],
  design: ["study", "sim", "mechanisms", "trace", "util"],
  analysis: ["design", "study", "stats", "sim", "trace", "util"],
  queue: ["study", "sim", "trace", "util"],
};
const SIMULATOR = ["util", "mm", "mechanisms", "reclaim", "policies", "sim"];
const inSimulator = LIB.filter((file) => SIMULATOR.includes(folderOf(file)));

describe("imports", () => {
  it("go down: util <- trace <- mm <- mechanisms <- reclaim <- policies <- sim <- study <- design <- analysis, stats aside", () => {
    const wrong = LIB.filter((file) => folderOf(file) in MAY_IMPORT).flatMap((file) =>
      importsOf(file)
        .filter(({ to, typeOnly, folder }) => to.startsWith(".") && !(typeOnly && folder === "plot"))
        .filter(({ folder }) => folder !== folderOf(file) && !MAY_IMPORT[folderOf(file)]!.includes(folder))
        .map(({ to }) => `${file} imports ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  it("nothing below the notebooks imports notebook, plot or cli, but for the types of a figure's rows", () => {
    const wrong = LIB.filter(
      (file) => !["notebook", "plot", "cli", "index"].includes(folderOf(file)),
    ).flatMap((file) =>
      importsOf(file)
        .filter(({ folder, typeOnly }) => !(typeOnly && folder === "plot" && folderOf(file) === "analysis"))
        .filter(({ folder }) => ["notebook", "plot", "cli", "index"].includes(folder))
        .map(({ to }) => `${file} imports ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  it("a policy takes from reclaim what it may know, and mechanisms only as primitives", () => {
    const wrong = LIB.filter((file) => folderOf(file) === "policies").flatMap((file) =>
      importsOf(file)
        .filter(({ to, typeOnly, folder }) => {
          if (folder === "reclaim") return !typeOnly && !to.endsWith("/scan-control.js");
          if (folder === "mechanisms")
            return (
              !typeOnly &&
              !/\/(scan-targets|generations|second-use|two-looks|victim-heap|folio-bag|frequency-sketch|hit-density|page-hashes)\.js$/.test(
                to,
              )
            );
          return false;
        })
        .map(({ to }) => `${file} imports ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  it("the simulator imports no package and no part of Node", () => {
    const wrong = inSimulator.flatMap((file) =>
      importsOf(file)
        .filter(({ to }) => !to.startsWith("."))
        .map(({ to }) => `${file} imports ${to}`),
    );
    expect(wrong).toEqual([]);
  });
});

/** Identifiers and string literals of a file, comments left out. */
function words(file: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isStringLiteralLike(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source(file));
  return found;
}

describe("the simulator", () => {
  it("names no policy outside of policies and the points of the ablation", () => {
    const names = Object.keys(shelf).filter((name) => name !== "random" && name !== "clock"); // also plain words
    const wrong = LIB.filter(
      (file) => folderOf(file) !== "policies" && file !== "lib/study/points.ts" && file !== "lib/index.ts",
    ).flatMap((file) =>
      words(file)
        .filter((word) => names.includes(word))
        .map((word) => `${file}: ${word}`),
    );
    expect(wrong).toEqual([]);
    const strings = inSimulator
      .filter((file) => folderOf(file) !== "policies")
      .filter((file) => /["'`](random|clock)["'`]/.test(text(file)));
    expect(strings).toEqual([]);
  });

  it("has no clock, no chance and no world of its own", () => {
    const wrong = inSimulator.flatMap((file) => {
      const found: string[] = [];
      const visit = (node: ts.Node): void => {
        if (
          ts.isPropertyAccessExpression(node) &&
          /^(Math\.random|Date\.now|performance\.now)$/.test(node.getText())
        ) {
          found.push(`${file}: ${node.getText()}`);
        }
        if (
          ts.isIdentifier(node) &&
          ["process", "globalThis", "setTimeout", "fetch", "console", "require"].includes(node.text) &&
          !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) &&
          !(ts.isBindingElement(node.parent) && node.parent.propertyName === node) &&
          !ts.isPropertySignature(node.parent) &&
          !ts.isPropertyAssignment(node.parent)
        ) {
          found.push(`${file}: ${node.text}`);
        }
        if (ts.isNewExpression(node) && node.expression.getText() === "Date") found.push(`${file}: new Date`);
        ts.forEachChild(node, visit);
      };
      visit(source(file));
      return found;
    });
    expect(wrong).toEqual([]);
  });

  it("has no path of anybody's machine", () => {
    const here = "test/tidy.test.ts";
    const wrong = [...LIB, ...TEST].filter((f) => f !== here && /\/(home|work|Users)\/\w/.test(text(f)));
    expect(wrong).toEqual([]);
  });
});

describe("sizes", () => {
  it("no file of lib or test is longer than 300 lines", () => {
    const long = [...LIB, ...TEST]
      .map((file) => [file, text(file).trimEnd().split("\n").length] as const)
      .filter(([, lines]) => lines > 300);
    expect(long).toEqual([]);
  });

  it("no function of lib is longer than 70 lines, those inside it not counted", () => {
    const long: string[] = [];
    for (const file of LIB) {
      const lineOf = (position: number): number => source(file).getLineAndCharacterOfPosition(position).line;
      /** Lines of a node that belong to functions inside it. */
      const inner = (node: ts.Node): number => {
        let sum = 0;
        ts.forEachChild(node, (child) => {
          const lines = lineOf(child.end) - lineOf(child.getStart());
          sum += ts.isFunctionLike(child) && "body" in child ? lines : inner(child);
        });
        return sum;
      };
      const visit = (node: ts.Node): void => {
        ts.forEachChild(node, visit);
        if (!ts.isFunctionLike(node) || !("body" in node) || node.body === undefined) return;
        const lines = lineOf(node.end) - lineOf(node.getStart()) + 1 - inner(node);
        if (lines > 70) long.push(`${file}:${lineOf(node.getStart()) + 1} has ${lines} lines`);
      };
      visit(source(file));
    }
    expect(long).toEqual([]);
  });
});

describe("what a reader finds", () => {
  const policies = LIB.filter(
    (file) => folderOf(file) === "policies" && !/\/(aliases|index|option)\.ts$/.test(file),
  );

  it.each(policies)("%s opens by saying what it is, and where it is from or how it differs", (file) => {
    const head = /^\/\*\n[\s\S]*?\*\//.exec(text(file))?.[0] ?? "";
    expect(head.split("\n").length).toBeGreaterThan(5);
    if (/\/(fifo|clock|random)\.ts$/.test(file)) {
      expect(head).toMatch(/Source:|Differs from|yardstick/);
      return;
    }
    expect(head).toMatch(/Source:/);
    expect(head).toMatch(/Differs from/);
  });

  /** Files that hold an idea of the kernel's; the others are interfaces and null objects. */
  const NO_SOURCE = /\/(host|memcg-order|settings|workingset|count|no-workingset|unmap|balance)\.ts$/;

  it.each(LIB.filter((file) => folderOf(file) === "mechanisms" && !NO_SOURCE.test(file)))(
    "%s opens with its idea and its source",
    (file) => {
      const head = /^\/\*\n[\s\S]*?\*\//.exec(text(file))?.[0] ?? "";
      expect(head).toMatch(/Source: /);
    },
  );

  it("the index of policies is one export a line", () => {
    for (const line of text("lib/policies/index.ts").trim().split("\n")) {
      expect(line).toMatch(/^export \{ \w+ \} from "\.\/[\w-]+\.js";$/);
    }
  });
});
