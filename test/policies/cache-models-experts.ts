/*
 * Policies that weigh what they are told or have learnt, in a cache on ordinary arrays; see cache-models.ts.
 */
import { mulberry32 } from "../../lib/util/random.js";
import type { CacheModel } from "./shelf.js";

/** Take an object out of an array. True if it was in. */
function drop(list: number[], object: number): boolean {
  const at = list.indexOf(object);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}

/** Equals of LFU leave in order of their last use. */
export const lecarCache =
  (rate = 0.45, weight = 0.5): CacheModel =>
  (max, exact) => {
    const stack: number[] = []; // newest first
    const uses = new Map<number, number>();
    const lastUse = new Map<number, number>();
    const used = new Set<number>();
    const ghosts: { object: number; at: number }[][] = [[], []]; // of LRU, of LFU; newest first
    const weights = [weight, 1 - weight];
    const random = mulberry32(1);
    let now = 0;

    function evict(): void {
      for (;;) {
        const oldest = stack.at(-1)!;
        const [least] = [...stack].sort(
          (a, b) => uses.get(a)! - uses.get(b)! || lastUse.get(a)! - lastUse.get(b)!,
        );
        const expert = oldest !== least && random.rnd() >= weights[0]! ? 1 : 0;
        const object = expert === 1 ? least! : oldest;
        drop(stack, object);
        if (!used.delete(object)) {
          if (oldest !== least) ghosts[expert]!.unshift({ object, at: now });
          ghosts[expert]!.length = Math.min(ghosts[expert]!.length, Math.floor(max / 2));
          return;
        }
        use(object);
      }
    }

    function use(object: number): void {
      drop(stack, object);
      stack.unshift(object);
      uses.set(object, uses.get(object)! + 1);
      lastUse.set(object, ++now);
    }

    return (object) => {
      const hit = stack.includes(object);
      if (hit && !exact) used.add(object);
      if (hit && exact) use(object);
      if (hit) return true;
      for (const [expert, list] of ghosts.entries()) {
        const at = list.findIndex((ghost) => ghost.object === object);
        if (at < 0) continue;
        const t = now - list[at]!.at;
        list.splice(at, 1);
        if (rate === 0) continue;
        weights[expert] = weights[expert]! * Math.exp(-rate * (0.005 ** (1 / max)) ** t) + 1e-10;
        const sum = weights[0]! + weights[1]! + 2e-10;
        weights[expert] = weights[expert]! / sum;
        weights[1 - expert] = (weights[1 - expert]! + 1e-10) / sum;
      }
      if (stack.length === max) evict();
      uses.set(object, 0);
      use(object);
      return false;
    };
  };

/** Equals leave in order of their last use. */
export const getScanCache =
  (share = 0.01, isScan: (object: number) => boolean = () => false): CacheModel =>
  (max, exact) => {
    const here = new Map<number, { uses: number; lastUse: number }>();
    const used = new Set<number>();
    let now = 0;

    function use(object: number): void {
      here.set(object, { uses: (here.get(object)?.uses ?? 0) + 1, lastUse: ++now });
    }

    function evict(): void {
      for (;;) {
        const scans = [...here.keys()].filter(isScan);
        const gets = [...here.keys()].filter((object) => !isScan(object));
        const candidates = scans.length > Math.floor(max * share) || gets.length === 0 ? scans : gets;
        const least = candidates.reduce((a, b) => {
          const [x, y] = [here.get(a)!, here.get(b)!];
          return (x.uses - y.uses || x.lastUse - y.lastUse) > 0 ? b : a;
        });
        if (!used.delete(least)) {
          here.delete(least);
          return;
        }
        use(least);
      }
    }

    return (object) => {
      const hit = here.has(object);
      if (hit && !exact) used.add(object);
      if (hit && exact) use(object);
      if (hit) return true;
      if (here.size === max) evict();
      use(object);
      return false;
    };
  };
