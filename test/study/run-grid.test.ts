import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Point } from "../../lib/study/grid.js";
import type { Progress } from "../../lib/study/progress.js";
import { cellsOf, fakeOpen, TRACES, tempFolder } from "./fixtures/cells.js";
import { nrKept } from "./fixtures/kept.js";
import { calls, logged, run } from "./fixtures/run.js";

describe("runGrid", () => {
  it("gives one row a cell, in the order of the cells, whatever the timing and the number of workers", async () => {
    const cells = await logged(join(tempFolder(), "log"), 20);
    const [two, one] = [await run(cells), await run(cells, { workers: 1 })];
    expect(two.rows.map(({ labels }) => labels)).toEqual(cells.map(({ labels }) => labels));
    expect(JSON.stringify(two.rows)).toBe(JSON.stringify(one.rows));
    expect(two).toMatchObject({ computed: 24, cached: 0, failed: 0, notes: [] });
    expect(two.rows[0]).toMatchObject({
      status: "ok",
      error: null,
      counters: { big: 2 ** 40 + 1, pgscan: 750 },
    });
  });

  it("takes kept results on the second run, byte for byte, and opens no trace for it", async () => {
    const results = tempFolder();
    const log = join(results, "log");
    const cells = await logged(log);
    const first = await run(cells, { results });
    const open = fakeOpen(TRACES);
    const second = await run(cells, { results, open });
    expect(JSON.stringify(second.rows)).toBe(JSON.stringify(first.rows));
    expect(second).toMatchObject({ computed: 0, cached: 24 });
    expect(calls(log).length).toBe(24);
    expect(open.opened).toEqual([]);
  });

  it("computes again when the code changed, and never takes the other code's result", async () => {
    const results = tempFolder();
    const runner = join(tempFolder(), "runner.mjs");
    const cells = await cellsOf({ a: "sum" });
    const versions = [1, 2, 1].map((version) => async () => {
      writeFileSync(
        runner,
        `export const runCell = () => ({ status: "ok", counters: { version: ${version} } });`,
      );
      return run(cells, { results, runner: `file://${runner}` });
    });
    const studies = [];
    for (const study of versions) studies.push(await study());
    expect(studies.map(({ rows }) => rows[0]!.counters.version)).toEqual([1, 2, 1]);
    expect(studies.map(({ computed }) => computed)).toEqual([4, 4, 0]);
    expect(studies.map(({ stale }) => stale.map(({ cells }) => cells))).toEqual([[], [4], []]);
  });

  it("computes a module policy's cells again when a file that the module imports changed, and no others", async () => {
    const [results, folder] = [tempFolder(), tempFolder()];
    const log = join(folder, "log");
    writeFileSync(join(folder, "mine.mjs"), 'export * from "./helper.mjs";');
    const mine = { name: "sum", module: `file://${folder}/mine.mjs` };
    const cells = await cellsOf({
      mine: { policy: mine, set: { log } },
      ours: { policy: "sum", set: { log } },
    });
    const computed = [];
    for (const helper of ["export const a = 1;", "export const a = 1;", "export const a = 2;"]) {
      writeFileSync(join(folder, "helper.mjs"), helper);
      computed.push((await run(cells, { results })).computed);
    }
    expect(computed).toEqual([8, 0, 4]);
  });

  it("computes equal cells once", async () => {
    const log = join(tempFolder(), "log");
    const twin = { policy: "sum", set: { log } };
    const { rows, computed } = await run(await cellsOf({ a: twin, b: twin }));
    expect(calls(log).length).toBe(4);
    expect(computed).toBe(4);
    expect(rows[1]!.labels.point).toBe("b");
    expect(rows[1]!.counters).toEqual(rows[0]!.counters);
  });

  it("runs the cells of one trace one after another and opens each trace once", async () => {
    const log = join(tempFolder(), "log");
    const cells = await cellsOf({ a: { policy: "sum", set: { log } } });
    const open = fakeOpen(TRACES);
    await run([cells[2]!, cells[0]!, cells[3]!, cells[1]!], { open, workers: 1 });
    expect(calls(log).map((line) => line.split(" ")[1])).toEqual(["beta", "beta", "alpha", "alpha"]);
    expect(open.opened).toEqual(["beta", "alpha"]);
  });

  it("shares the trace with its workers instead of copying it", async () => {
    TRACES[1]!.counts[0] = 1;
    await run((await cellsOf({ a: "write" })).slice(2));
    expect(TRACES[1]!.counts[0]).toBe(77);
  });

  it("accepts no cells", async () => {
    expect(await run([])).toMatchObject({ rows: [], computed: 0 });
  });

  it.each([
    [{ workers: 0 }, "bad number of workers: 0"],
    [{ workers: 1.5 }, "bad number of workers: 1.5"],
    [{ timeoutMs: 2 ** 31 }, "bad timeoutMs: 2147483648"],
    [{ heapMaxMb: 0 }, "bad heapMaxMb: 0"],
  ])("refuses bad options: %o", async (options, message) => {
    await expect(run(await cellsOf({ a: "sum" }), options)).rejects.toThrow(message);
  });
});

describe("bad cells", () => {
  /** Every way to fail, next to cells that must come through. */
  const bad: Record<string, [string, RegExp]> = {
    thrown: ["throw", /^Error: broken invariant$/],
    refused: ["refuse", /^unknown policy: refuse; choose another$/],
    exit: ["exit", /^worker exited with code 3: a policy must not end the process$/],
    hang: ["hang", /^timed out after 1.5 s; give a larger timeoutMs/],
    forgotten: ["forget", /^timed out after 1.5 s/],
    hog: ["hog", /^worker ran out of memory: heap above 32 MiB; give a larger heapMaxMb$/],
    nan: ["nan", /^bad result: counter pgscan is NaN$/],
    closure: ["closure", /^bad result: counter pgscan is \(\) => 1$/],
    nothing: ["nothing", /^bad result: no object$/],
    unknown: ["no-such-act", /^TypeError: /],
  };

  it("are rows with their error, are not kept, and cost no other cell", async () => {
    const results = tempFolder();
    const point: Record<string, Point> = { good: { policy: "sum" } };
    for (const [name, [policy]] of Object.entries(bad)) point[name] = { policy };
    point["good too"] = { policy: "sum", set: { x: 1 } };
    point.oom = { policy: "oom" };
    const cells = (await cellsOf(point)).slice(0, Object.keys(point).length);
    const { rows, failed, notes } = await run(cells, { results, timeoutMs: 1500, heapMaxMb: 32 });
    for (const { labels, status, error, counters } of rows) {
      const expected = bad[labels.point];
      if (expected) {
        expect(error).toMatch(expected[1]);
        expect(counters).toEqual({});
      } else expect(error).toBe(null);
      expect(status).toBe(expected ? "error" : labels.point === "oom" ? "oom" : "ok");
    }
    expect(failed).toBe(Object.keys(bad).length);
    expect(await nrKept(results)).toBe(3);
    // Faults of ours come with their place, refused cells do not.
    expect(notes.some((note) => /broken invariant\n.*fake-runner\.mjs/.test(note))).toBe(true);
    expect(notes.some((note) => note.includes("unknown policy"))).toBe(false);
  });

  it("a storm of dying workers ends with a row for each cell", async () => {
    const cells = await cellsOf({ a: "exit", b: "sum" }, { seed: [0, 1, 2, 3, 4, 5] });
    const { rows } = await run(cells);
    expect(
      rows.filter(({ labels }) => labels.point === "a").every(({ error }) => error?.includes("code 3")),
    ).toBe(true);
    expect(rows.filter(({ labels }) => labels.point === "b").every(({ status }) => status === "ok")).toBe(
      true,
    );
  });

  it("a policy module that is not there is a row with its error", async () => {
    const point = { good: "sum", gone: { policy: { name: "mine", module: "file:///nowhere/mine.js" } } };
    const { rows } = await run(await cellsOf(point));
    expect(rows[1]).toMatchObject({
      hash: null,
      status: "error",
      error: expect.stringContaining("no such module"),
    });
    expect(rows[0]!.status).toBe("ok");
  });

  it("a trace that cannot be opened, or changed since grid(), costs its own cells only", async () => {
    const cells = await cellsOf({ a: "sum" });
    const gone = await run(cells, { open: fakeOpen([TRACES[1]!]) });
    expect(gone.rows.map(({ error }) => error)).toEqual([
      "no such trace: alpha",
      "no such trace: alpha",
      null,
      null,
    ]);
    const other = await run(cells, { open: fakeOpen([{ ...TRACES[0]!, digest: "other" }, TRACES[1]!]) });
    expect(other.rows[0]!.error).toBe(
      "trace has changed since the grid was made: alpha; make the grid again",
    );
    expect(other.rows[2]!.error).toBe(null);
  });

  it("a runner that cannot be loaded is an error in every row", async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, "bad.mjs"), "this is not JavaScript");
    const { rows } = await run(await cellsOf({ a: "sum" }), { runner: `file://${folder}/bad.mjs` });
    expect(rows.every(({ error }) => error?.startsWith("SyntaxError"))).toBe(true);
  });
});

describe("progress", () => {
  it("counts up to the total, with cached and failed rows in it", async () => {
    const results = tempFolder();
    const cells = await cellsOf({ a: "sum", b: "sum", c: "throw" });
    await run(cells.slice(0, 2), { results });
    const seen: Progress[] = [];
    await run(cells, { results, onProgress: (progress) => void seen.push(progress) });
    expect(seen[0]).toMatchObject({ done: 2, total: 12, cached: 2, failed: 0, etaMs: null });
    expect(seen.at(-1)).toMatchObject({ done: 12, total: 12, cached: 2, failed: 4, etaMs: 0 });
    expect(seen.every(({ done }, i) => i === 0 || done >= seen[i - 1]!.done)).toBe(true);
    expect(seen.slice(1, -1).every(({ etaMs }) => etaMs! > 0)).toBe(true);
  });

  it("a listener that throws does not lose the run", async () => {
    const onProgress = (): never => {
      throw new Error("listener");
    };
    const { rows, notes } = await run(await cellsOf({ a: "sum" }), { onProgress });
    expect(rows.every(({ status }) => status === "ok")).toBe(true);
    expect(notes[0]).toBe("the progress listener threw: Error: listener");
  });
});
