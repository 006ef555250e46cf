import { describe, expect, it } from "vitest";
import { lru } from "../../lib/policies/index.js";
import { resolvePolicy } from "../../lib/sim/resolve-policy.js";
import { simulate } from "../../lib/sim/run-cell.js";
import { anonLayout, CELL, traceOf } from "../tiny.js";

describe("a cell that runs out of memory", () => {
  it("counts the records up to the one that met no memory, and their accesses", () => {
    // 400 anonymous pages, no swap, a limit of 256: nothing can leave, the 257th page is one too many.
    const trace = traceOf(
      anonLayout(400),
      Array.from({ length: 400 }, (_, page) => page),
    );
    const { status, counters } = simulate({ ...CELL, memoryMax: 256, swap: "none" }, trace, lru());
    expect(status).toBe("oom");
    expect(counters).toMatchObject({ nr_record: 256, nr_access: 256, nr_alloc: 256, oom_kill: 1 });
  });
});

describe("somebody's policy module", () => {
  const module = (body: string): string =>
    `data:text/javascript,export const mine=()=>(${encodeURIComponent(body)})`;

  it("must set mechanisms that there are", async () => {
    const spec = { name: "mine", module: module('{name:"mine",mechanisms:{wallk:"on"},asks:[],attach(){}}') };
    await expect(resolvePolicy(spec)).rejects.toThrow(/unknown switch: wallk; one of references, walk,/);
  });

  it("must say what it asks for", async () => {
    const spec = { name: "mine", module: module('{name:"mine",mechanisms:{},attach(){}}') };
    await expect(resolvePolicy(spec)).rejects.toThrow(/policy mine says no asks/);
  });
});
