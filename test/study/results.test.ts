import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { CellResult, CellSpec } from "../../lib/sim/cell.js";
import { openResults } from "../../lib/study/results.js";
import { runGrid } from "../../lib/study/run-grid.js";
import { cellsOf, FAKE_RUNNER, fakeOpen, TRACES, tempFolder } from "./fixtures/cells.js";

/** Makes every write fail with this code, as a full or read-only disk does; tests may run as root, who may write anywhere. */
const disk = vi.hoisted(() => ({ fails: undefined as string | undefined }));
vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  const failing =
    <F extends (...args: never[]) => unknown>(name: string, call: F) =>
    (...args: Parameters<F>) =>
      disk.fails
        ? Promise.reject(Object.assign(new Error(`${disk.fails}: ${name}`), { code: disk.fails }))
        : call(...args);
  return { ...real, writeFile: failing("writeFile", real.writeFile) };
});
afterEach(() => {
  disk.fails = undefined;
});

const spec: CellSpec = {
  trace: { recorded: "sort" },
  memoryMax: 64,
  policy: { name: "lru" },
  profile: "6.12",
  set: {},
  swap: "zram",
  swappiness: 60,
  seed: 0,
};
const key = { spec, traceDigest: "t", codeDigest: "c" };
const result: CellResult = {
  status: "ok",
  counters: { pgscan: 123_456_789_012, workingset_refault_anon: 7 },
};
const hash = "ab".repeat(32);

describe("openResults", () => {
  it("gives back what it keeps; an entry holds no time and no host", async () => {
    const folder = tempFolder();
    const store = await openResults(folder);
    expect(await store.load(hash)).toBe(undefined);
    await store.save(hash, key, result);
    expect(await store.load(hash)).toEqual(result);
    const path = join(folder, "cells", `${hash}.json`);
    const text = readFileSync(path, "utf8");
    await (await openResults(folder)).save(hash, key, result);
    expect(readFileSync(path, "utf8")).toBe(text);
    expect(Object.keys(JSON.parse(text))).toEqual([
      "check",
      "codeDigest",
      "hash",
      "result",
      "spec",
      "traceDigest",
    ]);
    expect(readdirSync(join(folder, "cells"))).toEqual([`${hash}.json`]);
    expect([store.damaged, store.problem]).toEqual([[], undefined]);
  });

  it("takes no entry that was cut, or changed in the result, at any byte", async () => {
    const folder = tempFolder();
    const store = await openResults(folder);
    await store.save(hash, key, result);
    const path = join(folder, "cells", `${hash}.json`);
    const whole = readFileSync(path);
    const resultStart = whole.indexOf('"result"');
    const resultEnd = whole.indexOf('"spec"');
    const expectDamaged = async (bytes: Buffer): Promise<void> => {
      writeFileSync(path, bytes);
      const reader = await openResults(folder);
      expect(await reader.load(hash)).toBe(undefined);
      expect(reader.damaged).toEqual([path]);
    };
    // The last byte is the line feed; without it the entry is still whole.
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 2), (length) => expectDamaged(whole.subarray(0, length))),
      { numRuns: 50, examples: [[0]] },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: resultStart, max: resultEnd - 2 }),
        fc.integer({ min: 1, max: 255 }),
        (at, flip) => {
          const bytes = Buffer.from(whole);
          bytes[at]! ^= flip;
          return expectDamaged(bytes);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("takes no entry under another cell's name", async () => {
    const folder = tempFolder();
    const store = await openResults(folder);
    await store.save(hash, key, result);
    const other = "cd".repeat(32);
    renameSync(join(folder, "cells", `${hash}.json`), join(folder, "cells", `${other}.json`));
    expect(await store.load(other)).toBe(undefined);
  });

  it("refuses a path that is a file", async () => {
    const file = join(tempFolder(), "file");
    writeFileSync(file, "");
    await expect(openResults(file)).rejects.toMatchObject({
      name: "InputError",
      message: expect.stringContaining(file),
    });
    await expect(openResults(join(file, "deeper"))).rejects.toThrow("not a folder");
  });

  it("stops trying after the first failed write, leaves nothing behind, and says why", async () => {
    const folder = tempFolder();
    const store = await openResults(folder);
    disk.fails = "ENOSPC";
    await store.save(hash, key, result);
    expect(store.problem).toBe("the disk is full");
    disk.fails = undefined;
    await store.save(hash, key, result);
    expect(readdirSync(join(folder, "cells"))).toEqual([]);
  });
});

describe("a study whose results cannot be kept", () => {
  const run = async (results: string, notes: string[] = []) =>
    runGrid(await cellsOf({ a: "sum", b: { policy: "sum", set: { x: 1 } } }), {
      results,
      workers: 2,
      runner: FAKE_RUNNER,
      open: fakeOpen(TRACES),
      onNote: (note) => void notes.push(note),
    });

  it.each([
    ["ENOSPC", "the disk is full"],
    ["EROFS", "the folder is read-only"],
    ["EIO", "EIO: writeFile"],
  ])("runs on in memory and warns once: %s", async (code, reason) => {
    const folder = tempFolder();
    disk.fails = code;
    const notes: string[] = [];
    const study = await run(folder, notes);
    expect(study.rows.every(({ status }) => status === "ok")).toBe(true);
    expect(notes).toEqual([`results are not kept: ${reason} (${folder}); the study runs on in memory`]);
    expect(study.notes).toEqual(notes);
  });

  const root = process.getuid?.() === 0;
  if (root)
    console.log("skipped: a read-only folder by its mode; root may write it (the tmpfs check stands in)");
  if (!canMount()) console.log("skipped: a real full disk; this user may not make a mount namespace");
  it.skipIf(root)("still reads a read-only folder", async () => {
    const folder = tempFolder();
    await run(folder);
    const cells = join(folder, "cells");
    rmSync(join(cells, readdirSync(cells)[0]!));
    chmodSync(cells, 0o555);
    const study = await run(folder);
    chmodSync(cells, 0o755);
    expect(study).toMatchObject({ cached: 7, computed: 1, failed: 0 });
    expect(study.notes[0]).toContain("the folder is read-only");
  });

  it.skipIf(!canMount())(
    "meets a real full and a real read-only disk the same way (tmpfs in a namespace)",
    async () => {
      const [inputs, folder] = [tempFolder(), tempFolder()];
      const cells = await cellsOf({ a: "sum", b: { policy: "sum", set: { x: 1 } } });
      writeFileSync(join(inputs, "cells.json"), JSON.stringify(cells));
      const script = fileURLToPath(new URL("./fixtures/run-study.mjs", import.meta.url));
      // Room for the folders and a few entries, not for all eight. The mounts end with the shell.
      const study = '"$1" "$2" "$3/cells.json" "$4"';
      const steps = `mount -t tmpfs -o size=16k tmpfs "$4"; ${study}; mount -o remount,ro "$4"; ${study}`;
      const args = ["-rm", "sh", "-ec", steps, "sh", process.execPath, script, inputs, folder];
      const { stdout, stderr, status } = spawnSync("unshare", args, { encoding: "utf8" });
      expect(status).toBe(0);
      const [full, readOnly] = stdout.split("\n").filter((line) => line.startsWith("["));
      expect(JSON.parse(full!).map((row: { status: string }) => row.status)).toEqual(new Array(8).fill("ok"));
      expect(readOnly).toBe(full);
      expect(stderr.trim().split("\n")).toEqual([
        `results are not kept: the disk is full (${folder}); the study runs on in memory`,
        `results are not kept: the folder is read-only (${folder}); the study runs on in memory`,
      ]);
    },
  );

  it("computes damaged entries again, says so, and repairs them", async () => {
    const folder = tempFolder();
    const first = await run(folder);
    const [one, two] = readdirSync(join(folder, "cells"));
    writeFileSync(join(folder, "cells", one!), "");
    writeFileSync(join(folder, "cells", two!), '{"result":{"status":"ok","counters":{}}}');
    const second = await run(folder);
    expect(second).toMatchObject({ cached: 6, computed: 2 });
    expect(second.notes[0]).toMatch(/^2 damaged results are computed again: /);
    expect(JSON.stringify(second.rows)).toBe(JSON.stringify(first.rows));
    expect(await run(folder)).toMatchObject({ cached: 8, computed: 0, notes: [] });
  });

  it("takes a folder in an entry's place for a damaged entry", async () => {
    const folder = tempFolder();
    await run(folder);
    const path = join(folder, "cells", readdirSync(join(folder, "cells"))[0]!);
    rmSync(path);
    mkdirSync(path);
    const study = await run(folder);
    expect(study).toMatchObject({ cached: 7, computed: 1, failed: 0 });
    expect(study.notes[0]).toContain("1 damaged");
  });
});

/** Whether this machine allows a mount namespace; elsewhere the mocked disk above stands for it. */
function canMount(): boolean {
  return spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", tempFolder()]).status === 0;
}
