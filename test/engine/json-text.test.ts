import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson } from "../../lib/engine/json-text.js";

describe("parseJson", () => {
  it.each([
    ['{\n "a": [0.5,],\n "b": 1 }', 2, 12],
    ['{ "a": 1,\n}', 2, 1],
    ['{ "a": nul }', 1, 11],
    ['{ "a"\n 1 }', 2, 2],
    ["", 1, 1],
    ['{ "a": [1, 2', 1, 13],
    ['{ "a": "no end', 1, 15],
    ['{ "a": 1 }\nmore', 2, 1],
    ["{\n  // no comments\n}", 2, 3],
  ])("tells line and column of what is wrong: %j", (text, line, column) => {
    expect(() => parseJson(text)).toThrow(new RegExp(`^[A-Z][^\\n]* at line ${line}, column ${column}$`));
  });

  it("is JSON.parse for what is right", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });
});
