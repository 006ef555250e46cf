import { spawnSync } from "node:child_process";
import { chmodSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openResults } from "../../lib/study/results.js";
import { runGrid } from "../../lib/study/run-grid.js";
import { cellsOf, FAKE_RUNNER, fakeOpen, TRACES, tempFolder } from "./fixtures/cells.js";
import { entryOf } from "./fixtures/entry-of.mjs";

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
  return { ...real, appendFile: failing("appendFile", real.appendFile) };
});
afterEach(() => {
  disk.fails = undefined;
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
    ["EIO", "EIO: appendFile"],
  ])("runs on in memory and warns once: %s", async (code, reason) => {
    const folder = tempFolder();
    disk.fails = code;
    const notes: string[] = [];
    const study = await run(folder, notes);
    expect(study.rows.every(({ status }) => status === "ok")).toBe(true);
    expect(notes).toEqual([`results are not kept: ${reason} (${folder}); the study runs on in memory`]);
    expect(study.notes).toEqual(notes);
  });

  it("stops trying after the first failed write, leaves nothing behind, and says why", async () => {
    const folder = tempFolder();
    const { hash, key, result } = entryOf(1);
    const store = await openResults(folder);
    disk.fails = "ENOSPC";
    await store.save(hash, key, result);
    expect(store.problem).toBe("the disk is full");
    disk.fails = undefined;
    await store.save(hash, key, result);
    expect(readdirSync(folder, { recursive: true })).toEqual(["segments"]);
  });

  const root = process.getuid?.() === 0;
  if (root)
    console.log("skipped: a read-only folder by its mode; root may write it (the tmpfs check stands in)");
  if (!canMount()) console.log("skipped: a real full disk; this user may not make a mount namespace");
  it.skipIf(root)("still reads a read-only folder", async () => {
    const folder = tempFolder();
    await run(folder);
    chmodSync(join(folder, "segments"), 0o555);
    const study = await run(folder);
    chmodSync(join(folder, "segments"), 0o755);
    expect(study).toMatchObject({ cached: 8, computed: 0, failed: 0 });
    expect(study.notes[0]).toContain("the folder is read-only");
  });

  it.skipIf(!canMount())(
    "meets a real full and a real read-only disk the same way (tmpfs in a namespace)",
    async () => {
      const [inputs, folder] = [tempFolder(), tempFolder()];
      const cells = await cellsOf({ a: "sum", b: { policy: "sum", set: { x: 1 } } });
      writeFileSync(join(inputs, "cells.json"), JSON.stringify(cells));
      const script = fileURLToPath(new URL("./fixtures/run-study.mjs", import.meta.url));
      // Room for a few entries, not for all eight. The mounts end with the shell.
      const study = '"$1" "$2" "$3/cells.json" "$4"';
      const steps = `mount -t tmpfs -o size=4k tmpfs "$4"; ${study}; mount -o remount,ro "$4"; ${study}`;
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
    rmSync(join(folder, "merged"), { recursive: true });
    const lines = Array.from({ length: 3 }, (_, i) => `0123456789abcdef {"entry":${i}}\n`);
    writeFileSync(join(folder, "segments", "somebody-1-2-3.log"), lines.join(""));
    const second = await run(folder);
    expect(second).toMatchObject({ cached: 0, computed: 8 });
    expect(second.notes[0]).toMatch(/^3 damaged results are computed again: .*somebody-1-2-3.log:1, /);
    expect(JSON.stringify(second.rows)).toBe(JSON.stringify(first.rows));
    rmSync(join(folder, "segments", "somebody-1-2-3.log"));
    expect(await run(folder)).toMatchObject({ cached: 8, computed: 0, notes: [] });
  });
});

/** Whether this machine allows a mount namespace; elsewhere the mocked disk above stands for it. */
function canMount(): boolean {
  return spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", tempFolder()]).status === 0;
}
