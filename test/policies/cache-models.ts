/*
 * Policies in a cache on ordinary arrays, newest first: what the papers say, in as few words as possible. No hooks, no
 * folios, no intrusive lists; nothing is shared with lib but the seeded random numbers.
 */
import { mulberry32 } from "../../lib/util/random.js";
import type { CacheModel } from "./shelf.js";

/** Take an object out of an array. True if it was in. */
function drop(list: number[], object: number): boolean {
  const at = list.indexOf(object);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}

export const fifoCache: CacheModel = (max) => {
  const queue: number[] = [];
  return (object) => {
    if (queue.includes(object)) return true;
    if (queue.length === max) queue.pop();
    queue.unshift(object);
    return false;
  };
};

export const clockCache: CacheModel = (max) => {
  const queue: number[] = [];
  const used = new Set<number>();
  return (object) => {
    if (queue.includes(object)) {
      used.add(object);
      return true;
    }
    if (queue.length === max) {
      while (used.delete(queue.at(-1)!)) queue.unshift(queue.pop()!);
      queue.pop();
    }
    queue.unshift(object);
    return false;
  };
};

/** Where hits are not told, the second chance at the tail is all that is left. */
export const lruCache: CacheModel = (max, exact) => {
  if (!exact) return clockCache(max, exact);
  const stack: number[] = [];
  return (object) => {
    const hit = drop(stack, object);
    if (!hit && stack.length === max) stack.pop();
    stack.unshift(object);
    return hit;
  };
};

export const sieveCache: CacheModel = (max) => {
  const queue: number[] = [];
  const used = new Set<number>();
  let hand = -1; // the object that it points to; -1: the oldest
  return (object) => {
    if (queue.includes(object)) {
      used.add(object);
      return true;
    }
    if (queue.length === max) {
      let at = hand < 0 ? queue.length - 1 : queue.indexOf(hand);
      while (used.delete(queue[at]!)) at = at === 0 ? queue.length - 1 : at - 1;
      hand = at === 0 ? -1 : queue[at - 1]!;
      queue.splice(at, 1);
    }
    queue.unshift(object);
    return false;
  };
};

export const randomCache: CacheModel = (max) => {
  const bag: number[] = [];
  const random = mulberry32(1);
  return (object) => {
    if (bag.includes(object)) return true;
    if (bag.length === max) {
      const at = random.int(bag.length);
      const last = bag.pop()!;
      if (at < bag.length) bag[at] = last;
    }
    bag.push(object);
    return false;
  };
};

export const s3FifoCache =
  (share = 0.1, remembered = 0.9, threshold = 2): CacheModel =>
  (max, exact) => {
    const small: number[] = [];
    const main: number[] = [];
    const ghosts: number[] = [];
    const uses = new Map<number, number>();
    const mainMax = max - Math.floor(max * share);
    /** Uses that a look finds: all of them, or one accessed bit. */
    const seen = (object: number): number => Math.min(uses.get(object)!, exact ? 3 : 1);

    /** One object out of the main queue. */
    function evictMain(): void {
      for (;;) {
        const object = main.pop()!;
        if (seen(object) === 0) return;
        uses.set(object, seen(object) - 1);
        main.unshift(object);
      }
    }

    /** One object out of the small queue, unless it or all of them deserve the main one. */
    function evictSmall(): void {
      while (small.length > 0) {
        const object = small.pop()!;
        if (seen(object) < (exact ? threshold : 1)) {
          ghosts.unshift(object);
          ghosts.length = Math.min(ghosts.length, Math.floor(max * remembered));
          return;
        }
        uses.set(object, 0);
        main.unshift(object);
        if (!exact) return; // looked at one by one: after each, the queues are compared again
      }
    }

    return (object) => {
      if (small.includes(object) || main.includes(object)) {
        uses.set(object, uses.get(object)! + 1);
        return true;
      }
      const returned = drop(ghosts, object);
      while (small.length + main.length === max) {
        if (main.length > mainMax || small.length === 0) evictMain();
        else evictSmall();
      }
      uses.set(object, 0);
      (returned ? main : small).unshift(object);
      return false;
    };
  };
