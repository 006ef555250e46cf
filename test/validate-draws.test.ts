/* Several replays as one prediction, on results made by hand. */
import { describe, expect, it } from "vitest";
import type { CellResult } from "../lib/sim/cell.js";
import { draw } from "../lib/validate/draws.js";

describe("several replays as one prediction", () => {
  const result = (refaults: number, status: "ok" | "oom" = "ok"): CellResult => ({
    status,
    counters: { workingset_refault: refaults, ms: 1000 + refaults },
    checkpoints: [{ nr_record: 10, workingset_refault: refaults / 10 }],
  });

  it("takes the median of each counter, with least and most", () => {
    const phases: number[] = [];
    const drawn = draw(
      (phase) => {
        phases.push(phase);
        return result(100 * phase);
      },
      result(0),
      5,
    );
    expect([...phases].sort()).toEqual([0.1, 0.3, 0.5, 0.7, 0.9]);
    expect(Math.abs(phases[0]! - phases[1]!)).toBeGreaterThan(0.3);
    expect(drawn.result.counters.workingset_refault).toBe(50);
    expect(drawn.result.checkpoints![0]!.workingset_refault).toBe(5);
    expect(drawn.spread.workingset_refault).toEqual([10, 90]);
    expect([drawn.draws, drawn.oom]).toEqual([5, 0]);
  });

  it("spares the rest if two agree with one at another pace, whatever the time taken", () => {
    const other = { ...result(7), counters: { workingset_refault: 7, ms: 1 } };
    expect(draw(() => result(7), other, 7).draws).toBe(2);
    expect(draw(() => result(7), result(8), 7).draws).toBe(7);
  });

  it("leaves out of the medians the replays that ended otherwise than most", () => {
    const of = (nr: number): CellResult => (nr < 2 ? result(1000, "oom") : result(nr));
    let nr = 0;
    const drawn = draw(() => of(nr++), result(0), 5);
    expect([drawn.result.status, drawn.result.counters.workingset_refault, drawn.oom]).toEqual(["ok", 3, 2]);
  });
});
