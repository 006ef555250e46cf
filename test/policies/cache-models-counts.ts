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

/** Tables of hits and evictions by class and age, told again without the tricks of the original. */
export const lhdCache =
  (period = 1 << 20, explorers = 0.01, samples = 32): CacheModel =>
  (max, exact) => {
    const AGES = 20_000;
    interface Tag {
      readonly object: number;
      /** Who comes in gets the folio of who went out. */
      readonly folio: number;
      lastUse: number;
      ages: [number, number];
      explorer: boolean;
    }
    const table = (): Float32Array[] => Array.from({ length: 16 }, () => new Float32Array(AGES));
    let [hits, evictions] = [table(), table()];
    const densities = table();
    for (const [k, row] of densities.entries()) row.set(row.map((_, age) => (17 + k) / (age + 1)));
    const bag: Tag[] = [];
    const newcomers: Tag[] = [];
    const used = new Set<number>();
    const random = mulberry32(1);
    let [now, lessons, shift, budget, usual, mean, weight] = [0, 0, 10, Math.floor(max * explorers), 0, 0, 0];

    const age = ({ lastUse }: Tag): number => Math.min((now - lastUse) >> shift, AGES - 1);
    const klass = ({ ages: [a, b] }: Tag): number =>
      a + b === 0 ? 15 : Math.min(15, Math.max(0, Math.ceil(Math.log2(AGES / (a + b)))));
    const worth = (tag: Tag): number =>
      age(tag) === AGES - 1 ? -1 : densities[klass(tag)]![age(tag)]! + (tag.explorer ? 1 : 0);

    function rescale(row: Float32Array, by: number): Float32Array {
      const scaled = new Float32Array(AGES);
      const last = AGES - 1;
      scaled[last] = row[last]!;
      for (let at = 0; at < last; at++) {
        if (by > 0 && at >> by < AGES >> by) scaled[at >> by]! += row[at]!;
        if (by < 0 && at >= AGES >> -by) scaled[last]! += row[at]!;
        if (by < 0) scaled[at] = row[at >> -by]! / 2 ** -by;
      }
      if (by > 0) scaled[(AGES >> by) - 1]! += (AGES >> by) << by === AGES ? row[last]! : 0;
      return scaled;
    }

    function learn(): void {
      for (const row of [...hits, ...evictions]) for (let at = 0; at < AGES; at++) row[at]! *= 0.9;
      mean = mean * 0.9 + bag.length;
      weight = weight * 0.9 + 1;
      if (lessons === 5 || lessons === 25) {
        const wanted = Math.max(1, Math.ceil(Math.log2(mean / weight / (0.01 * AGES))));
        [hits, evictions] = [hits, evictions].map((rows) =>
          rows.map((row) => rescale(row, wanted - shift)),
        ) as [Float32Array[], Float32Array[]];
        shift = wanted;
        mean *= 8;
        weight *= 8;
      }
      for (let k = 0; k < 16; k++) {
        let [toCome, ends, time] = [0, 0, 0];
        for (let at = AGES - 1; at >= 0; at--) {
          toCome += hits[k]![at]!;
          ends += hits[k]![at]! + evictions[k]![at]!;
          time += ends;
          if (at < AGES - 1) densities[k]![at] = ends > 1e-5 ? toCome / time : 0;
        }
      }
      lessons++;
    }

    function touch(tag: Tag): boolean {
      tag.lastUse = now;
      const explores = random.int(32) === 0;
      tag.explorer = explores && budget > 0 && lessons < 50;
      if (tag.explorer) budget--;
      return explores;
    }

    const tick = (): void => {
      if (++now % period === 0) learn();
    };

    function use(tag: Tag): void {
      const at = age(tag);
      hits[klass(tag)]![at]!++;
      if (tag.explorer) budget++;
      tag.ages = [at, tag.ages[0] === AGES ? 0 : tag.ages[0]];
      touch(tag);
      tick();
    }

    /** Returns the folio of who went out. */
    function evict(): number {
      for (;;) {
        const draws = lessons > 50 ? samples : Math.min(samples, 8);
        const drawn = Array.from({ length: draws }, () => bag[random.int(bag.length)]!);
        const again = (old: Tag): Tag | undefined =>
          bag.find((tag) => tag.object === old.object && (exact || tag.folio === old.folio));
        drawn.push(...newcomers.flatMap((tag) => again(tag) ?? []));
        const victim = drawn.reduce((least, one) => (worth(one) < worth(least) ? one : least));
        usual = 0.9 * usual + (1 - 0.9) * worth(victim);
        const at = bag.indexOf(victim);
        const last = bag.pop()!;
        if (last !== victim) bag[at] = last;
        if (victim.explorer) budget++;
        victim.explorer = false;
        if (!used.delete(victim.object)) {
          evictions[klass(victim)]![age(victim)]!++;
          return victim.folio;
        }
        use(victim);
        bag.push(victim);
      }
    }

    let nrNewcomers = 0;
    return (object) => {
      const known = bag.find((tag) => tag.object === object);
      if (known !== undefined && !exact) used.add(object);
      if (known !== undefined && exact) use(known);
      if (known !== undefined) return true;
      const folio = bag.length === max ? evict() : bag.length;
      const tag: Tag = { object, folio, lastUse: now, ages: [AGES, 0], explorer: false };
      bag.push(tag);
      if (!touch(tag) && worth(tag) < usual) newcomers[nrNewcomers++ % 8] = tag;
      tick();
      return false;
    };
  };
