import { expect, it } from "vitest";
import * as shelf from "../../lib/policies/index.js";
import { policyPoints } from "../../lib/study/policy-points.js";

const names = Object.values(shelf)
  .map((make) => make().name)
  .sort();

it("has every policy of the package, each with the switch where it means something", () => {
  const { points, refused } = policyPoints({ set: { firstUse: "forgotten" }, asBorn: ["lru"] });
  expect(Object.keys(points).sort()).toEqual(names);
  expect(refused).toEqual([]);
  expect(points.clock).toEqual({ policy: "clock", set: { firstUse: "forgotten" } });
  expect(points.fifo, "nobody looks at bits").toEqual({ policy: "fifo" });
  expect(points.lru, "as it was born").toEqual({ policy: "lru" });
});

it("leaves out what it is told to, with the reason", () => {
  const { points, refused } = policyPoints({ without: { sieve: "no sieve today" } });
  expect(points).not.toHaveProperty("sieve");
  expect(refused).toEqual([{ policy: "sieve", reason: "no sieve today" }]);
});
