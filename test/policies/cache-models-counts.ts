/*
 * Policies that count uses or remember times, in a cache on ordinary arrays; see cache-models.ts.
 */
import { mulberry32 } from "../../lib/util/random.js";
import type { CacheModel } from "./shelf.js";

interface Counted {
  readonly object: number;
  uses: number;
}

/** Oldest arrival at its count first, so that the first of the least is the victim. */
export const lfuCache =
  (aging = 0): CacheModel =>
  (max, exact) => {
    const all: Counted[] = [];
    const used = new Set<number>();
    const period = Math.max(1, Math.floor(aging * max));
    let now = 0;

    function put(entry: Counted): void {
      if (aging > 0 && now > 0 && now % period === 0) for (const one of all) one.uses >>= 1;
      now++;
      all.push(entry);
    }

    function take(object: number): Counted {
      return all.splice(
        all.findIndex((one) => one.object === object),
        1,
      )[0]!;
    }

    function evict(): void {
      for (;;) {
        const least = Math.min(...all.map(({ uses }) => uses));
        const victim = take(all.find(({ uses }) => uses === least)!.object);
        if (!used.delete(victim.object)) return;
        victim.uses++;
        put(victim);
      }
    }

    return (object) => {
      const known = all.find((one) => one.object === object);
      if (known !== undefined && !exact) used.add(object);
      if (known !== undefined && exact) {
        if (aging > 0 && now > 0 && now % period === 0) known.uses >>= 1;
        put(take(object));
        known.uses++;
      }
      if (known !== undefined) return true;
      if (all.length === max) evict();
      put({ object, uses: 1 });
      return false;
    };
  };

/** Every object has the times of all its uses, youngest first; those that are gone, too, for as long as they are remembered. */
export const lruKCache =
  (k = 2, history = 1): CacheModel =>
  (max, exact) => {
    const all: number[] = [];
    const gone: number[] = [];
    const uses = new Map<number, number[]>();
    const used = new Set<number>();
    let now = 0;
    const use = (object: number): unknown => uses.get(object)!.unshift(++now);
    const rank = (object: number): number[] => [uses.get(object)![k - 1] ?? 0, uses.get(object)![0]!];

    function victim(): number {
      return all.reduce((worst, one) => {
        const [a, b] = [rank(worst), rank(one)];
        return a[0]! < b[0]! || (a[0] === b[0] && a[1]! < b[1]!) ? worst : one;
      });
    }

    function evict(): void {
      while (used.delete(victim())) use(victim());
      gone.unshift(...all.splice(all.indexOf(victim()), 1));
      for (const object of gone.splice(Math.floor(max * history))) uses.delete(object);
    }

    return (object) => {
      const hit = all.includes(object);
      if (hit && !exact) used.add(object);
      if (hit && exact) use(object);
      if (hit) return true;
      if (all.length === max) evict();
      const returns = gone.indexOf(object);
      if (returns >= 0) gone.splice(returns, 1);
      else uses.set(object, []);
      all.push(object);
      use(object);
      return false;
    };
  };

export const hyperbolicCache =
  (samples = 64): CacheModel =>
  (max, exact) => {
    const bag: { object: number; uses: number; since: number }[] = [];
    const used = new Set<number>();
    const random = mulberry32(1);
    let now = 0;

    function evict(): void {
      for (;;) {
        const drawn = Array.from({ length: samples }, () => bag[random.int(bag.length)]!);
        const worth = drawn.map(({ uses, since }) => uses / (now - since));
        const victim = drawn[worth.indexOf(Math.min(...worth))]!;
        const at = bag.indexOf(victim);
        const last = bag.pop()!;
        if (last !== victim) bag[at] = last;
        if (!used.delete(victim.object)) return;
        now++;
        victim.uses++;
        bag.push(victim);
      }
    }

    return (object) => {
      const known = bag.find((one) => one.object === object);
      if (known !== undefined && !exact) used.add(object);
      if (known === undefined || exact) now++;
      if (known !== undefined && exact) known.uses++;
      if (known !== undefined) return true;
      if (bag.length === max) evict();
      bag.push({ object, uses: 1, since: now });
      return false;
    };
  };
