import { describe, expect, it } from "vitest";
import { memcgLru } from "../../lib/mechanisms/memcg-order/memcg-lru.js";
import type { MemcgMove, MemcgOrder } from "../../lib/mechanisms/memcg-order/memcg-order.js";
import { fullWalk, partialWalk } from "../../lib/mechanisms/memcg-order/tree-walk.js";
import type { Lruvec } from "../../lib/mm/lruvec.js";
import { LruvecTable } from "../../lib/mm/lruvec-table.js";
import { Memcg } from "../../lib/mm/memcg.js";
import { mulberry32 } from "../../lib/util/random.js";

/** root, A, A1, A2, B: parents first. */
const root = new Memcg("root", 1000);
const a = new Memcg("A", 1000, root);
for (const name of ["A1", "A2"]) new Memcg(name, 1000, a);
new Memcg("B", 1000, root);
const lruvecs = new LruvecTable(root, 1).under(root, 0);

/** Names of the memcgs that a round meets which wants `wanted` of them. */
function meets(
  order: MemcgOrder,
  wanted: number,
  { global = true, whole = false } = {},
  move: (name: string, again: boolean) => MemcgMove = () => "stay",
): string {
  const met: string[] = [];
  order.run({
    lruvecs,
    global,
    whole,
    visit({ memcg: { name } }: Lruvec, again) {
      met.push(again ? `${name}!` : name);
      return move(name, again);
    },
    enough: () => met.length >= wanted,
  });
  return met.join(" ");
}

describe("the tree of memcgs", () => {
  it("is met whole, parents first, by a full walk", () => {
    const order = fullWalk();
    expect([meets(order, 1), meets(order, 1)]).toEqual(["root A A1 A2 B", "root A A1 A2 B"]);
  });

  it("is met in parts that follow each other, each up to the end of the tree", () => {
    const order = partialWalk();
    expect([2, 2, 2, 9].map((wanted) => meets(order, wanted))).toEqual([
      "root A",
      "A1 A2",
      "B",
      "root A A1 A2 B",
    ]);
    expect(meets(order, 1, { whole: true }), "kswapd").toBe("root A A1 A2 B");
  });
});

describe("the memcg LRU", () => {
  it("meets everybody once, in the order of bins, and goes on with who has not been met", () => {
    const order = memcgLru(mulberry32(1));
    const met = meets(order, 99, {}, () => "young");
    expect(met.split(" ").sort()).toEqual(["A", "A1", "A2", "B", "root"]);
    const parts = [1, 1, 1, 1, 1].map((wanted) => meets(order, wanted, {}, () => "young"));
    expect([...parts].sort(), "who was met is young").toEqual(["A", "A1", "A2", "B", "root"]);
  });

  it("meets who was put last a second time, and then no more in this turn", () => {
    const order = memcgLru(mulberry32(3));
    const turns = Array.from({ length: 6 }, () =>
      meets(order, 99, {}, (_name, again) => (again ? "young" : "tail")),
    );
    const all = turns.join(" ").split(" ");
    for (const name of ["root", "A", "A1", "A2", "B"]) {
      const own = all.filter((one) => one.replace("!", "") === name);
      expect(own.slice(0, 4), name).toEqual([name, `${name}!`, name, `${name}!`]);
    }
  });

  it("walks the tree for a memcg over its limit", () => {
    expect(meets(memcgLru(mulberry32(1)), 2, { global: false })).toBe("root A");
  });
});
