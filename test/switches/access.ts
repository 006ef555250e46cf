/* Who finds out that a page was used: the check at the tail, reads through descriptors, code. */
import { expect } from "vitest";
import type { Settings } from "../../lib/mechanisms/settings.js";
import { clock, lru, mglru, plainLru } from "../../lib/policies/index.js";
import type { Trace } from "../../lib/trace/trace.js";
import { type Counters, PAGES, stream } from "../sim/runs.js";
import { fileLayout, traceOf } from "../tiny.js";
import { anon, both, code, decisions, on, once, type Relations, reads, same } from "./runs.js";
export const ACCESS: Relations<
  "references" | "hits" | "firstUse" | "fd" | "refsWidth" | "faultYoung" | "exec"
> = {
  references() {
    const blind = on(lru, both)({ references: "off" });
    expect([blind.rmap_walk, blind.rmap_pte, blind.lookaround]).toEqual([0, 0, 0]);
    for (const policy of [clock, lru]) {
      const exact = on(policy, both)({ references: "exact" });
      expect([exact.rmap_walk, exact.rmap_pte]).toEqual([0, 0]);
      expect(decisions(exact), "where nobody else clears accessed bits, the reverse map is exact").toEqual(
        decisions(on(policy, both)()),
      );
      const marks = { references: "exact", walk: "on", walkEvery: 0.1 } as const;
      const walked = on(policy, both)(policy === lru ? { ...marks, young: "mark" } : marks);
      expect(decisions(walked), "a walk can hide nothing from it").toEqual(decisions(exact));
    }
    const kept = (set: Partial<Settings>) => {
      const c = on(mglru, both)(set);
      return c.pgscan! - c.pgsteal!;
    };
    expect(kept({ references: "exact" }), "walks hide accesses from the tail").toBeGreaterThan(
      kept({ lookaround: 0 }),
    );
    const flags = on(lru, both)({ references: "flags", walk: "on" });
    expect([flags.rmap_walk, flags.rmap_pte]).toEqual([0, 0]);
    expect(flags.pgactivate!, "marks of walks count").toBeGreaterThan(blind.pgactivate!);
    for (const policy of [lru, mglru]) {
      for (const references of ["off", "exact"] as const) {
        expect(on(policy, reads)({ references })).toEqual(on(policy, reads)());
      }
    }
  },

  hits() {
    const run = on(plainLru, anon);
    const [marked, told] = [run(), run({ hits: "told" })];
    expect(told.rmap_walk, "nobody looks at accessed bits").toBe(0);
    expect(told.pgscan, "what is at the tail goes").toBe(told.pgsteal);
    expect(told.nr_alloc).not.toBe(marked.nr_alloc);
    const mapped = traceOf(fileLayout(PAGES), stream({ seed: 5, hot: 200 }));
    const by = (trace: Trace) => on(plainLru, trace)({ hits: "told" }).nr_alloc;
    expect(by(mapped), "an access is an access, mapped or through a descriptor").toBe(by(reads));
    expect(() => on(clock, anon)({ hits: "told" }), "clock has no hit hook").toThrow(/refused: hits=told/);
    expect(() => run({ hits: "told", references: "rmap" })).toThrow(
      /refused: references=rmap with hits=told/,
    );
    same(plainLru, "hits", ["marked", "told"]);
  },

  firstUse() {
    const [counts, forgotten] = (["counts", "forgotten"] as const).map((firstUse) =>
      on(clock, once)({ firstUse }),
    ) as [Counters, Counters];
    // CLOCK keeps each page for a round, unless it forgets: all but one of 31, which is placed before it is mapped.
    const kept = (c: Counters): number => c.pgscan! - c.pgsteal!;
    expect(kept(counts)).toBeGreaterThan(0.9 * counts.pgsteal!);
    expect(kept(forgotten)).toBeLessThan(0.1 * forgotten.pgsteal!);
    expect(on(lru, anon)({ firstUse: "forgotten" })).not.toEqual(on(lru, anon)());
    const read = on(clock, reads);
    expect(read({ firstUse: "forgotten" }).nr_alloc, "reads, too").not.toBe(read().nr_alloc);
    for (const set of [{ references: "off" }, { hits: "told" }] as const) {
      expect(() => on(plainLru, anon)({ firstUse: "forgotten", ...set })).toThrow(
        /^refused: firstUse=forgotten/,
      );
    }
    same(clock, "firstUse", ["counts", "forgotten"]);
  },

  fd() {
    const ways = ["two-touch", "refs", "refs-hot", "mark", "off"] as const;
    const read = ways.map((fd) => on(lru, reads)({ fd }));
    expect(new Set(read.map((c) => c.nr_alloc)).size).toBeGreaterThan(2);
    expect(read[4]!.pgactivate, "reads that leave nothing protect nothing").toBe(
      read[4]!.workingset_activate_file,
    );
    const touched = ways.map((fd) => on(lru, anon)({ fd }));
    for (const c of touched) expect(c, "page tables are no descriptors").toEqual(touched[0]);
  },

  refsWidth() {
    const widths = [0, 1, 2, 3];
    const run = on(mglru, reads);
    const wide = widths.map((refsWidth) => run({ refsWidth }, { memoryMax: 300 }));
    expect(wide[2], "as in the kernel").toEqual(run({}, { memoryMax: 300 }));
    expect(new Set(wide.map((c) => c.tier_protected)).size).toBeGreaterThan(1);
    const always = widths.map((refsWidth) => run({ refsWidth, tiers: "always", workingset: "off" }));
    for (const c of always) expect(c, "read twice or not is all that counts").toEqual(always[0]);
    const touched = widths.map((refsWidth) => on(mglru, anon)({ refsWidth, workingset: "off" }));
    for (const c of touched) expect(c).toEqual(touched[0]);
  },

  faultYoung() {
    // Two processes map one file: what one has brought in, a fault of the other maps, and more.
    const vmas = [0, 1].map((process) => ({
      process,
      start: process * 1024,
      nr: 900,
      kind: "file" as const,
      file: 0,
      offset: 0,
    }));
    const pages = stream({ seed: 5, hot: 150 }).map((page) => page % 900);
    const mapped = traceOf(
      { nrSlots: 2048, vmas, files: [{ name: "f", nr: 900 }] },
      pages.map((page, i) => ((i >> 3) & 1) * 1024 + page),
    );
    const cell = { machine: { faultAround: 16 } };
    for (const policy of [lru, mglru]) {
      const run = (faultYoung: "on" | "off", set: Partial<Settings> = {}) =>
        on(policy, mapped)({ faultYoung, ...set }, cell);
      expect(run("off").pgactivate!, "what was only mapped is not in use").toBeLessThan(
        run("on").pgactivate!,
      );
      const unwalked = { references: "exact", walk: "off" } as const;
      expect(run("off", unwalked), "an exact check is not deceived").toEqual(run("on", unwalked));
      expect(on(policy, both)({ faultYoung: "off" }, cell), "no file is mapped").toEqual(
        on(policy, both)({}, cell),
      );
    }
  },

  exec() {
    for (const kernel of ["6.12", "7.3"] as const) {
      for (const policy of [lru, mglru]) {
        const cell = { profile: kernel };
        const data = on(policy, code(false))({}, cell);
        expect(on(policy, code(true))({ exec: "off" }, cell), "code is like data").toEqual(data);
        const rule = on(policy, code(true))({ exec: "on" }, cell);
        // In 7.3 the fault itself marks a page of MGLRU, so that its first young PTE is its second use anyhow.
        if (policy === mglru && kernel === "7.3") expect(rule).toEqual(data);
        else expect(rule).not.toEqual(data);
        expect(on(policy, both)({ exec: "off" }, cell)).toEqual(on(policy, both)({}, cell));
      }
    }
  },
};
