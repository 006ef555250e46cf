/*
 * Every switch by a relation: what turning it must change, and what it must leave alone to the last counter. The relations
 * are in test/switches, by what the switches are about.
 */
import { describe, expect, it } from "vitest";
import type { Settings } from "../lib/mechanisms/settings.js";
import { clock } from "../lib/policies/index.js";
import { SWITCHES } from "../lib/sim/switches.js";
import { evictions } from "./sim/runs.js";
import { ACCESS } from "./switches/access.js";
import { AGES } from "./switches/ages.js";
import { MACHINE } from "./switches/machine.js";
import { MEMORY } from "./switches/memory.js";
import { anon, type Relations } from "./switches/runs.js";
import { WALK } from "./switches/walk.js";

const RELATIONS: Relations<keyof Settings> = { ...ACCESS, ...WALK, ...AGES, ...MEMORY, ...MACHINE };

describe("a switch changes what it says, and nothing else", () => {
  it.each(Object.keys(SWITCHES) as (keyof Settings)[])("%s", (name) => RELATIONS[name]());

  it("clock: detectors find the same pages to spare", () => {
    const plain = evictions(clock(), anon, { memoryMax: 400 });
    expect(evictions(clock(), anon, { memoryMax: 400, set: { exec: "on", feeders: "both" } })).toEqual(plain);
    expect(evictions(clock(), anon, { memoryMax: 400, set: { references: "off" } })).not.toEqual(plain);
  });
});
