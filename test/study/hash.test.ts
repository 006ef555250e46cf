import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CellSpec } from "../../lib/sim/cell.js";
import { codeDigest, moduleDigest, PARTS } from "../../lib/study/code-digest.js";
import { canonicalJson, cellHash } from "../../lib/study/hash.js";
import { tempFolder } from "./fixtures/cells.js";

const spec: CellSpec = {
  trace: { recorded: "sort" },
  memoryMax: 4096,
  policy: { name: "mglru", options: { gens: 4 } },
  profile: "6.12",
  set: { bloom: false },
  swap: "zram",
  swappiness: 60,
  seed: 0,
};

describe("canonicalJson", () => {
  it("does not depend on the order of keys, and says the same as JSON", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (data) => {
        const turned = Object.fromEntries(Object.entries(data).reverse());
        const text = canonicalJson(data);
        expect(canonicalJson(turned)).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(data)));
      }),
    );
  });

  it.each([
    [{ a: [1, Number.NaN] }, "NaN (value.a[1])"],
    [{ a: () => 1 }, "a function (value.a)"],
    [{ a: new Map() }, "an object of a class (value.a)"],
    [[undefined], "undefined (value[0])"],
    [{ a: 1n }, "1 (value.a)"],
  ])("refuses what JSON would bend: %o", (data, message) => {
    expect(() => canonicalJson(data)).toThrow(message);
  });
});

describe("cellHash", () => {
  it("is pinned", () => {
    // It may move only together with HASH_FORMAT, or with a field that CellSpec gains: every user's kept results
    // are then computed again, so CHANGELOG says so. It must not move with Node, the platform or key order.
    expect(cellHash(spec, "t".repeat(64), "c".repeat(64))).toBe(
      "ad75a60b45395fafeaa4cf5b76df6b44270e9e92376d7986521ba1dd3f36ca0c",
    );
  });

  it("moves with everything that a result depends on", () => {
    const base = cellHash(spec, "trace", "code");
    const others = [
      cellHash(spec, "trace 2", "code"),
      cellHash(spec, "trace", "code 2"),
      cellHash({ ...spec, memoryMax: 4097 }, "trace", "code"),
      cellHash({ ...spec, set: { bloom: true } }, "trace", "code"),
      cellHash({ ...spec, set: {} }, "trace", "code"),
      cellHash({ ...spec, policy: { name: "lru" } }, "trace", "code"),
      cellHash({ ...spec, policy: { ...spec.policy, module: "file:///x.js" } }, "trace", "code"),
      cellHash({ ...spec, trace: { recorded: "sort", window: { start: 0, length: 9 } } }, "trace", "code"),
      cellHash({ ...spec, swap: "none" }, "trace", "code"),
      cellHash({ ...spec, swappiness: 0 }, "trace", "code"),
      cellHash({ ...spec, seed: 1 }, "trace", "code"),
    ];
    expect(new Set([base, ...others]).size).toBe(others.length + 1);
  });

  it("does not move with places: the trace's file, the module's folder", () => {
    const moved: CellSpec = { ...spec, trace: { recorded: "/elsewhere/sort.parquet" } };
    expect(cellHash(moved, "trace", "code")).toBe(cellHash(spec, "trace", "code"));
    const here = { ...spec, policy: { name: "mine", module: "file:///a/mine.js" } };
    const there = { ...spec, policy: { name: "mine", module: "file:///b/mine.js" } };
    expect(cellHash(there, "trace", "code")).toBe(cellHash(here, "trace", "code"));
  });
});

describe("digests of code", () => {
  const write = (folder: string, files: Record<string, string>): string => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, path, ".."), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return folder;
  };
  const root = (files: Record<string, string>): Promise<string> =>
    codeDigest(pathToFileURL(`${write(tempFolder(), files)}/`));

  it("codeDigest covers names and bytes of the simulator's .js files, wherever they lie, and nothing else", async () => {
    const files = { "sim/run-cell.js": "1", "mm/deep/folio.js": "2" };
    const base = await root(files);
    expect(
      await root({ ...files, "sim/run-cell.d.ts": "x", "plot/theme.js": "x", "study/grid.js": "x" }),
    ).toBe(base);
    expect(await root({ ...files, "mm/deep/folio.js": "3" })).not.toBe(base);
    expect(await root({ "sim/run-cell.js": "1", "mm/folio.js": "2" })).not.toBe(base);
    await expect(root({ "plot/theme.js": "x" })).rejects.toThrow(/no compiled simulator/);
  });

  it("no folder that codeDigest covers imports one that it does not: changed code is never mixed in", () => {
    const lib = fileURLToPath(new URL("../../lib/", import.meta.url));
    for (const part of PARTS) {
      for (const file of readdirSync(join(lib, part), { recursive: true, encoding: "utf8" })) {
        if (!file.endsWith(".ts")) continue;
        const text = readFileSync(join(lib, part, file), "utf8");
        for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)) {
          const [folder] = relative(lib, resolve(lib, part, file, "..", specifier!)).split(sep);
          expect(PARTS, `${part}/${file} imports ${specifier}`).toContain(folder);
        }
      }
    }
  });

  it("moduleDigest follows relative imports, in circles too, and ignores the folder's name", async () => {
    const files = {
      "mine.js": 'import { a } from "./lib/a.js";\nexport const mine = a;',
      "lib/a.js": 'export * from "../mine.js"; const b = await import("./b.js"); export const a = b;',
      "lib/b.js": "export const b = 1;",
    };
    const digest = (changed: Record<string, string>): Promise<string> =>
      moduleDigest(pathToFileURL(join(write(tempFolder(), { ...files, ...changed }), "mine.js")).href);
    const base = await digest({});
    expect(await digest({})).toBe(base);
    expect(await digest({ "unrelated.js": "x" })).toBe(base);
    expect(await digest({ "lib/b.js": "export const b = 2;" })).not.toBe(base);
    await expect(moduleDigest("file:///nowhere/mine.js")).rejects.toThrow(
      "no such module: file:///nowhere/mine.js",
    );
    await expect(moduleDigest("no-such-package")).rejects.toThrow("no such module: no-such-package");
  });
});
