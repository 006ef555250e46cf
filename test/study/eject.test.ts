/* Wrong policies in a study on worker threads: named in their rows, the other cells go on. */
import { describe, expect, it } from "vitest";
import { grid } from "../../lib/study/grid.js";
import { runGrid } from "../../lib/study/run-grid.js";
import { toTable } from "../../lib/study/table.js";
import { fakeOpen, tempFolder, tinyTrace } from "./fixtures/cells.js";

const MODULE = new URL("../reclaim/wrong-policies.mjs", import.meta.url).href;
const TRACE = tinyTrace(
  "alpha",
  Array.from({ length: 40_000 }, (_, i) => (i * 7 + (i >> 4) * 31) % 1500),
);
const open = fakeOpen([TRACE]);
const point = (kind: string) => ({ policy: { name: "wrong", module: MODULE, options: { kind } } });

describe("a study with wrong policies", () => {
  it("ejects them, names them in their rows, and goes on with the others", async () => {
    const cells = await grid(
      {
        trace: ["alpha"],
        memory: [0.5],
        point: {
          lru: "lru",
          sound: point("none"),
          loses: point("loses"),
          twice: point("offers-twice"),
          throws: point("throws-evicted"),
          frozen: point("keeps-all"),
          silent: point("loops-silently"),
        },
      },
      open,
    );
    const results = tempFolder();
    const options = { workers: 2, open, results, stallMs: 1000, onNote: () => {} };
    const study = await runGrid(cells, options);
    const said = Object.fromEntries(
      study.rows.map(({ labels, status, error }) => [labels.point, [status, error]]),
    );
    expect(said).toEqual({
      lru: ["ok", null],
      sound: ["ok", null],
      loses: [
        "ejected",
        expect.stringMatching(/^policy wrong: place\(folio \d+, page \d+\): left .* lru took over$/),
      ],
      twice: ["ejected", expect.stringMatching(/^policy wrong: isolate\(folio .* offers folio \d+/)],
      throws: ["ejected", expect.stringMatching(/^policy wrong: evicted\(folio .* threw TypeError/)],
      frozen: ["ejected", expect.stringMatching(/^policy wrong: checkReferences\(folio .* never frees/)],
      silent: [
        "ejected",
        expect.stringMatching(/^policy wrong: isolate\(\): did not come back in 1 s: it loops/),
      ],
    });
    for (const { counters } of study.rows) expect(counters.nr_access).toBe(TRACE.records.length);
    expect(study.failed).toBe(0);
    expect(toTable(study).array("status")).toContain("ejected");
    // What a clock decided is computed again, the rest is kept.
    const again = await runGrid(cells, options);
    expect([again.computed, again.cached]).toEqual([1, 6]);
    expect(again.rows).toEqual(study.rows);
  }, 60_000);

  it("takes a slow policy for what it is", async () => {
    const module = new URL("fixtures/slow-policy.mjs", import.meta.url).href;
    const few = tinyTrace("alpha", [...TRACE.records.subarray(0, 17_000)]);
    const open = fakeOpen([few]);
    const cells = await grid(
      {
        trace: ["alpha"],
        memory: [0.5],
        point: { slow: { policy: { name: "slow", module } }, fifo: "fifo" },
      },
      open,
    );
    const [slow, fifo] = (await runGrid(cells, { workers: 2, open, stallMs: 700 })).rows;
    expect([slow!.status, slow!.counters]).toEqual(["ok", fifo!.counters]);
  }, 60_000);
});
