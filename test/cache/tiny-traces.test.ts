/*
 * Tiny traces in a cache, drawn. Letters are objects; lists are drawn with the next candidate on the right. Hits are told.
 */
import { describe, expect, it } from "vitest";
import { car, clockPro, lecar, lirs } from "../../lib/policies/index.js";
import { compileLoop } from "../../lib/reclaim/cache/cache-loop.js";
import type { Policy } from "../../lib/reclaim/ops.js";
import { bootCache } from "../../lib/sim/run-cache.js";

/** The requests of a text in a cache of `max` objects: who was evicted, in order; those at once are in order of the letters. */
function evicted(policy: Policy, max: number, text: string): string {
  const cache = bootCache({ memoryMax: max, set: { references: "exact" }, seed: 1 }, policy, 26);
  const replay = compileLoop(cache);
  const objects = Int32Array.from(text, (letter) => letter.charCodeAt(0) - 97);
  let gone = "";
  for (let i = 0; i < objects.length; i++) {
    const before = cache.state.slice();
    replay(objects, i, i + 1);
    for (let object = 0; object < 26; object++) {
      if (before[object]! > 0 && cache.state[object] === 0) gone += String.fromCharCode(97 + object);
    }
  }
  return gone;
}

describe("LIRS, three frames, one of them for HIR", () => {
  /*
   * Capitals are LIR, n' is a ghost.
   *             stack          Q
   *   a b       B A                      room for two LIR
   *   c         c B A          c
   *   d         d c' B A       d         c goes, but stays in the stack
   *   c         C d' B         a         d goes; c is back soon: LIR, and a, at the bottom, falls into Q
   *   b         B C            a         d' is no longer above a LIR: forgotten
   *   e         e B C          e         a goes, and is no ghost: it was not in the stack
   */
  it("a ghost that returns while it is in the stack becomes LIR, and the bottom LIR falls into Q", () => {
    expect(evicted(lirs(), 3, "abcdcbe")).toBe("cda");
  });

  /*
   *   a b         B A
   *   c d e f     f e' d' c' B A    each in the one frame, one after the other
   *   a b         B A               both hit
   */
  it("a scan passes through Q and leaves LIR pages alone", () => {
    expect(evicted(lirs(), 3, "abcdefab")).toBe("cde");
  });
});

describe("CAR, three frames", () => {
  /*
   * The hand is on the right, + used, p the target of T1.
   *             T1       T2      B1      p
   *   a b c a   c b a+                   0
   *   d         d c      a       b       0    a was used: to T2; b goes
   *   b         d        b a     c       1    c goes; b returns from B1: T1 should be larger
   *   e         e        b a     d c     1
   *   f         f        b a     e d     1    T1 + B1 <= 3: c is forgotten
   *   a b                b+ a+                hit
   */
  it("what is used moves to T2 and stays; what returns moves the target", () => {
    expect(evicted(car(), 3, "abcadbefab")).toBe("bcde");
  });
});

describe("CLOCK-Pro, three frames, one of them for cold pages", () => {
  /*
   * Oldest on the left: HAND_hot is there. Capitals are hot, n' a ghost in test.
   *   a b       A B             while memory fills, what comes in is hot
   *   c         A B c
   *   d         A B c' d        c goes, in test
   *   c         A B d' C        d goes; c is back within its test: hot, and the cold may have two frames
   *   e         d' C b e        HAND_hot turns a and b cold, HAND_cold takes a, whose test is long over
   *   f         C e' f ...      HAND_cold takes b
   */
  it("a page that returns within its test becomes hot, and the coldest hot pages cold", () => {
    expect(evicted(clockPro(), 3, "abcdcef")).toBe("cdab");
  });
});

describe("LeCaR", () => {
  // Two hot objects, twice each, and a scan of others that never come back: that LRU evicts the hot ones is regretted.
  it("the expert that is wrong loses its weight", () => {
    const cache = bootCache({ memoryMax: 20, set: {}, seed: 1 }, lecar(), 4000);
    const requests = Array.from({ length: 3000 }, (_, i) => (i % 24 < 4 ? (i >> 1) % 2 : 2 + i));
    compileLoop(cache)(Int32Array.from([0, 1, 0, 1, ...requests]), 0, requests.length + 4);
    expect(cache.ops.inspect().weightOfLru).toBeLessThan(0.05);
    expect(cache.misses, "the hot stay").toBeLessThan(2500 + 2 + 30);
  });
});
