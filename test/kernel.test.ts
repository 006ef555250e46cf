/*
 * The anchor to reality: every run that was measured on a real kernel (data/kernel/measured), predicted. How far each
 * counter may be off is what it is off today, in test/kernel-errors.csv: 0 is inside the range of the repetitions.
 *
 * That table is a guard against regression, not evidence: it is written from what the model does, so it cannot say that the
 * model is right, only that it has not moved away. Evidence are the sizes of its numbers, and the held-out runs
 * (`reclaim-lab validate --heldout`), which it does not hold. After a change that is better on the whole:
 *
 *   npm run build && UPDATE_KERNEL_ERRORS=1 npx vitest run test/kernel.test.ts
 *
 * One replay a cell, at the rig's pace, not the median of several that `validate` reports: a guard need not be right on average.
 * The cells run in a thread with the built library, as users run them: the test runner slows the replay loop down.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { settingText } from "../lib/cli/validate-text.js";
import { compare } from "../lib/validate/compare.js";
import { csvText, readCsv } from "../lib/validate/csv.js";
import { type MeasuredCell, measuredCells } from "../lib/validate/measured.js";
import { runCells } from "../lib/validate/run-cells.js";

const TABLE = new URL("kernel-errors.csv", import.meta.url).pathname;
const COUNTERS = ["majflt", "workingset_refault", "pgscan", "pgsteal", "pgactivate"] as const;
const UPDATE = process.env.UPDATE_KERNEL_ERRORS !== undefined;

/** Accepted errors of a cell, in per cent and without sign; a counter that does not count is missing. */
type Errors = Readonly<Record<string, number>>;

const accepted = new Map<string, Errors>();
for (const { cell, ...errors } of existsSync(TABLE) ? readCsv(TABLE) : []) {
  const known = Object.entries(errors).filter(([, text]) => text !== "");
  accepted.set(cell!, Object.fromEntries(known.map(([counter, text]) => [counter, Number(text)])));
}
const found = new Map<string, Errors>();

/** Errors are rounded up to this, in per cent. */
const STEP = 0.1;

const cells = measuredCells();
const workloads = [...new Set(cells.map(({ setting }) => setting.workload))];

/** How each cell ended, or its errors as text, for a message that names all that is wrong at once. */
async function farther(chosen: readonly MeasuredCell[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const outcome of await runCells(chosen, { threads: 1, overrides: { draws: 1 } })) {
    const name = settingText(outcome.cell.setting);
    const rows = compare(outcome, COUNTERS).filter(({ counts }) => counts);
    const steps = (error: number): number => Math.ceil(Math.abs(100 * error) / STEP - 1e-9);
    found.set(name, Object.fromEntries(rows.map((row) => [row.counter, steps(row.error) * STEP])));
    const { status } = outcome.predicted.result ?? { status: outcome.predicted.error };
    const ends = outcome.cell.runs.every((run) => run.status === "ok");
    if (
      ends &&
      rows.length === 0 &&
      accepted.get(name) !== undefined &&
      Object.keys(accepted.get(name)!).length > 0
    )
      wrong.push(`${name}: ${status}`);
    for (const { counter, low, high, predicted, error } of rows) {
      const most = accepted.get(name)?.[counter];
      if (most !== undefined && steps(error) * STEP <= most + STEP / 2) continue;
      const off = `${(100 * error).toFixed(2)} %, accepted ${most ?? "nothing"}`;
      wrong.push(`${name}: ${counter} ${low}..${high}, predicted ${predicted}: ${off}`);
    }
  }
  return wrong;
}

describe("no further from the kernel than today", () => {
  it.each(workloads)("%s", async (workload) => {
    const wrong = await farther(cells.filter(({ setting }) => setting.workload === workload));
    if (!UPDATE) expect(wrong).toEqual([]);
  });

  afterAll(() => {
    if (!UPDATE || found.size < cells.length) return;
    const rows = [...found].map(([cell, errors]) => ({
      cell,
      ...Object.fromEntries(COUNTERS.map((counter) => [counter, errors[counter]?.toFixed(1) ?? null])),
    }));
    writeFileSync(TABLE, csvText(rows));
  });
});

describe("the table", () => {
  it("has a row for each measured cell, and no other", () => {
    if (UPDATE) return;
    const names = cells.map(({ setting }) => settingText(setting));
    expect(new Set(names).size).toBe(names.length);
    expect(readFileSync(TABLE, "utf8").trim().split("\n")).toHaveLength(names.length + 1);
    for (const name of names) expect(accepted.has(name), name).toBe(true);
  });
});
