/*
 * Policies of several lists in a cache on ordinary arrays, newest first; see cache-models.ts.
 */
import type { CacheModel } from "./shelf.js";

/** Take an object out of an array. True if it was in. */
function drop(list: number[], object: number): boolean {
  const at = list.indexOf(object);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}

export const mruCache: CacheModel = (max, exact) => {
  const stack: number[] = [];
  return (object) => {
    const hit = stack.includes(object);
    if (hit && !exact) return true;
    if (hit) drop(stack, object);
    else if (stack.length === max) stack.shift();
    stack.unshift(object);
    return hit;
  };
};

export const slruCache =
  (nr = 4): CacheModel =>
  (max, exact) => {
    const segments: number[][] = Array.from({ length: nr }, () => []);
    const out: number[] = [];
    const used = new Set<number>();
    const most = Math.max(1, Math.floor(max / nr));

    /** True if somebody falls down to the bottom. */
    function put(object: number, at: number): boolean {
      segments[at]!.unshift(object);
      let down = false;
      for (let k = at; k > 0; k--) {
        down = segments[k]!.length > most;
        while (segments[k]!.length > most) segments[k - 1]!.unshift(segments[k]!.pop()!);
      }
      return down;
    }

    /** Where accesses are not told, what was used goes one up when it is looked at. */
    function evict(): void {
      if (out.pop() !== undefined) return;
      for (;;) {
        const from = segments.findIndex((segment) => segment.length > 0);
        const object = segments[from]!.pop()!;
        if (!used.delete(object)) return;
        put(object, Math.min(from + 1, nr - 1));
      }
    }

    return (object) => {
      const in_ = segments.findIndex((segment) => segment.includes(object));
      if (in_ >= 0 && !exact) used.add(object);
      if (in_ >= 0 && exact) {
        drop(segments[in_]!, object);
        if (put(object, Math.min(in_ + 1, nr - 1))) {
          while (segments[0]!.length > most) out.unshift(segments[0]!.pop()!);
        }
      }
      const comesBack = drop(out, object);
      if (in_ < 0 && !comesBack && segments.flat().length + out.length === max) evict();
      if (in_ < 0) {
        const room = segments.findIndex((segment) => segment.length < most);
        put(object, Math.max(room, 0));
      }
      return in_ >= 0 || comesBack;
    };
  };

export const twoQCache =
  (first = 0.25, out = 0.5): CacheModel =>
  (max, exact) => {
    const a1in: number[] = [];
    const am: number[] = [];
    const a1out: number[] = [];
    const used = new Set<number>();

    function evict(): void {
      if (a1in.length > Math.floor(max * first) || am.length === 0) {
        a1out.unshift(a1in.pop()!);
        a1out.length = Math.min(a1out.length, Math.floor(max * out));
        return;
      }
      while (used.delete(am.at(-1)!)) am.unshift(am.pop()!);
      am.pop();
    }

    return (object) => {
      if (a1in.includes(object)) return true;
      if (am.includes(object)) {
        if (!exact) used.add(object);
        else if (drop(am, object)) am.unshift(object);
        return true;
      }
      const returned = drop(a1out, object);
      if (a1in.length + am.length === max) evict();
      (returned ? am : a1in).unshift(object);
      return false;
    };
  };

/** As the paper lists its cases: ghosts are dropped before the victim is chosen. */
export const arcCache: CacheModel = (max, exact) => {
  const [t1, t2, b1, b2]: [number[], number[], number[], number[]] = [[], [], [], []];
  const used = new Set<number>();
  let p = 0;

  function replace(inB2: boolean): void {
    for (;;) {
      const once = t2.length === 0 || (t1.length > 0 && (t1.length > p || (t1.length === p && inB2)));
      const object = (once ? t1 : t2).pop()!;
      if (used.delete(object)) t2.unshift(object);
      else {
        (once ? b1 : b2).unshift(object);
        return;
      }
    }
  }

  return (object) => {
    if (t1.includes(object) || t2.includes(object)) {
      if (!exact) used.add(object);
      else {
        if (!drop(t1, object)) drop(t2, object);
        t2.unshift(object);
      }
      return true;
    }
    const full = t1.length + t2.length === max;
    if (b1.includes(object)) {
      p = Math.min(p + Math.max(b2.length / b1.length, 1), max);
      drop(b1, object);
      if (full) replace(false);
      t2.unshift(object);
    } else if (b2.includes(object)) {
      p = Math.max(p - Math.max(b1.length / b2.length, 1), 0);
      drop(b2, object);
      if (full) replace(true);
      t2.unshift(object);
    } else {
      if (full) replace(false);
      t1.unshift(object);
      b1.length = Math.min(b1.length, max - t1.length);
      b2.length = Math.min(b2.length, max - b1.length);
    }
    return false;
  };
};
