import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SeenPages } from "../../lib/mechanisms/admission/doorkeeper.js";
import { FrequencySketch } from "../../lib/mechanisms/admission/frequency-sketch.js";
import { PageHashes } from "../../lib/mechanisms/admission/page-hashes.js";

const pages = fc.array(fc.nat(60), { minLength: 1, maxLength: 400 });

describe("the frequency sketch", () => {
  it.each([false, true])("never estimates less than there was, conservative %s", (conservative) => {
    fc.assert(
      fc.property(pages, fc.integer({ min: 1, max: 300 }), (used, counters) => {
        const sketch = new FrequencySketch({ counters, hashes: 3, conservative }, new PageHashes(30));
        const uses = new Map<number, number>();
        for (const page of used) {
          sketch.add(page);
          uses.set(page, (uses.get(page) ?? 0) + 1);
        }
        for (const [page, nr] of uses) expect(sketch.estimate(page)).toBeGreaterThanOrEqual(nr);
        sketch.halve();
        for (const [page, nr] of uses) expect(sketch.estimate(page)).toBeGreaterThanOrEqual(nr >> 1);
      }),
      { numRuns: 100, seed: 3 },
    );
  });

  it("is right when there is room, and never above `most`", () => {
    const sketch = new FrequencySketch({ counters: 10_000, hashes: 4, most: 15 }, new PageHashes(9));
    for (let page = 0; page < 20; page++) for (let i = 0; i < page; i++) sketch.add(page);
    for (let page = 0; page < 20; page++) expect(sketch.estimate(page)).toBe(Math.min(page, 15));
    expect(sketch.estimate(999)).toBe(0);
  });

  it("estimates less if conservative, never more", () => {
    fc.assert(
      fc.property(pages, (used) => {
        const [plain, careful] = [false, true].map(
          (conservative) =>
            new FrequencySketch({ counters: 40, hashes: 3, conservative }, new PageHashes(99)),
        );
        for (const page of used) for (const sketch of [plain!, careful!]) sketch.add(page);
        for (const page of used) expect(careful!.estimate(page)).toBeLessThanOrEqual(plain!.estimate(page));
      }),
      { numRuns: 100, seed: 3 },
    );
  });
});

describe("the doorkeeper's memory", () => {
  it("knows every page that it was shown, takes few others for one, and forgets all at once", () => {
    const seen = new SeenPages(1000, new PageHashes(500));
    let wrong = 0;
    for (let page = 0; page < 1000; page++) if (seen.add(page)) wrong++;
    for (let page = 0; page < 1000; page++) expect(seen.has(page) && seen.add(page)).toBe(true);
    for (let page = 1000; page < 11_000; page++) if (seen.has(page)) wrong++;
    expect(wrong).toBeLessThan(200);
    seen.clear();
    expect(seen.has(7)).toBe(false);
  });
});
