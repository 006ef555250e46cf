import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Progress } from "../../lib/study/progress.js";
import { cellsOf, tempFolder } from "./fixtures/cells.js";
import { nrKept } from "./fixtures/kept.js";
import { calls, logged, run } from "./fixtures/run.js";

describe("interrupted", () => {
  it.each([1, 7, 17])(
    "after cell %i: says what is kept, and the next run computes the rest only",
    async (stopAt) => {
      const results = tempFolder();
      const log = join(results, "log");
      const cells = await logged(log);
      const controller = new AbortController();
      const onProgress = ({ done }: Progress): void => {
        if (done >= stopAt) controller.abort();
      };
      const stopped = run(cells, { results, signal: controller.signal, onProgress });
      await expect(stopped).rejects.toMatchObject({ name: "StudyInterrupted", total: 24 });
      await expect(stopped).rejects.toThrow(
        /^interrupted: \d+ of 24 cells were finished and are kept in .*; run again/,
      );
      const kept = await nrKept(results);
      expect(kept).toBeGreaterThanOrEqual(stopAt);
      const resumed = await run(cells, { results });
      expect(resumed).toMatchObject({ cached: kept, computed: 24 - kept, failed: 0 });
      expect(JSON.stringify(resumed.rows)).toBe(JSON.stringify((await run(cells)).rows));
    },
  );

  it("ends in the middle of a cell that never ends", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    const startMs = performance.now();
    await expect(run(await cellsOf({ a: "hang" }), { signal: controller.signal })).rejects.toThrow(
      /0 of 4 .* not kept/,
    );
    expect(performance.now() - startMs).toBeLessThan(5000);
  });

  it("with an aborted signal runs nothing, but still gives what is all kept", async () => {
    const results = tempFolder();
    const cells = await cellsOf({ a: "sum" });
    await expect(run(cells, { results, signal: AbortSignal.abort() })).rejects.toThrow("0 of 4");
    await run(cells, { results });
    expect((await run(cells, { results, signal: AbortSignal.abort() })).cached).toBe(4);
  });

  it.each(["SIGKILL", "SIGINT"] as const)(
    "a process ended by %s loses only the cells in flight",
    async (signal) => {
      const results = tempFolder();
      const log = join(results, "log");
      const cells = (await logged(log, 40)).slice(0, 12);
      writeFileSync(join(results, "cells.json"), JSON.stringify(cells));
      const first = await study(results, { after: 4, signal });
      expect(first.code).toBe(signal === "SIGINT" ? 130 : null);
      if (signal === "SIGINT")
        expect(first.stderr).toMatch(/^StudyInterrupted: interrupted: \d+ of 12 cells/);
      const kept = await nrKept(results);
      expect(kept).toBeGreaterThanOrEqual(4);
      expect(kept).toBeLessThan(12);
      const before = calls(log).length;
      const second = await study(results);
      expect(second.code).toBe(0);
      expect(calls(log).length - before).toBe(12 - kept);
      expect(JSON.parse(second.stdout.trim().split("\n").at(-1)!).length).toBe(12);
    },
  );
});

/** Run fixtures/run-study.mjs, and signal it once it has reported `after` finished cells. */
function study(
  folder: string,
  stop?: { after: number; signal: NodeJS.Signals },
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const script = fileURLToPath(new URL("./fixtures/run-study.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, join(folder, "cells.json"), folder]);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text) => {
    stdout += text;
    if (!stop || child.killed || !new RegExp(`^${stop.after}$`, "m").test(stdout)) return;
    child.kill(stop.signal);
  });
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  return new Promise((done) => child.on("close", (code) => done({ code, stdout, stderr })));
}
