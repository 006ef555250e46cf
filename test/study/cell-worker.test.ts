import { expect, it } from "vitest";
import { runTask, SIGNS } from "../../lib/study/cell-worker.js";
import { anonLayout, CELL, traceOf } from "../tiny.js";

const runner = new URL("fixtures/counts-traces.mjs", import.meta.url).href;
const spec = { ...CELL, trace: { recorded: "tiny" }, policy: { name: "fifo" } } as const;

/** Traces that the runner has seen, after a cell with this one, as it comes out of a message. */
async function seenAfter(records: readonly number[]): Promise<unknown> {
  const trace = structuredClone(traceOf(anonLayout(8), records));
  const signs = new Int32Array(SIGNS);
  const outcome = await runTask({ spec, trace, runner, signs, suspicion: {} });
  return outcome.ok ? outcome.result.counters.traces : outcome.message;
}

it("gives cells of one trace the same objects, so that what hangs on them is worked out once", async () => {
  expect(await seenAfter([0, 1, 2])).toBe(1);
  expect(await seenAfter([0, 1, 2])).toBe(1);
  expect(await seenAfter([2, 1, 0])).toBe(2);
  expect(await seenAfter([2, 1, 0])).toBe(2);
});
