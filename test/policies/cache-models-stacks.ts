/*
 * Policies whose order mixes what is here and what is gone, in a cache on ordinary arrays; see cache-models.ts.
 */
import type { CacheModel } from "./shelf.js";

/** Take an object out of an array. True if it was in. */
function drop(list: number[], object: number): boolean {
  const at = list.indexOf(object);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}

/** The stack is an array, newest first, and is pruned. */
export const lirsCache =
  (share = 0.01, remembered = 1, strict = false): CacheModel =>
  (max, exact) => {
    const stack: number[] = [];
    const q: number[] = [];
    const lir = new Set<number>();
    const used = new Set<number>();
    const hirMax = Math.max(1, Math.floor(max * share));
    const lirMax = Math.max(0, max - hirMax);
    const here = (object: number): boolean => lir.has(object) || q.includes(object);

    function prune(): void {
      while (stack.length > 0 && !lir.has(stack.at(-1)!)) stack.pop();
    }

    function demote(most: number): void {
      while (lir.size > most) {
        q.unshift(stack.pop()!);
        lir.delete(q[0]!);
        prune();
      }
    }

    /** A resident or new object on top of the stack, LIR if it was in the stack before. */
    function top(object: number, alwaysLir = false): void {
      if (drop(stack, object) || alwaysLir) lir.add(object);
      drop(q, object);
      stack.unshift(object);
      if (!lir.has(object)) q.unshift(object);
      prune();
      demote(lirMax);
    }

    function evict(coming: number): void {
      for (;;) {
        while (lir.size > 0 && used.delete(stack.at(-1)!)) top(stack.at(-1)!);
        if (q.length === 0) {
          lir.delete(stack.pop()!);
          prune();
          return;
        }
        if (!used.delete(q.at(-1)!)) break;
        top(q.at(-1)!);
      }
      q.pop();
      const ghosts = stack.filter((object) => !here(object) && object !== coming);
      for (const object of ghosts.slice(Math.floor(max * remembered))) drop(stack, object);
    }

    return (object) => {
      const hit = here(object);
      if (hit && exact) {
        const inQAlone = q.includes(object) && !stack.includes(object);
        top(object);
        if (inQAlone && !strict && hirMax > 1) demote(Math.max(0, lirMax - 1));
      } else if (hit) used.add(object);
      else {
        if (lir.size + q.length === max) evict(object);
        top(object, lir.size < lirMax);
      }
      return hit;
    };
  };
