/*
 * ClassLists against a model made of ordinary arrays: one array for each list (index 0 the head), a class for
 * each folio. Every step of a random sequence is done to both, and everything that can be asked is compared.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Folios, NIL, NO_CLASS, PG_LRU, PG_SWAPBACKED } from "../../lib/mm/folio.js";
import { ClassLists } from "../../lib/mm/lists.js";
import { Lruvec } from "../../lib/mm/lruvec.js";
import { Memcg } from "../../lib/mm/memcg.js";
import { Vmstat } from "../../lib/mm/vmstat.js";

const NR = 8;
const CLASSES = 3;

function newLists(mixed: boolean) {
  const folios = new Folios(NR);
  for (let i = 0; i < NR; i++) {
    const folio = folios.alloc(i, 0);
    folios.nrPages[folio] = 1 + (i % 3); // budgets and sizes are in pages: sizes must differ
    if (i % 2 === 0) folios.flags[folio]! |= PG_SWAPBACKED;
  }
  const lruvec = new Lruvec(0, new Memcg("m", 1000), 0);
  const stat = new Vmstat();
  return { folios, lruvec, stat, lists: new ClassLists(folios, lruvec, stat, CLASSES, mixed) };
}

/** The restatement: lists[type][class] of folios, newest first. */
class Model {
  readonly lists: number[][][] = [0, 1].map(() => Array.from({ length: CLASSES }, () => []));
  readonly klass = new Map<number, number>();
  readonly active = new Set<number>();
  constructor(
    private readonly typeOf: (folio: number) => number,
    private readonly pagesOf: (folio: number) => number,
    readonly mixed: boolean,
  ) {}
  list(folio: number, klass: number): number[] {
    return this.lists[this.mixed ? 0 : this.typeOf(folio)]![klass]!;
  }
  unlink(folio: number): void {
    for (const types of this.lists) {
      for (const list of types) if (list.includes(folio)) list.splice(list.indexOf(folio), 1);
    }
  }
  behind(folio: number, newer: number, klass: number): void {
    for (const types of this.lists) {
      for (const list of types) {
        if (!list.includes(newer)) continue;
        list.splice(list.indexOf(newer) + 1, 0, folio);
        this.klass.set(folio, klass);
        return;
      }
    }
  }
  pages(test: (folio: number, klass: number) => boolean): number {
    let sum = 0;
    for (const [folio, klass] of this.klass) if (test(folio, klass)) sum += this.pagesOf(folio);
    return sum;
  }
}

const OPS = [
  "add",
  "addTail",
  "addBehind",
  "remove",
  "assign",
  "move",
  "moveTail",
  "settle",
  "active",
] as const;
const step = fc.record({
  op: fc.constantFrom(...OPS),
  folio: fc.nat(NR - 1),
  other: fc.nat(NR - 1),
  klass: fc.nat(CLASSES - 1),
});

function apply(
  model: Model,
  lists: ClassLists,
  { op, folio, other, klass }: { op: string; folio: number; other: number; klass: number },
): void {
  const listed = model.klass.has(folio);
  if (op === "active") {
    if (model.mixed) return;
    const on = folio % 2 === 0;
    lists.setActive(klass, on);
    if (on) model.active.add(klass);
    else model.active.delete(klass);
    return;
  }
  if (op.startsWith("add")) {
    if (listed) return;
    const newer = model.klass.has(other) && other !== folio ? other : NIL;
    if (op === "addBehind" && newer !== NIL) model.behind(folio, newer, klass);
    else {
      if (op === "addTail") model.list(folio, klass).push(folio);
      else model.list(folio, klass).unshift(folio);
      model.klass.set(folio, klass);
    }
    if (op === "add") lists.add(folio, klass);
    else if (op === "addTail") lists.addTail(folio, klass);
    else lists.addBehind(folio, newer, klass);
    return;
  }
  if (!listed) return;
  if (op === "assign") {
    model.klass.set(folio, klass);
    lists.assign(folio, klass);
  } else if (op === "settle") {
    const home = model.klass.get(folio)!;
    expect(lists.settle(folio, klass)).toBe(home !== klass);
    if (home === klass) return;
    model.unlink(folio);
    model.list(folio, home).unshift(folio);
  } else {
    model.unlink(folio);
    model.klass.delete(folio);
    if (op === "remove") {
      lists.remove(folio);
      return;
    }
    if (op === "move") model.list(folio, klass).unshift(folio);
    else model.list(folio, klass).push(folio);
    model.klass.set(folio, klass);
    lists.move(folio, klass, op === "moveTail");
  }
}

/** A list as an array, newest first, walked from the tail by `newer`. */
function asArray(lists: ClassLists, type: number, klass: number): number[] {
  const found: number[] = [];
  for (let folio = lists.tail(type, klass); folio !== NIL && found.length <= NR; folio = lists.newer(folio)) {
    found.unshift(folio);
  }
  return found;
}

describe.each([false, true])("ClassLists, mixed=%s", (mixed) => {
  it("agrees with plain arrays after every step", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { folios, lruvec, lists } = newLists(mixed);
        const typeOf = (folio: number) => folios.type(folio);
        const pagesOf = (folio: number) => folios.nrPages[folio]!;
        const model = new Model(typeOf, pagesOf, mixed);
        for (const one of steps) {
          apply(model, lists, one);
          for (let klass = 0; klass < CLASSES; klass++) {
            for (const type of [0, 1]) {
              const array = model.lists[mixed ? 0 : type]![klass]!;
              expect(asArray(lists, type, klass), `list ${type} ${klass}`).toEqual(array);
              expect(lists.isEmpty(type, klass)).toBe(array.length === 0);
              const size = model.pages((f, k) => k === klass && (mixed || typeOf(f) === type));
              expect(lists.size(type, klass), `size ${type} ${klass}`).toBe(size);
            }
          }
          for (const type of [0, 1]) {
            const active = model.pages((f, k) => typeOf(f) === type && model.active.has(k));
            expect(lruvec.active(type), "active gauge").toBe(active);
            expect(lruvec.pages(type), "all pages").toBe(model.pages((f) => typeOf(f) === type));
          }
          for (let f = 0; f < NR; f++) {
            expect((folios.flags[f]! & PG_LRU) !== 0).toBe(model.klass.has(f));
            expect(folios.klass[f]).toBe(model.klass.get(f) ?? NO_CLASS);
          }
        }
      }),
      { numRuns: 150, seed: 11 },
    );
  });
});

describe("ClassLists", () => {
  it("counts every insertion under the lock, and strays when they are settled", () => {
    const { lists, stat } = newLists(false);
    lists.add(0, 0);
    lists.assign(0, 2); // by field alone
    expect(stat.list_move).toBe(1);
    expect(lists.settle(0, 0)).toBe(true);
    expect(stat.list_move).toBe(2);
    expect(stat.pgsorted).toBe(1);
  });

  it("refuses what would corrupt a list, naming the folio", () => {
    const { lists } = newLists(false);
    lists.add(3, 1);
    expect(() => lists.add(3, 0)).toThrow("folio 3 is already on a list");
    expect(() => lists.remove(4)).toThrow("folio 4 is not on a list");
    expect(() => lists.add(5, 3)).toThrow("no class 3 for folio 5");
    expect(() => newLists(true).lists.setActive(0, true)).toThrow("mixed lists have no active class");
  });
});
