/*
 * What must hold between runs that differ in one mechanism.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as shelf from "../../lib/policies/index.js";
import { PTRS_PER_PTE, type TraceLayout } from "../../lib/trace/trace.js";
import { ALL, counters, memories, PAGES, SHORT, stream, streams } from "../sim/runs.js";
import { anonLayout, sharedTraces, traceOf } from "../tiny.js";

describe("mechanisms", () => {
  it("with fewer tables than collide, the Bloom filter and the exact one are the same machine", () => {
    fc.assert(
      fc.property(sharedTraces, memories, (trace, memoryMax) => {
        for (const policy of [shelf.mglru, shelf.lru]) {
          const run = (filter: "bloom" | "exact") =>
            counters(policy(), trace, { memoryMax, set: { walk: "on", filter, lookaround: 64 } });
          expect(run("bloom")).toEqual(run("exact"));
        }
      }),
      SHORT,
    );
  });

  it("a filter never makes fifo's walks visit more tables, exact no more than Bloom", () => {
    fc.assert(
      fc.property(streams, memories, (params, memoryMax) => {
        // Strewn over 400 tables of which each holds 5 pages, so that some are in the filter and some collide.
        const layout: TraceLayout = anonLayout(400 * PTRS_PER_PTE);
        const records = stream(params).map((page) => (page % 400) * PTRS_PER_PTE + Math.floor(page / 400));
        const trace = traceOf(layout, records);
        const tables = (filter: "off" | "bloom" | "exact") =>
          counters(shelf.fifo(), trace, { memoryMax, set: { walk: "on", walkEvery: 0.2, filter } })
            .walk_table!;
        expect(tables("exact")).toBeLessThanOrEqual(tables("bloom"));
        expect(tables("bloom")).toBeLessThanOrEqual(tables("off"));
      }),
      { numRuns: 4, seed: 31 },
    );
  });

  it("a walk with the non-leaf bit finds exactly what a walk without it finds, in fewer tables", () => {
    fc.assert(
      fc.property(streams, memories, (params, memoryMax) => {
        const trace = traceOf(anonLayout(PAGES), stream(params));
        const run = (nonleaf: "on" | "off") =>
          counters(shelf.lru(), trace, { memoryMax, set: { walk: "on", nonleaf, references: "flags" } });
        const {
          walk_table: on,
          walk_pte: a,
          walk_skip_nonleaf: skipped,
          reclaim_cpu_ns: x,
          ...rest
        } = run("on");
        const {
          walk_table: off,
          walk_pte: b,
          walk_skip_nonleaf: none,
          reclaim_cpu_ns: y,
          ...same
        } = run("off");
        expect(rest).toEqual(same);
        expect([on! + skipped!, none]).toEqual([off, 0]);
        expect(a!).toBeLessThanOrEqual(b!);
        expect(x === y || on !== off).toBe(true);
      }),
      SHORT,
    );
  });

  it("reads through descriptors leave nothing for page tables to find", () => {
    fc.assert(
      fc.property(streams, memories, (params, memoryMax) => {
        const layout: TraceLayout = { nrSlots: 0, vmas: [], files: [{ name: "f", nr: PAGES }] };
        const trace = traceOf(layout, stream(params));
        for (const [, policy] of ALL) {
          const c = counters(policy(), trace, { memoryMax });
          expect([c.rmap_walk, c.walk_pte, c.walk_young, c.lookaround, c.pgfault]).toEqual([0, 0, 0, 0, 0]);
          expect(c.nr_fd_access).toBe(trace.records.length);
          const walkless = counters(policy(), trace, { memoryMax, set: { walk: "off", lookaround: 0 } });
          expect(walkless.nr_alloc).toBe(c.nr_alloc);
        }
      }),
      { ...SHORT, numRuns: 5 },
    );
  });

  it("lru: flagged ages make active at once what moved ones make active a batch later", () => {
    const layout: TraceLayout = { nrSlots: 0, vmas: [], files: [{ name: "f", nr: PAGES }] };
    // every page twice in a row: it is active before it is ever scanned, by either route
    const twice = stream({ seed: 3, hot: 300 }).flatMap((slot) => [slot, slot]);
    const run = (ages: "flags" | "list") =>
      counters(shelf.lru(), traceOf(layout, twice), { memoryMax: 4096, set: { ages } });
    const [flags, list] = [run("flags"), run("list")];
    expect([flags.pgscan, list.pgscan]).toEqual([0, 0]);
    const waiting = flags.active_file_now! - list.active_file_now!;
    expect(waiting).toBeGreaterThanOrEqual(0);
    expect(waiting).toBeLessThan(31);
    expect(flags.list_move!).toBeLessThan(list.list_move!);
  });
});
