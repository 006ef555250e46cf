import { describe, expect, it } from "vitest";
import { PLAIN } from "../../lib/mechanisms/settings.js";
import { clock, fifo, lru, mglru } from "../../lib/policies/index.js";
import { boot, MIN_MEMORY } from "../../lib/sim/machine.js";
import { PROFILES } from "../../lib/sim/profiles.js";
import { resolvePolicy } from "../../lib/sim/resolve-policy.js";
import { resolveSettings } from "../../lib/sim/switchboard.js";
import { SWITCHES } from "../../lib/sim/switches.js";
import { CHANGE_POINTS, POINTS } from "../../lib/study/points.js";
import { VALUE_POINTS } from "../../lib/study/value-points.js";
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
    [
      "look-around from no reverse map",
      lru(),
      { references: "exact", lookaround: 64 },
      "refused: lookaround=64 with references=exact",
    ],
    ["marks that climb away", lru(), { walk: "on", references: "flags", young: "next" }, "with young=next"],
    ["classes to climb that nobody finds", lru(), { young: "next" }, "refused: young=next without walk"],
    [
      "food for an oracle",
      mglru(),
      { filter: "oracle", feeders: "walks" },
      "refused: feeders=walks with filter=oracle: there is nothing to feed",
    ],
    ["small processes, without walk", lru(), { mmMin: 64 }, "refused: mmMin=64 without walk"],
    ["a width of no counts", lru(), { refsWidth: 1 }, "refused: refsWidth=1 with fd=two-touch"],
    ["a gain of no controller", mglru(), { tiers: "off", tierGain: 3 }, "refused: tierGain=3 with tiers=off"],
    ["a gain that is set", mglru(), { tiers: "pid-wide", tierGain: 3 }, "its gain is 1.5; set tiers=pid"],
    [
      "a threshold of no controller",
      lru(),
      { tierMin: 8 },
      "refused: tierMin=8 with tiers=off and balance=cost",
    ],
    ["a share of nothing", lru(), { anonShare: 0.3 }, "refused: anonShare=0.3 with balance=cost"],
    ["ages of lists", lru(), { balance: "oldest" }, "refused: balance=oldest with policy lru"],
    [
      "a place for refaults that mean nothing",
      lru(),
      { workingset: "off", refault: "new" },
      "refused: refault=new with workingset=off",
    ],
    ["flags that nobody counts", lru(), { refault: "flags" }, "refused: refault=flags with fd=two-touch"],
    [
      "the ageing of generations",
      mglru(),
      { deactivation: "implicit" },
      "refused: deactivation=implicit with policy mglru",
    ],
    ["no batch", lru(), { batch: 0 }, "invalid batch: 0; give 1 to 64 pages"],
    ["a batch that does not fit", lru(), { addBatch: 64 }, "invalid addBatch: 64; give 1 to 63 folios"],
    ["more bits than there are", mglru(), { refsWidth: 4 }, "invalid refsWidth: 4; give 0 to 3 bits"],
    ["a gain below 1", mglru(), { tierGain: 0.5 }, "invalid tierGain: 0.5; give a factor, 1 to 16"],
    ["a share of more than all", lru(), { balance: "fixed", anonShare: 1.5 }, "invalid anonShare: 1.5"],
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
    expect(resolveSettings(mglru(), {}, "6.1").mmMin).toBe(64);
    expect(resolveSettings(mglru(), { walk: "off" }, "6.1").mmMin).toBe(0);
    expect(resolveSettings(mglru(), { workingset: "distance" }).refault).toBe("active");
    expect(resolveSettings(mglru(), { workingset: "distance", refault: "flags" }).refault).toBe("flags");
    expect(resolveSettings(mglru(), { references: "exact" }).lookaround).toBe(0);
  });

  it("accepts its own defaults said aloud", () => {
    expect(resolveSettings(fifo(), { balance: PLAIN.balance, ages: PLAIN.ages, filter: "off" })).toEqual(
      resolveSettings(fifo(), {}),
    );
  });

  it("has a switch for every slot, and every named point passes", async () => {
    expect(Object.keys(SWITCHES).sort()).toEqual(Object.keys(PLAIN).sort());
    for (const points of [POINTS, CHANGE_POINTS, VALUE_POINTS]) {
      for (const [name, { policy: named, set, base }] of Object.entries(points)) {
        const policy = await resolvePolicy(typeof named === "string" ? { name: named } : named);
        for (const kernel of Object.keys(PROFILES)) {
          expect(() => resolveSettings(policy, set ?? {}, kernel), `${name}, ${kernel}`).not.toThrow();
        }
        expect(points[base ?? name]?.base ?? name, `base of ${name}`).toBe(base ?? name);
      }
    }
  });

  it("a chain of classes can be climbed without anybody finding pages young: the tail does", () => {
    expect(resolveSettings(lru({ classes: 4 }), { young: "next" }).young).toBe("next");
  });

  it("the add batch is the kernel's, unless it is set", () => {
    expect(resolveSettings(lru(), {}, "6.1").addBatch).toBe(15);
    expect(resolveSettings(lru(), {}, "7.3").addBatch).toBe(31);
    expect(resolveSettings(lru(), { addBatch: 7 }, "6.1").addBatch).toBe(7);
  });

  it("all changes of 7.3 turned in 6.1 or 6.12 are the switches of 7.3", () => {
    const { set = {} } = CHANGE_POINTS["MGLRU + all of 7.3"]!;
    for (const kernel of ["6.1", "6.12"]) {
      const { addBatch, mmMin } = resolveSettings(mglru(), {}, kernel); // of 6.1's surroundings
      const all = { ...resolveSettings(mglru(), {}, "7.3"), addBatch, mmMin };
      expect(resolveSettings(mglru(), set, kernel)).toEqual(all);
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
    [
      "pages mapped ahead, old, where none are",
      { set: { faultYoung: "off" } },
      "refused: faultYoung=off without fault-around",
    ],
    ["a switch by such a name", { set: { constructor: "on" } }, "unknown switch: constructor"],
  ])("refuses %s", (_what, change, message) => {
    expect(() => boot({ ...CELL, ...change } as typeof CELL, trace, fifo())).toThrow(InputError);
    expect(() => boot({ ...CELL, ...change } as typeof CELL, trace, fifo())).toThrow(message);
  });

  it("takes no limit at all", () => {
    expect(() => boot({ ...CELL, memoryMax: Number.POSITIVE_INFINITY }, trace, fifo())).not.toThrow();
  });
});
