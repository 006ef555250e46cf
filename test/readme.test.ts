import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as lab from "../lib/index.js";
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
