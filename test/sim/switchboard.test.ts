import { describe, expect, it } from "vitest";
import { PLAIN } from "../../lib/mechanisms/settings.js";
import { clock, fifo, lru, mglru } from "../../lib/policies/index.js";
import { boot, MIN_MEMORY } from "../../lib/sim/machine.js";
import { PROFILES } from "../../lib/sim/profiles.js";
import { resolvePolicy } from "../../lib/sim/resolve-policy.js";
import { resolveSettings, SWITCHES } from "../../lib/sim/switchboard.js";
import { CHANGE_POINTS, POINTS } from "../../lib/study/points.js";
import { InputError } from "../../lib/util/error.js";
import { anonLayout, CELL, traceOf } from "../tiny.js";

type Set = Parameters<typeof resolveSettings>[1];

describe("switchboard", () => {
  it("starts from the plain machine, then the policy's own, then the experiment's", () => {
    expect(resolveSettings(fifo(), {})).toEqual({ ...PLAIN, references: "off", fd: "off" });
    expect(resolveSettings(mglru(), { lookaround: 16 }).lookaround).toBe(16);
    expect(resolveSettings(mglru(), { lookaround: 16 }).filter).toBe("bloom");
  });

  it.each<[string, ReturnType<typeof lru>, Set, string]>([
    ["a filter without walk", lru(), { filter: "bloom" }, "refused: filter=bloom without walk"],
    ["non-leaf bits without walk", lru(), { nonleaf: "on" }, "refused: nonleaf=on without walk"],
    ["a pace without walk", lru(), { walkEvery: 1 }, "refused: walkEvery=1 without walk"],
    [
      "filter where the walk is switched off",
      mglru(),
      { walk: "off", filter: "exact" },
      "refused: filter=exact",
    ],
    [
      "look-around without reverse map",
      lru(),
      { walk: "on", references: "flags", lookaround: 64 },
      "refused: lookaround=64 with references=flags",
    ],
    ["flags that nobody sets", lru(), { references: "flags" }, "refused: references=flags without walk"],
    ["tiers without counts", lru(), { tiers: "pid" }, "refused: tiers=pid with fd=two-touch"],
    ["a balance of one list", clock(), { balance: "cost" }, "refused: balance=cost with policy clock"],
    [
      "ages of one class",
      fifo(),
      { ages: "flags", walk: "on" },
      "refused: ages=flags with policy fifo: it has one class",
    ],
    ["flagged ages of nothing", fifo(), { ages: "flags" }, "refused: ages=flags with nothing to promote"],
    [
      "flagged ages of nothing, by its own switches",
      lru(),
      { ages: "flags", fd: "mark" },
      "refused: ages=flags with nothing to promote",
    ],
    [
      "a rule for hits that nobody finds",
      lru(),
      { young: "promote" },
      "refused: young=promote without walk and look-around",
    ],
    [
      "a check of marks that are never left",
      lru(),
      { walk: "on", references: "flags", young: "promote" },
      "refused: references=flags with young=promote",
    ],
    [
      "the same by MGLRU's own default",
      mglru(),
      { references: "flags" },
      "refused: references=flags with young=promote",
    ],
    [
      "who has run, without walk",
      lru(),
      { mmBits: "off" },
      "refused: mmBits=off without walk: they only tell a walk",
    ],
    [
      "food for no filter",
      mglru(),
      { filter: "off", feeders: "walks" },
      "refused: feeders=walks without filter",
    ],
    [
      "a filter that nobody feeds",
      mglru(),
      { feeders: "look-around", lookaround: 0 },
      "refused: feeders=look-around without look-around",
    ],
    ["an exec rule that it has not", clock(), { exec: "off" }, "refused: exec=off with policy clock"],
    [
      "insertion without generations",
      lru(),
      { insertion: "marked" },
      "refused: insertion=marked with policy lru",
    ],
    ["aging without generations", lru(), { aging: "count" }, "refused: aging=count with policy lru"],
    ["a budget of generations", lru(), { budget: "exact" }, "refused: budget=exact with policy lru"],
    ["dirty folios passed over", lru(), { dirty: "skip" }, "refused: dirty=skip with policy lru"],
    ["an unknown switch", lru(), { sparkle: "on" }, "unknown switch: sparkle; one of references, walk"],
    ["an unknown value", lru(), { walk: "maybe" }, "invalid walk: maybe; give on or off"],
    ["a window of one", lru(), { lookaround: 1 }, "invalid lookaround: 1; give 0 for off, or 2 to 512"],
    ["half a window", lru(), { lookaround: 2.5 }, "invalid lookaround: 2.5"],
    ["a number as text", lru(), { lookaround: "64" }, "invalid lookaround: 64"],
    ["no pace", lru(), { walk: "on", walkEvery: 0 }, "invalid walkEvery: 0; give a number above 0"],
    ["not a number", lru(), { walk: "on", walkEvery: Number.NaN }, "invalid walkEvery: NaN"],
  ])("refuses %s, and says why", (_what, policy, set, message) => {
    expect(() => resolveSettings(policy, set)).toThrow(InputError);
    expect(() => resolveSettings(policy, set)).toThrow(message);
  });

  it("takes out in silence what another switch has made pointless", () => {
    const noWalk = resolveSettings(mglru(), { walk: "off" });
    expect([noWalk.filter, noWalk.nonleaf, noWalk.lookaround]).toEqual(["off", "off", 64]);
    expect(resolveSettings(mglru(), { references: "off" }).lookaround).toBe(0);
    expect(resolveSettings({ ...mglru(), mechanisms: { feeders: "walks" } }, {}).feeders).toBe("both");
    expect(resolveSettings(mglru(), { fd: "mark" }).tiers).toBe("off");
  });

  it("accepts its own defaults said aloud", () => {
    expect(resolveSettings(fifo(), { balance: PLAIN.balance, ages: PLAIN.ages, filter: "off" })).toEqual(
      resolveSettings(fifo(), {}),
    );
  });

  it("has a switch for every slot, and every named point passes", async () => {
    expect(Object.keys(SWITCHES).sort()).toEqual(Object.keys(PLAIN).sort());
    for (const points of [POINTS, CHANGE_POINTS]) {
      for (const [name, { policy: named, set, base }] of Object.entries(points)) {
        const policy = await resolvePolicy(typeof named === "string" ? { name: named } : named);
        for (const kernel of Object.keys(PROFILES)) {
          expect(() => resolveSettings(policy, set ?? {}, kernel), `${name}, ${kernel}`).not.toThrow();
        }
        expect(points[base ?? name]?.base ?? name, `base of ${name}`).toBe(base ?? name);
      }
    }
  });

  it("all changes of 7.3 turned in 6.1 or 6.12 are the switches of 7.3", () => {
    const { set = {} } = CHANGE_POINTS["MGLRU + all of 7.3"]!;
    for (const kernel of ["6.1", "6.12"]) {
      expect(resolveSettings(mglru(), set, kernel)).toEqual(resolveSettings(mglru(), {}, "7.3"));
    }
  });
});

describe("boot", () => {
  const trace = traceOf(anonLayout(8), [0]);
  it.each<[string, object, string]>([
    ["no memory", { memoryMax: 0 }, `invalid memoryMax: 0; give memory.max in pages, ${MIN_MEMORY} or more`],
    ["less than the batches hold", { memoryMax: 255 }, "invalid memoryMax: 255"],
    ["half a page", { memoryMax: 1000.5 }, "invalid memoryMax: 1000.5"],
    ["no number", { memoryMax: Number.NaN }, "invalid memoryMax: NaN"],
    ["a swap that is not there", { swap: "ssd" as never }, "invalid swap: ssd; give zram, disk or none"],
    ["too much swappiness", { swappiness: 201 }, "invalid swappiness: 201; give 0 to 200"],
    ["negative swappiness", { swappiness: -1 }, "invalid swappiness: -1"],
    ["an unknown kernel", { profile: "5.4" }, "unknown profile: 5.4; one of 6.1, 6.12, 7.3"],
    ["a kernel by a name that every object has", { profile: "toString" }, "unknown profile: toString"],
    ["a switch by such a name", { set: { constructor: "on" } }, "unknown switch: constructor"],
  ])("refuses %s", (_what, change, message) => {
    expect(() => boot({ ...CELL, ...change } as typeof CELL, trace, fifo())).toThrow(InputError);
    expect(() => boot({ ...CELL, ...change } as typeof CELL, trace, fifo())).toThrow(message);
  });

  it("takes no limit at all", () => {
    expect(() => boot({ ...CELL, memoryMax: Number.POSITIVE_INFINITY }, trace, fifo())).not.toThrow();
  });
});
