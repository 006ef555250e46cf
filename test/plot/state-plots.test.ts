/* The figures of one cell over time and of one trace, as data. */
import { describe, expect, test } from "vitest";
import { reusePlot, workingSetPlot } from "../../lib/plot/reuse-plot.js";
import { type TimelineRow, timelinePlot } from "../../lib/plot/timeline-plot.js";
import * as policies from "../../lib/policies/index.js";
import { simulate } from "../../lib/sim/run-cell.js";
import { traceInfo } from "../../lib/trace/info/trace-info.js";
import { anonLayout, CELL, traceOf } from "../tiny.js";

type Fields = Record<string, Record<string, unknown>>;

/** 600 pages, over and over, in a memory of 256. */
const TRACE = traceOf(
  anonLayout(600),
  Array.from({ length: 3000 }, (_, i) => (i * 7) % 600),
);

describe("timeline", () => {
  const row = (more: TimelineRow): TimelineRow => ({
    nr_record: 10,
    window_nr_record: 10,
    anon_gen0: 5,
    anon_gen1: 0,
    file_gen0: 0,
    file_gen1: 7,
    max_seq: 3,
    min_seq_anon: 0,
    min_seq_file: 0,
    window_workingset_refault_anon: 0,
    window_workingset_refault_file: 2,
    window_pgscan: 4,
    window_pgsteal: 0,
    window_pgrefill: 0,
    anon_tier0_total: 0,
    anon_tier0_refaulted: 0,
    file_tier0_total: 10,
    file_tier0_refaulted: 5,
    ...more,
  });
  const { data, layout } = timelinePlot(
    [row({}), row({ nr_record: 30, window_nr_record: 20, max_seq: 4, anon_gen1: 1 })],
    {
      title: "Over time",
    },
  );
  const named = (name: string) => data.find((trace) => trace.name === name);

  test("pages are stacked by generation, the oldest file pages at the bottom", () => {
    const stacked = data.filter(({ stackgroup }) => stackgroup !== undefined).map(({ name }) => name);
    expect(stacked).toEqual(["file, max_seq−1", "anon, max_seq−1", "anon, max_seq"]);
    expect(named("file, max_seq−1")).toMatchObject({ x: [10, 30], y: [7, 7] });
  });

  test("what happens in a window is told for 1,000 records of it; tiers as shares; nothing is drawn of what is not there", () => {
    expect(named("file")!.y).toEqual([200, 100]);
    expect(named("pgscan")!.y).toEqual([400, 200]);
    expect(named("file, tier 0")!.y).toEqual([0.5, 0.5]);
    for (const name of ["anon", "pgsteal", "anon, tier 0"]) expect(named(name)).toBeUndefined();
    expect(named("max_seq")!.y).toEqual([3, 4]);
  });

  test("panels share one axis of time and have units of their own", () => {
    const titles = Object.entries(layout as Fields)
      .filter(([key]) => /^[xy]axis\d*$/.test(key))
      .map(([, axis]) => (axis.title as { text: string }).text);
    expect(titles).toEqual(
      expect.arrayContaining(["time (records replayed)", "pages (4 KiB)", "refaults (per 1k records)"]),
    );
    expect(new Set(data.map(({ xaxis }) => xaxis))).toEqual(new Set(["x"]));
  });

  test.each(Object.entries(policies))("every policy's can be drawn: %s", (_, factory) => {
    const { timeline = [] } = simulate({ ...CELL, machine: { timeline: 20 } }, TRACE, factory());
    const figure = timelinePlot(timeline, { title: "x" });
    expect(figure.data.some(({ stackgroup }) => stackgroup !== undefined)).toBe(true);
    expect(figure.data.map(({ name }) => name)).toContain("pgscan");
    expect(timelinePlot(timeline, { title: "x", panels: ["scan"] }).data.length).toBeLessThan(
      figure.data.length,
    );
  });

  test("of several lruvecs, one is shown", () => {
    const rows = [row({ "a.anon_gen0": 9 })];
    expect(
      timelinePlot(rows, { title: "x", of: "a" }).data.find(({ name }) => name === "anon, max_seq")!.y,
    ).toEqual([9]);
    expect(() => timelinePlot(rows, { title: "x", of: "b" })).toThrow(/^no such lruvec: b;/);
  });

  test("what is no timeline is refused", () => {
    expect(() => timelinePlot([], { title: "" })).toThrow(/^no samples to plot;/);
    expect(() => timelinePlot([{ pgscan: 1 }], { title: "" })).toThrow(
      /^no timeline: rows without nr_record/,
    );
    expect(() => timelinePlot([row({})], { title: "", panels: ["frob" as "scan"] })).toThrow(
      /^unknown panel: frob;/,
    );
  });
});

describe("a trace", () => {
  const { reuse, workingSet } = traceInfo(TRACE, { windows: [100], samples: 4 });

  test("reuse distances are shares of the records, first visits last", () => {
    const { data, layout } = reusePlot(reuse, { name: "loop" });
    expect(data[0]!.x).toEqual([
      "0",
      "1",
      "2–3",
      "4–7",
      "8–15",
      "16–31",
      "32–63",
      "64–127",
      "128–255",
      "256–511",
      "512–1023",
      "first",
    ]);
    expect((data[0]!.y as number[]).slice(-2)).toEqual([0.8, 0.2]);
    expect((data[1]!.y as number[]).at(-1)).toBeCloseTo(0.2, 12);
    expect((layout as Fields).title!.text).toBe("How soon pages are visited again: loop");
  });

  test("working sets are a line for each window, the mean in its name", () => {
    const { data } = workingSetPlot(workingSet);
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({ x: [750, 1500, 2250, 3000], y: [100, 100, 100, 100] });
    expect(data[0]!.name).toBe("τ = 100 records, mean 98 pages");
  });

  test("an empty trace is refused", () => {
    const empty = traceInfo(traceOf(anonLayout(1), []));
    expect(() => reusePlot(empty.reuse)).toThrow(/^no visits to plot;/);
    expect(() => workingSetPlot(empty.workingSet)).toThrow(/^no working sets to plot;/);
  });
});
