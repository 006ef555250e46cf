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

/** As the paper lists its cases. Clocks are arrays whose hand is at the end. */
export const carCache: CacheModel = (max) => {
  const [t1, t2, b1, b2]: [number[], number[], number[], number[]] = [[], [], [], []];
  const used = new Set<number>();
  let p = 0;

  function replace(): void {
    for (;;) {
      const [t, b] = t1.length >= Math.max(1, p) ? [t1, b1] : [t2, b2];
      const object = t.pop()!;
      if (!used.delete(object)) {
        b.unshift(object);
        return;
      }
      t2.unshift(object);
    }
  }

  return (object) => {
    if (t1.includes(object) || t2.includes(object)) {
      used.add(object);
      return true;
    }
    const remembered = b1.includes(object) || b2.includes(object);
    if (t1.length + t2.length === max) {
      replace();
      if (!remembered && t1.length + b1.length === max) b1.pop();
      else if (!remembered && t1.length + t2.length + b1.length + b2.length === 2 * max) b2.pop();
    }
    if (b1.includes(object)) p = Math.min(p + Math.max(1, b2.length / b1.length), max);
    else if (remembered) p = Math.max(p - Math.max(1, b1.length / b2.length), 0);
    if (!drop(b1, object)) drop(b2, object);
    (remembered ? t2 : t1).unshift(object);
    return false;
  };
};

interface OnClock {
  readonly object: number;
  hot: boolean;
  inTest: boolean;
  here: boolean;
}

/** The circle is an array, oldest first; HAND_hot is at its start. */
export const clockProCache =
  (cold = 0.01): CacheModel =>
  (max) => {
    const circle: OnClock[] = [];
    const used = new Set<number>();
    let coldMax = Math.max(1, Math.floor(max * cold));
    let handCold: OnClock | undefined;
    let handTest: OnClock | undefined;
    let filling = true;
    const isCold = ({ here, hot }: OnClock): boolean => here && !hot;

    function adapt(by: number): void {
      coldMax = Math.max(1, Math.min(coldMax + by, max - 1));
    }

    /** Also HAND_test moves on, if it was there. */
    function leave(entry: OnClock): void {
      const at = circle.indexOf(entry);
      if (handTest === entry) handTest = circle[at + 1];
      circle.splice(at, 1);
    }

    function endTest(entry: OnClock): void {
      if (entry.hot || !entry.inTest) return;
      entry.inTest = false;
      if (!entry.here) leave(entry);
      adapt(-1);
    }

    /** HAND_hot, up to the next hot entry that is not used. */
    function coolOne(): void {
      for (;;) {
        const entry = circle[0]!;
        endTest(entry);
        if (!entry.here) continue;
        leave(entry);
        circle.push(entry);
        if (!entry.hot || used.delete(entry.object)) continue;
        entry.hot = false;
        return;
      }
    }

    /** What HAND_cold is at; it moves on to the next cold entry, round the circle. */
    function nextCold(): OnClock {
      const entry = handCold ?? circle.find(isCold)!;
      const at = circle.indexOf(entry);
      handCold = [...circle.slice(at + 1), ...circle.slice(0, at)].find(isCold);
      return entry;
    }

    function evict(): void {
      filling = false;
      for (;;) {
        while (circle.filter(({ hot }) => hot).length > (circle.some(isCold) ? max - coldMax : 0)) coolOne();
        const entry = nextCold();
        if (!used.delete(entry.object)) {
          entry.here = false;
          if (!entry.inTest) leave(entry);
          return;
        }
        if (entry.inTest) adapt(1);
        entry.hot = entry.inTest;
        entry.inTest = !entry.inTest;
        leave(entry);
        circle.push(entry);
      }
    }

    return (object) => {
      if (circle.some((entry) => entry.object === object && entry.here)) {
        used.add(object);
        return true;
      }
      if (circle.filter(({ here }) => here).length === max) evict();
      const ghost = circle.find((entry) => entry.object === object);
      if (ghost !== undefined) {
        adapt(1);
        leave(ghost);
      }
      while (circle.filter(({ here }) => !here).length > max) {
        handTest ??= circle[0];
        const entry = handTest!;
        handTest = circle[circle.indexOf(entry) + 1];
        endTest(entry);
      }
      const first = filling && circle.filter(({ hot }) => hot).length < max - coldMax;
      const hot = first || ghost !== undefined;
      circle.push({ object, hot, inTest: !hot, here: true });
      return false;
    };
  };
