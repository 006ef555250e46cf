import { describe, expect, it } from "vitest";
import { grid } from "../../lib/study/grid.js";
import { runGrid } from "../../lib/study/run-grid.js";
import { timelines } from "../../lib/study/timelines.js";

const trace = {
  zipf: { generated: "zipf", params: { N: 1024, T: 4000, s: 1, pw: 0.3 }, seed: 1, region: "anon" },
} as const;

describe("timelines", () => {
  it("are one tidy table: labels and state, a row a sample, cell after cell", async () => {
    const cells = await grid({ trace, memory: [0.5], point: { LRU: "lru", MGLRU: "mglru" } });
    const rows = await timelines(cells, { samples: 4 });
    expect(rows.map(({ point, nr_record }) => [point, nr_record])).toEqual(
      ["LRU", "MGLRU"].flatMap((point) => [1000, 2000, 3000, 4000].map((at) => [point, at])),
    );
    expect(rows[3]).toMatchObject({ trace: "zipf", memory: 0.5, mem_current: expect.any(Number) });
    expect(await timelines(cells, { samples: 4 }), "the same each time").toEqual(rows);
  });

  it("sample something, or say why not", async () => {
    await expect(timelines([], {})).rejects.toThrow("nothing to sample: 100 samples of 0 cells");
  });

  it("are no part of a study, which says so instead of dropping them", async () => {
    const [cell] = await grid({ trace, memory: [0.5], point: { LRU: "lru" } });
    const sampled = { ...cell!, spec: { ...cell!.spec, machine: { timeline: 5 } } };
    await expect(runGrid([sampled])).rejects.toThrow(
      /refused: timeline=5 in a study \(cell LRU on zipf\): .*call timelines\(cells\)/,
    );
  });
});
