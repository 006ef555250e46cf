import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPolicySpec } from "../../lib/cli/cache-options.js";
import { POLICIES, resolvePolicy } from "../../lib/sim/resolve-policy.js";
import { runCell, simulate } from "../../lib/sim/run-cell.js";
import { InputError } from "../../lib/util/error.js";
import { anonLayout, CELL, traceOf } from "../tiny.js";

const TRACE = traceOf(
  anonLayout(600),
  Array.from({ length: 2000 }, (_, i) => (i * 7) % 600),
);

let folder = "";
let mine = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "policy-"));
  const file = join(folder, "mine.mjs");
  writeFileSync(
    file,
    `export const mru = () => ({
       name: "mru", mechanisms: {}, asks: [],
       attach(ctx) {
         const lists = ctx.newLists(1, { mixed: true });
         return {
           place: (folio) => lists.addTail(folio, 0),
           isolate(sc) { while (sc.more() && !lists.isEmpty(0, 0)) sc.take(lists.tail(0, 0), lists); },
           checkReferences: () => "reclaim",
         };
       },
     });
     export const nothing = () => undefined;
     export const number = 7;\n`,
  );
  writeFileSync(join(folder, "bad.mjs"), "this is no module");
  mine = pathToFileURL(file).href;
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("resolvePolicy", () => {
  it("knows the policies of the package by name", async () => {
    for (const name of [
      "arc",
      "car",
      "clock",
      "clock-pro",
      "fifo",
      "get-scan",
      "lecar",
      "hyperbolic",
      "lfu",
      "lhd",
      "lirs",
      "lru",
      "lru-k",
      "mglru",
      "mru",
      "plain-lru",
      "random",
      "s3-fifo",
      "sieve",
      "slru",
      "two-q",
      "w-tinylfu",
    ]) {
      expect(POLICIES).toContain(name);
    }
    expect((await resolvePolicy({ name: "s3Fifo" })).name, "the export's own name").toBe("s3-fifo");
    for (const name of POLICIES) expect((await resolvePolicy({ name })).name).toBe(name);
  });

  it("knows them in other spellings, and by a few other names", async () => {
    for (const [written, name] of [
      ["S3FIFO", "s3-fifo"],
      ["s3_fifo", "s3-fifo"],
      ["2Q", "two-q"],
      ["TwoQ", "two-q"],
      ["WTinyLFU", "w-tinylfu"],
      ["lru2", "lru-k"],
      ["LRU", "lru"],
      ["MGLRU", "mglru"],
    ] as const) {
      expect((await resolvePolicy({ name: written })).name).toBe(name);
      expect(readPolicySpec(written), "the spec has the policy's own name").toEqual({ name });
      expect(readPolicySpec(`${written}:{}`)).toEqual({ name, options: {} });
    }
    expect(readPolicySpec("Belady")).toEqual({ name: "min" });
    expect(readPolicySpec("nobody")).toEqual({ name: "nobody" });
  });

  it("hands options over, and shows those in force", async () => {
    const policy = await resolvePolicy({ name: "mglru", options: { gens: 8 } });
    expect(policy.options).toEqual({ gens: 8, minGens: 2 });
  });

  it("runs a policy from anybody's module", async () => {
    const trace = { generated: "unused", params: {}, seed: 1, region: "anon" } as const;
    const result = await runCell({ ...CELL, trace, policy: { name: "mru", module: mine } }, TRACE);
    expect(result.status).toBe("ok");
    // A loop longer than memory is the best case of MRU and the worst of FIFO.
    const { counters } = simulate(CELL, TRACE, await resolvePolicy({ name: "fifo" }));
    expect(result.counters.nr_alloc!).toBeLessThan(0.75 * counters.nr_alloc!);
  });

  it.each<[string, () => Parameters<typeof resolvePolicy>[0], RegExp]>([
    ["a name that is not there", () => ({ name: "least" }), /^unknown policy: least; one of arc, car, clock/],
    ["a name that every object has", () => ({ name: "toString" }), /^unknown policy: toString; one of/],
    [
      "an option that is not there",
      () => ({ name: "fifo", options: { k: 1 } }),
      /^unknown option: k .*it has none/,
    ],
    [
      "another's option",
      () => ({ name: "lru", options: { gens: 4 } }),
      /^unknown option: gens .*it has classes/,
    ],
    [
      "an option out of range",
      () => ({ name: "lru", options: { classes: 1 } }),
      /^invalid classes: 1 .*give 2 to 8/,
    ],
    [
      "an option of the wrong kind",
      () => ({ name: "lru", options: { classes: "2" } }),
      /^invalid classes: "2"/,
    ],
    [
      "no generation to evict",
      () => ({ name: "mglru", options: { gens: 2 } }),
      /^invalid minGens: 2 .*give 1 to 1/,
    ],
    [
      "a module that is not there",
      () => ({ name: "x", module: "file:///no/such.mjs" }),
      /^cannot load policy module file:/,
    ],
    [
      "a module that does not parse",
      () => ({ name: "x", module: mine.replace("mine.mjs", "bad.mjs") }),
      /^cannot load policy module/,
    ],
    [
      "an export that is not there",
      () => ({ name: "lru", module: mine }),
      /^unknown policy: lru in file:.*one of mru/,
    ],
    ["an export that is no function", () => ({ name: "number", module: mine }), /^unknown policy: number/],
    ["a function that makes no policy", () => ({ name: "nothing", module: mine }), /^nothing made no policy/],
  ])("refuses %s", async (_what, spec, message) => {
    const error = await resolvePolicy(spec()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(message);
  });
});
