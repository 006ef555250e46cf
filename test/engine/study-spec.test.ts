import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStudySpec, readStudySpec } from "../../lib/engine/study-spec.js";
import { tempFolder } from "../study/fixtures/cells.js";

const grid = { name: "quick", trace: ["sort"], memory: [0.5], point: { LRU: "lru" } };
const design = {
  name: "parts",
  trace: { a: { recorded: "sort", window: { start: 0, length: 9 } } },
  memory: [0.5],
  kind: "full",
  between: { off: "lru", on: { name: "mglru", options: { gens: 3 } }, bundle: { walk: ["walk"] } },
};

describe("parseStudySpec", () => {
  it("takes a grid and a design as they are", () => {
    expect(parseStudySpec(grid)).toEqual(grid);
    expect(parseStudySpec(design)).toEqual(design);
  });

  it.each<[object, string]>([
    [{ ...grid, name: "a b" }, 'name: "a b"; a name of letters'],
    [{ ...grid, memory: [0.5, "half"] }, 'memory[1]: "half"; expected number, received string'],
    [{ ...grid, memory: undefined }, "memory: missing; expected array"],
    [{ ...grid, memroy: [1] }, "study: unknown memroy; leave it out"],
    [{ ...grid, profile: ["6.2"] }, 'profile[0]: "6.2"; expected one of "6.1"|"6.12"|"7.3"'],
    [{ ...grid, point: { "a b": { policy: "lru", set: { walk: [] } } } }, 'point["a b"].set.walk: []'],
    [
      { ...grid, trace: [{ generated: "zipf", params: { N: "many" }, seed: 1, region: "anon" }] },
      'trace[0].params.N: "many"; expected number',
    ],
    [{ ...grid, kind: "full" }, "both of point and kind"],
    [{ name: "x" }, "neither of point and kind"],
    [{ ...design, kind: "half" }, 'kind: "half"; expected one of'],
    [{ ...design, between: { off: "lru" } }, "between.on: missing"],
    [{ ...design, kind: "one-at-a-time" }, "from: missing; kind one-at-a-time needs it: give the factors"],
    [{ ...design, kind: "fraction" }, "generators: missing; kind fraction needs it: give one for each"],
    [{ ...design, kind: "subset" }, "size: missing; kind subset needs it"],
    [{ ...design, kind: "orders" }, "size: missing; kind orders needs it"],
  ])("names the place of what is wrong: %o", (spec, message) => {
    expect(() => parseStudySpec(spec, "spec.json")).toThrow(message);
    expect(() => parseStudySpec(spec, "spec.json")).toThrow("spec.json");
  });

  it("refuses anything else with an InputError, and nothing else", () => {
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom(...Object.keys({ ...grid, ...design })), (value, key) => {
        for (const spec of [value, { ...grid, [key]: value }, { ...design, [key]: value }]) {
          try {
            parseStudySpec(spec);
          } catch (error) {
            expect((error as Error).name).toBe("InputError");
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("readStudySpec", () => {
  const file = (name: string, text: string): string => {
    const path = join(tempFolder(), name);
    writeFileSync(path, text);
    return path;
  };

  it("reads JSON, and modules that export a study or make one", async () => {
    const text = JSON.stringify(grid);
    expect(await readStudySpec(file("a.json", text))).toEqual(grid);
    expect(await readStudySpec(file("a.mjs", `export default ${text};`))).toEqual(grid);
    expect(await readStudySpec(file("b.mjs", `export default async () => (${text});`))).toEqual(grid);
  });

  it.each([
    ["a.json", "{", /^no JSON: .*a\.json \(.*\); a module must end in \.mjs$/],
    ["a.mjs", "export const spec = 1;", /^no study: .*a\.mjs; export it as the default$/],
    ["a.mjs", "not JavaScript at all", /^cannot load study: .*a\.mjs/],
    ["a.json", "[]", /^no study: \[\] \(.*a\.json\)/],
  ])("says what is wrong with %s: %s", async (name, text, message) => {
    await expect(readStudySpec(file(name, text))).rejects.toThrow(message);
  });

  it("says that a file is not there", async () => {
    await expect(readStudySpec("/nowhere/a.json")).rejects.toThrow(
      "cannot read study: /nowhere/a.json (ENOENT)",
    );
  });
});
