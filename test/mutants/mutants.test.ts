/*
 * Planted bugs: can the tests fail? In the normal suite only that every mutant still fits its file. By hand, with
 * MUTANTS=1 (some minutes): each is planted in a temporary copy of the tree, and the tests named must fail.
 * MUTANTS=<text> runs those whose description contains it.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MUTANTS } from "./mutants.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WANTED = process.env.MUTANTS;
const chosen = MUTANTS.filter(({ what }) => WANTED === "1" || (WANTED && what.includes(WANTED)));

describe("mutants", () => {
  it.each(MUTANTS)("$what: fits $file in one place", ({ file, find, replace }) => {
    expect(readFileSync(join(ROOT, file), "utf8").split(find).length - 1).toBe(1);
    expect(replace).not.toBe(find);
  });
});

if (chosen.length === 0) console.log("skipped: planting the bugs takes minutes; npm run mutants does it");

describe.skipIf(chosen.length === 0)("planted", () => {
  let copy = "";
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), "mutants-"));
    for (const part of ["lib", "test", "data/kernel", "package.json", "tsconfig.json", "vitest.config.ts"]) {
      cpSync(join(ROOT, part), join(copy, part), { recursive: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  /** Exit code of the tests; one that hangs counts as failed. */
  function runTests(files: readonly string[], timeout: number): Promise<number> {
    const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
    const { MUTANTS: _off, ...env } = process.env;
    const child = spawn(process.execPath, [vitest, "run", "--bail=1", ...files], {
      cwd: copy,
      env,
      stdio: "ignore",
      timeout,
    });
    return new Promise((done) => child.on("exit", (code) => done(code ?? 1)));
  }

  it("without a mutant, all of the named tests pass", async () => {
    expect(await runTests([...new Set(chosen.flatMap(({ killers }) => killers))], 600_000)).toBe(0);
  }, 620_000);

  it.each(chosen)(
    "killed: $what",
    async ({ file, find, replace, killers }) => {
      const path = join(copy, file);
      const sound = readFileSync(path, "utf8");
      writeFileSync(
        path,
        sound.replace(find, () => replace),
      );
      try {
        expect(await runTests(killers, 100_000)).not.toBe(0);
      } finally {
        writeFileSync(path, sound);
      }
    },
    620_000,
  );
});
