/* Every policy of the shelf in a cache, against its model on arrays: hit for hit, hits told and hits only marked. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as policies from "../../lib/policies/index.js";
import { compileLoop } from "../../lib/reclaim/cache/cache-loop.js";
import { bootCache } from "../../lib/sim/run-cache.js";
import { SHELF } from "../policies/shelf.js";
import { streamOf, streams } from "./streams.js";

it("the shelf holds every policy of the package", () => {
  const names = Object.values(policies).map((make) => make().name);
  expect(Object.keys(SHELF)).toEqual(expect.arrayContaining(names));
});

const MODELLED = Object.entries(SHELF).flatMap(([name, { make, model }]) =>
  model === null ? [] : [[name, make, model] as const],
);

describe.each(MODELLED)("%s", (_name, make, model) => {
  it.each(["exact", "flags"] as const)("does what its model does, %s", (references) => {
    fc.assert(
      fc.property(streams, fc.integer({ min: 1, max: 70 }), (stream, max) => {
        const { objects, nrObjects } = streamOf(stream);
        const cache = bootCache({ memoryMax: max, set: { references }, seed: 1 }, make(), nrObjects);
        const replay = compileLoop(cache);
        const request = model(max, references === "exact");
        for (let i = 0; i < objects.length; i++) {
          const before = cache.misses;
          replay(objects, i, i + 1);
          const hit = cache.misses === before;
          if (hit !== request(objects[i]!))
            expect.fail(`request ${i} for ${objects[i]}: ${hit ? "hit" : "miss"}`);
        }
      }),
      { numRuns: 40, seed: 5 },
    );
  });
});
