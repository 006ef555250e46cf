import { describe, expect, it } from "vitest";
import { HitDensity, MAX_AGE } from "../../lib/mechanisms/hit-density.js";

describe("hit density", () => {
  it("before the first lesson: more for recent pages, and for those that were used twice within a short time", () => {
    const density = new HitDensity();
    expect([density.of(0, 0), density.of(0, 1), density.of(15, 0)]).toEqual([17, 8.5, 32]);
    expect(density.of(15, MAX_AGE - 1), "too old to tell").toBe(-1);
    expect([density.age(1023), density.age(1024), density.age(1 << 30)]).toEqual([0, 1, MAX_AGE - 1]);
  });

  /*
   *   age          0      1      2      3 ...
   *   hits         3      .      .
   *   evictions    .      .      1
   *   lives end    4      1      1      at this age or later
   *   time left    6      2      1      sum of the row above, from this age on
   *   density     3/6    0/2    0/1    0
   */
  it("is hits to come over time to stay, of those that got as far", () => {
    const density = new HitDensity();
    for (let i = 0; i < 3; i++) density.noteHit(0, 0);
    density.noteEviction(0, 2);
    density.learn(100);
    expect(density.of(0, 0)).toBeCloseTo(0.5, 6);
    expect([density.of(0, 1), density.of(0, 2), density.of(0, 3)]).toEqual([0, 0, 0]);
    expect(density.of(1, 0), "nothing was seen of this class").toBe(0);
  });

  it("sets its step at the sixth lesson by how many pages there are, and takes what it knows with it", () => {
    for (const [pages, shift] of [
      [100, 1],
      [40_000_000, 18],
    ] as const) {
      const density = new HitDensity();
      for (let i = 0; i < 6; i++) {
        expect(density.shift).toBe(10);
        for (let n = 0; n < 4; n++) density.noteHit(3, 0);
        density.noteEviction(3, 600);
        density.learn(pages);
      }
      expect(density.shift).toBe(shift);
      // 4 hits in 5 events, whatever the step; the eviction at age 600 * 2^10 requests.
      const at = density.age(600 << 10);
      expect(density.of(3, Math.min(at + 1, MAX_AGE - 2))).toBe(0);
      expect(density.of(3, 0)).toBeGreaterThan(0);
    }
  });
});
