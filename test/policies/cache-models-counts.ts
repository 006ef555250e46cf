/*
 * Policies that count uses or remember times, in a cache on ordinary arrays; see cache-models.ts.
 */
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
