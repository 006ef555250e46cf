/* A wrong policy of each kind, in a kernel and in a cache: it is named and ejected, nothing is lost, the run goes on. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fifo, mglru } from "../../lib/policies/index.js";
import type { Policy } from "../../lib/reclaim/ops.js";
import type { CellResult, CellSpec, PolicySpec } from "../../lib/sim/cell.js";
import { resolvePolicy } from "../../lib/sim/resolve-policy.js";
import { runCell, simulate } from "../../lib/sim/run-cell.js";
import { requestStream } from "../cache/streams.js";
import { anonLayout, CELL, fileLayout, SHARED, traceOf } from "../tiny.js";

const MODULE = new URL("wrong-policies.mjs", import.meta.url).href;
const wrong = (kind: string, after = 60, told = false): PolicySpec => {
  return { name: "wrong", module: MODULE, options: { kind, after, told } };
};

const TRACE = traceOf(anonLayout(600), [...requestStream(3, 400, 5000, 600).objects]);
const SPEC: CellSpec = {
  ...CELL,
  trace: { recorded: "unused" },
  policy: { name: "fifo" },
  fallback: { name: "fifo" },
};
const MODES = ["kernel", "cache"] as const;

function run(mode: (typeof MODES)[number], change: Partial<CellSpec>): Promise<CellResult> {
  return runCell({ ...SPEC, ...(mode === "cache" && { mode }), ...change }, TRACE);
}

/** What each kind does, as the message has it: hook, reason, and the name of the folio, if there is one. */
const SAYS: Readonly<Record<string, readonly [hook: string, reason: RegExp, folio?: false]>> = {
  loses: ["place", /given as "new", on no list/],
  "loses-kept": ["place", /given as "kept", on no list/],
  "lists-twice": ["place", /folio \d+ is already on a list/],
  "lists-no-class": ["place", /no class 1; there are 1/],
  unlists: ["isolate", /lost folio \d+: took it off its list/],
  "offers-twice": ["isolate", /offers folio \d+, which is not on its lists, or no longer/],
  "offers-absent": ["isolate", /offers folio \d+, which is (not resident|not on its lists)/],
  "offers-too-many": ["isolate", /offers more than the batch holds/],
  "offers-nothing": ["isolate", /never frees/, false],
  "keeps-all": ["checkReferences", /never frees/],
  "throws-place": ["place", /threw TypeError: no good in place/],
  "throws-isolate": ["isolate", /threw TypeError: no good in isolate/, false],
  "throws-check": ["checkReferences", /threw TypeError/],
  "throws-missed": ["missed", /threw TypeError/, false],
  "throws-evicted": ["evicted", /threw TypeError/],
  "loops-asking": ["isolate", /made \d+ calls and did not come back: it loops for ever/, false],
  "loops-moving": ["isolate", /it loops for ever/],
};

describe.each(MODES)("a policy that breaks its contract in a %s", (mode) => {
  it.each(Object.entries(SAYS))(
    "%s: is named and ejected, and nothing is lost",
    async (kind, [hook, reason, folio]) => {
      const result = await run(mode, { policy: wrong(kind) });
      const { counters: c, ejected } = result;
      // The one list of a cache does not ask for a class; who came in has the folio of who is gone.
      const harmless = mode === "cache" && ["lists-no-class", "offers-absent"].includes(kind);
      if (harmless) return expect(result.status).toBe("ok");
      expect(result.status).toBe("ejected");
      expect(ejected).toHaveLength(1);
      expect(ejected![0]).toMatchObject({
        policy: "wrong",
        hook,
        fallback: "fifo",
        reason: expect.stringMatching(reason),
      });
      expect(typeof ejected![0]!.folio).toBe(folio === false ? "object" : "number");
      expect(ejected![0]!.at).toBeGreaterThanOrEqual(60);
      expect(ejected![0]!.at).toBeLessThan(TRACE.records.length);
      expect(c.nr_access, "each access is counted").toBe(TRACE.records.length);
      // The machine has been recounted: each resident folio is on one list, and these are the fallback's.
      if (mode === "cache") expect(c.misses! - c.pgsteal!).toBe(c.resident_now);
      else expect(c.nr_alloc! - c.pgsteal!).toBeGreaterThan(200);
      if (!kind.startsWith("loops"))
        expect(await run(mode, { policy: wrong(kind) }), "same spec, same bytes").toEqual(result);
    },
  );

  it.each(["offers-absent", "loses", "throws-evicted"])(
    "%s, told of hits and not: who takes over is told or not, and nothing is lost",
    async (kind) => {
      for (const told of [true, false]) {
        for (const name of ["plain-lru", "sieve"]) {
          const result = await run(mode, { policy: wrong(kind, 60, told), fallback: { name } });
          const { counters: c, ejected, status } = result;
          const harmless = mode === "cache" && kind === "offers-absent" && !told;
          expect(status).toBe(harmless ? "ok" : "ejected");
          if (ejected !== undefined) expect(ejected[0]!.fallback).toBe(name);
          if (mode === "cache") expect(c.misses! - c.pgsteal!).toBe(c.resident_now);
        }
      }
    },
  );

  it.each(["loses", "lists-twice", "throws-place", "throws-missed"])(
    "%s: FIFO that FIFO takes over from is FIFO: the folios come in their order",
    async (kind) => {
      const sound = await run(mode, {});
      const { counters } = await run(mode, { policy: wrong(kind, 700) });
      const what = ["nr_alloc", "pgsteal", "pgscan"] as const;
      expect(what.map((name) => counters[name])).toEqual(what.map((name) => sound.counters[name]));
    },
  );

  it("a sound policy is not ejected, and its result says nothing of it", async () => {
    const result = await run(mode, { policy: wrong("none") });
    expect(result).toEqual(await run(mode, {}));
    expect(Object.keys(result)).toEqual(["status", "counters"]);
  });

  it("under guard a sound policy does what it does without", async () => {
    for (const name of ["fifo", "lru", "mglru", "arc", "s3-fifo", "sieve", "clock", "plain-lru", "two-q"]) {
      const spec = { ...SPEC, policy: { name }, ...(mode === "cache" && { mode }) } as CellSpec;
      expect(await runCell(spec, TRACE, { guarded: true }), name).toEqual(await runCell(spec, TRACE));
    }
  });

  it("at any moment, in any way, and whoever takes over", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(SAYS).filter((kind) => !kind.startsWith("loops"))),
        fc.integer({ min: 1, max: 1500 }),
        fc.constantFrom("lru", "mglru", "sieve", "s3-fifo"),
        async (kind, after, name) => {
          const result = await run(mode, { policy: wrong(kind, after), fallback: { name } });
          expect(result.counters.nr_access).toBe(TRACE.records.length);
          expect(["ok", "ejected"]).toContain(result.status);
        },
      ),
      { numRuns: 30, seed: 7 },
    );
  });

  it("names a policy that is not the same from run to run", async () => {
    let calls = 0;
    const sound = fifo();
    const policy: Policy = {
      ...sound,
      name: "moody",
      attach(ctx) {
        const ops = sound.attach(ctx);
        return { ...ops, place: (folio, why) => (++calls === 300 ? undefined : ops.place(folio, why)) };
      },
    };
    expect(() => simulate({ ...SPEC, ...(mode === "cache" && { mode }) }, TRACE, policy)).toThrow(
      /policy moody failed, but not when it was run again: .* left the folio on no list/,
    );
  });

  it.each<[string, Policy["attach"], RegExp]>([
    ["makes no lists", () => ({ place() {}, isolate() {} }), /refused: policy p made no lists/],
    ["has no hooks", () => ({}) as never, /refused: policy p has no hook place/],
    ["throws in attach", (ctx) => ctx.newLists(-1) as never, /refused: policy p: attach threw RangeError/],
    [
      "has a hook that nobody calls",
      (ctx) => ({ ...fifo().attach(ctx), evict() {} }),
      /refused: policy p has a hook evict, which nobody calls; one of place, .*evicted/,
    ],
  ])("refuses one that %s", (_what, attach, message) => {
    const spec = { ...SPEC, ...(mode === "cache" && { mode }) } as CellSpec;
    expect(() => simulate(spec, TRACE, { ...fifo(), name: "p", attach })).toThrow(message);
  });

  it("refuses one that asks a slot that there is not", () => {
    const spec = { ...SPEC, ...(mode === "cache" && { mode }) } as CellSpec;
    const policy = { ...fifo(), name: "p", asks: ["banana" as "hits"] };
    expect(() => simulate(spec, TRACE, policy)).toThrow(
      /refused: policy p asks "banana", which is no slot; one of hits, balance/,
    );
  });

  it("under guard names a verdict that is none", async () => {
    const spec = { ...SPEC, policy: wrong("answers-true"), ...(mode === "cache" && { mode }) } as CellSpec;
    const { ejected } = await runCell(spec, TRACE, { guarded: true });
    expect(ejected![0]).toMatchObject({
      hook: "checkReferences",
      reason: "answers true, which is no verdict; one of reclaim, keep, activate",
    });
  });
});

describe("in a cache", () => {
  it("an admission filter goes on, and each miss is evicted for, turned away or resident", async () => {
    for (const kind of ["loses", "offers-twice", "throws-check", "throws-evicted", "keeps-all"]) {
      for (const admission of ["tinylfu", "doorkeeper"]) {
        const { status, counters: c } = await run("cache", { policy: wrong(kind), set: { admission } });
        expect([kind, status, c.requests]).toEqual([kind, "ejected", TRACE.records.length]);
        expect(c.misses! - c.pgsteal! - c.turned_away!).toBe(c.resident_now);
      }
    }
  });
});

describe("in a kernel", () => {
  it("is out of memory where memory is out: nobody is ejected", async () => {
    for (const policy of [
      { name: "fifo" },
      wrong("none"),
      wrong("offers-nothing", 1),
      wrong("keeps-all", 1),
    ]) {
      const { status, ejected } = await run("kernel", { policy, swap: "none", fallback: { name: "lru" } });
      expect([status, ejected]).toEqual(["oom", undefined]);
    }
  });

  it("is out of memory if the fallback frees nothing, either", async () => {
    const frozen = await resolvePolicy(wrong("keeps-all", 1));
    const { status, ejected } = simulate(SPEC, TRACE, frozen, undefined, { fallback: frozen });
    expect([status, ejected]).toEqual(["oom", undefined]);
    await expect(run("kernel", { fallback: wrong("none") })).rejects.toThrow(
      /^refused: fallback wrong by module/,
    );
  });

  it("what still runs of an ejected policy can change nothing", () => {
    const policy: Policy = {
      ...fifo(),
      name: "nested",
      attach(ctx) {
        const queue = ctx.newLists(1, { mixed: true });
        let calls = 0;
        let inside = false;
        return {
          place(folio) {
            if (inside && calls > 3) throw new Error("in the middle of isolate");
            queue.add(folio, 0);
          },
          budget: () => 32, // does not drain, as the default would
          isolate(sc) {
            calls++;
            inside = true;
            const folio = queue.tail(1, 0);
            ctx.drain(); // places what waits in the batch
            for (let i = 0; i < 8; i++) if (folio >= 0) queue.move(folio, 0);
            if (folio >= 0) sc.take(folio, queue);
            inside = false;
          },
          checkReferences: () => "reclaim",
        };
      },
    };
    const { status, ejected } = simulate(SPEC, TRACE, policy);
    expect([status, ejected!.map(({ hook, reason }) => [hook, reason])]).toEqual([
      "ejected",
      [["place", "threw Error: in the middle of isolate"]],
    ]);
  });

  it("the kernel's own are never ejected for running out of memory", () => {
    const frozen: Policy = {
      ...mglru(),
      attach: (ctx) => ({ ...mglru().attach(ctx), checkReferences: () => "keep" }),
    };
    expect(simulate(SPEC, TRACE, frozen).status).toBe("oom");
  });

  it("only the memcg whose policy is wrong gets another", async () => {
    const records = Array.from({ length: 12_000 }, (_, i) =>
      i % 2 === 0 ? (i * 7) % 293 : 1024 + ((i * 5) % 257),
    );
    const trace = traceOf(SHARED, records);
    const machine = (kind: string): NonNullable<CellSpec["machine"]> => ({
      memcgs: [
        { name: "good", processes: [0], max: 256 },
        { name: "bad", processes: [1], max: 256, policy: wrong(kind, 5) },
      ],
    });
    const cell = (kind: string): Promise<CellResult> =>
      runCell({ ...SPEC, memoryMax: 600, policy: { name: "mglru" }, machine: machine(kind) }, trace);
    const sound = await cell("none");
    for (const kind of ["loses", "throws-evicted", "keeps-all", "loops-asking"]) {
      const { status, ejected, memcgs } = await cell(kind);
      expect([status, ejected!.map(({ policy, memcg }) => [policy, memcg])]).toEqual([
        "ejected",
        [["wrong", "bad"]],
      ]);
      // Batches are the CPU's, so when they drain depends on both; what is evicted here does not.
      for (const name of ["pgfault", "nr_alloc", "pgsteal", "workingset_refault"]) {
        expect(memcgs!.good![name], `the other goes on: ${name}`).toBe(sound.memcgs!.good![name]);
      }
    }
  });

  it("file pages, too: reads through descriptors, and what is unmapped", async () => {
    const trace = traceOf(
      fileLayout(700),
      Array.from({ length: 5000 }, (_, i) => ((i * 11) % 700) + (i % 3 === 0 ? 1024 : 0)),
      [{ at: 2500, op: "unmap", start: 100, nr: 300 }],
    );
    for (const kind of ["loses", "unlists", "throws-check"]) {
      const { status, counters } = await runCell(
        { ...SPEC, policy: wrong(kind, 40), fallback: { name: "lru" } },
        trace,
      );
      expect([status, counters.nr_access]).toEqual(["ejected", 5000]);
    }
  });
});
