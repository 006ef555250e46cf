/*
 * What a kernel profile changes beside the switches that its policies start from, and what it does not.
 */
import { describe, expect, it } from "vitest";
import type { Settings } from "../../lib/mechanisms/settings.js";
import { lru, mglru } from "../../lib/policies/index.js";
import { PROFILES } from "../../lib/sim/profiles.js";
import { resolveSettings } from "../../lib/sim/switchboard.js";
import type { TraceLayout } from "../../lib/trace/trace.js";
import { anonLayout, traceOf } from "../tiny.js";
import { counters, PAGES, stream } from "./runs.js";

const DESCRIPTORS: TraceLayout = { nrSlots: 0, vmas: [], files: [{ name: "f", nr: PAGES }] };
const reads = traceOf(DESCRIPTORS, stream({ seed: 5, hot: 200 }));
const anon = traceOf(anonLayout(PAGES), stream({ seed: 5, hot: 200 }));
const KERNELS = Object.keys(PROFILES) as (keyof typeof PROFILES)[];

/** What MGLRU starts from in 6.12. */
const OF_6_12: Partial<Settings> = { ...resolveSettings(mglru(), {}, "6.12") };

describe("a kernel profile", () => {
  it("decides how many pages a per-CPU batch holds: one lru_lock each", () => {
    const once = traceOf(
      DESCRIPTORS,
      Array.from({ length: 930 }, (_, i) => i),
    );
    const locks = KERNELS.map((profile) => counters(lru(), once, { memoryMax: 2000, profile }).lru_lock);
    expect(locks).toEqual([930 / 15, 930 / 31, 930 / 31]);
  });

  it("leaves nothing else of a profile in MGLRU that neither walks nor looks around: 7.3 with 6.12's switches is 6.12", () => {
    const { young: _young, walkEvery: _every, ...rest } = OF_6_12;
    const set = { ...rest, walk: "off", filter: "off", nonleaf: "off", lookaround: 0, ages: "list" } as const;
    for (const trace of [reads, anon]) {
      const run = (profile: "6.12" | "7.3") => counters(mglru(), trace, { memoryMax: 400, set, profile });
      expect(run("7.3")).toEqual(run("6.12"));
      const own = { memoryMax: 400, profile: "7.3" } as const;
      expect(counters(mglru(), trace, own)).not.toEqual(counters(mglru(), trace, { memoryMax: 400 }));
    }
  });

  it("costs of 6.12 and 7.3 weigh two types against each other; with one type, lru is the same in both", () => {
    for (const trace of [reads, anon]) {
      const run = (profile: "6.12" | "7.3") =>
        counters(lru(), trace, { memoryMax: 400, profile, swap: "none" });
      expect(run("7.3")).toEqual(run("6.12"));
    }
  });

  it("6.1 counts refaults from the oldest generation only, so fewer than pages that came back", () => {
    const c = counters(mglru(), anon, { memoryMax: 400, profile: "6.1" });
    const back = c.nr_alloc! - new Set(anon.records).size;
    expect(c.workingset_refault!).toBeLessThan(back);
    const later = counters(mglru(), anon, { memoryMax: 400, profile: "6.12" });
    expect(later.workingset_refault).toBe(later.nr_alloc! - new Set(anon.records).size);
  });
});
