/*
 * Who may come in: W-TinyLFU, and the filters of the admission slot in front of an LRU, on ordinary arrays; see cache-models.ts.
 * The hash is the library's.
 */
import { xxh64Low } from "../../lib/util/xxh64.js";
import type { CacheModel } from "./shelf.js";

function drop(list: number[], object: number): boolean {
  const at = list.indexOf(object);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}

const hashesOf = (page: number): [number, number] => [
  xxh64Low(page + 1, 0x12345678),
  xxh64Low(page + 1, 0x12344321),
];

interface Sketch {
  add(page: number): void;
  uses(page: number): number;
  halve(): void;
}

function sketchOf(
  size: number,
  hashes: number,
  most = Number.POSITIVE_INFINITY,
  conservative = false,
): Sketch {
  let counts: number[] = Array(Math.max(2 * hashes, Math.ceil(size))).fill(0);
  const places = (page: number): number[] => {
    const [first, step] = hashesOf(page);
    return Array.from({ length: hashes }, (_, i) => ((first + i * step) % 2 ** 32) % counts.length);
  };
  const uses = (page: number): number => Math.min(...places(page).map((at) => counts[at]!));
  return {
    uses,
    add(page) {
      const least = uses(page);
      for (const at of places(page)) {
        const counted = conservative ? counts[at] === least : true;
        if (counted && counts[at]! < most) counts[at]!++;
      }
    },
    halve() {
      counts = counts.map((count) => Math.floor(count / 2));
    },
  };
}

export const wTinylfuCache =
  (share = 0.01, strict = false): CacheModel =>
  (max, exact) => {
    const [window, probation, kept, out]: [number[], number[], number[], number[]] = [[], [], [], []];
    const seats = max - Math.max(1, Math.floor(max * share));
    const keptMax = Math.floor(seats * 0.8);
    const probationMax = strict ? seats - keptMax : Math.max(1, Math.floor(seats * 0.2));
    const sketch = sketchOf((seats * -Math.log(0.001)) / Math.LN2 ** 2, 10);
    const used = new Set<number>();
    const ofMain = new Set<number>(); // of those that are out
    let counted = 0;

    function count(object: number): void {
      sketch.add(object);
      if (++counted % Math.max(1, 32 * seats) === 0) sketch.halve();
    }

    function lose(object: number): void {
      if (drop(window, object)) ofMain.delete(object);
      else if (drop(probation, object) || drop(kept, object)) ofMain.add(object);
      out.unshift(object);
    }

    function protect(object: number): void {
      kept.unshift(object);
      if (kept.length <= keptMax) return;
      probation.unshift(kept.pop()!);
      if (probation.length > probationMax) lose(probation.at(-1)!);
    }

    function contest(): void {
      for (;;) {
        const holder = probation.at(-1) ?? kept.at(-1);
        const held = probation.length + kept.length;
        const rival = window.at(-1);
        if (rival === undefined || held > seats) {
          lose(holder!);
          return;
        }
        const free = held < seats;
        const wins = free || (holder !== undefined && sketch.uses(rival) > sketch.uses(holder));
        sketch.add(rival);
        if (!wins) {
          lose(rival);
          return;
        }
        if (!free) lose(holder!);
        drop(window, rival);
        const full = probation.length >= probationMax && kept.length < keptMax;
        (full ? kept : probation).unshift(rival);
        if (strict && !free) return;
      }
    }

    function evict(): void {
      for (;;) {
        if (out.length === 0) contest();
        const victim = out.pop()!;
        if (!used.delete(victim)) return;
        if (ofMain.has(victim)) {
          count(victim);
          protect(victim);
        } else window.unshift(victim);
      }
    }

    return (object) => {
      const list = [window, probation, kept, out].find((one) => one.includes(object));
      if (list === undefined) {
        if (window.length + probation.length + kept.length + out.length === max) evict();
        sketch.add(object);
        window.unshift(object);
      } else if (!exact) used.add(object);
      else {
        drop(list, object);
        if (list === out) sketch.add(object);
        if (list === out || list === window) window.unshift(object);
        else {
          if (list === kept) kept.unshift(object);
          else protect(object);
          count(object);
        }
      }
      return list !== undefined;
    };
  };

/** LRU behind a filter; exact. */
export const filteredLru = (filter: "doorkeeper" | "tinylfu", max: number): ((object: number) => boolean) =>
  (() => {
    const stack: number[] = [];
    const tiny = filter === "tinylfu";
    const period = (tiny ? 10 : 16) * max;
    const once = new Set<number>(); // bits of the doorkeeper
    const bits = 32 * 2 ** Math.max(0, Math.ceil(Math.log2((period * 10) / 32)));
    const more = sketchOf(16 * max, 4, 15, true);
    let left = period;
    const marks = (page: number): number[] => {
      const [first, step] = hashesOf(page);
      return Array.from({ length: 5 }, (_, i) => ((first + i * step) % 2 ** 32) % bits);
    };
    const seen = (page: number): boolean => marks(page).every((bit) => once.has(bit));
    const uses = (page: number): number => more.uses(page) + Number(seen(page));

    return (object: number) => {
      const before = seen(object);
      if (before && tiny) more.add(object);
      for (const bit of marks(object)) once.add(bit);
      if (--left === 0) {
        left = period;
        more.halve();
        once.clear();
      }
      const hit = drop(stack, object);
      if (!hit && stack.length === max) {
        if (tiny ? uses(object) <= uses(stack.at(-1)!) : !before) return false;
        stack.pop();
      }
      stack.unshift(object);
      return hit;
    };
  })();
