import { describe, expect, it } from "vitest";
import type { CellJob, ExecutorOptions, OpenExecutor } from "../../lib/study/executor.js";
import { openThreads } from "../../lib/study/executor.js";
import { cellsOf, tempFolder } from "./fixtures/cells.js";
import { run } from "./fixtures/run.js";

/** The threads, with every job on record and the most that were under way at a time. */
function recorded(): {
  open: OpenExecutor;
  jobs: CellJob[];
  opened: ExecutorOptions[];
  most: () => number;
  closed: () => number;
} {
  const jobs: CellJob[] = [];
  const opened: ExecutorOptions[] = [];
  let [now, most, closed] = [0, 0, 0];
  const open: OpenExecutor = (options) => {
    opened.push(options);
    const threads = openThreads(options);
    return {
      slots: 3,
      async run(job) {
        jobs.push(job);
        most = Math.max(most, ++now);
        const outcome = await threads.run(job);
        now--;
        return outcome;
      },
      async close() {
        closed++;
        await threads.close();
      },
    };
  };
  return { open, jobs, opened, most: () => most, closed: () => closed };
}

describe("an executor", () => {
  it("gets each missing result once, no more at a time than it has slots, and is closed; rows are those of threads", async () => {
    const cells = await cellsOf({ a: "sum", b: { policy: "sum", set: { x: 1 } }, twin: "sum" });
    const results = tempFolder();
    const mine = recorded();
    const study = await run(cells, { executor: mine.open, results });
    expect(JSON.stringify(study.rows)).toBe(JSON.stringify((await run(cells)).rows));
    expect(mine.opened).toMatchObject([{ nrCells: 8, workers: 2 }]);
    expect(new Set(mine.jobs.map(({ hash }) => hash)).size).toBe(8);
    expect(mine.jobs.length).toBe(8);
    expect([mine.most(), mine.closed()]).toEqual([3, 1]);
    for (const job of mine.jobs) {
      expect((await job.trace()).digest).toBe(job.traceDigest);
      expect(job.codeDigest).toMatch(/^[0-9a-f]{64}$/);
    }
    await run(cells, { executor: mine.open, results });
    expect(mine.opened.length).toBe(1); // all was kept
  });

  it("that rejects makes error rows, and is closed", async () => {
    let closed = 0;
    const executor: OpenExecutor = () => ({
      slots: 2,
      run: () => Promise.reject(new Error("the queue is gone")),
      close: async () => void closed++,
    });
    const { rows, failed } = await run(await cellsOf({ a: "sum" }), { executor });
    expect(failed).toBe(rows.length);
    expect(rows[0]!.error).toBe("Error: the queue is gone");
    expect(closed).toBe(1);
  });
});
