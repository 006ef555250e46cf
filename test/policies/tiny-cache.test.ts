/*
 * Tiny traces in a cache of three objects, drawn; the next victim stands on the right.
 */
import { describe, expect, it } from "vitest";
import { hyperbolic, lfu, lhd, lruK, plainLru, wTinylfu } from "../../lib/policies/index.js";
import { compileLoop } from "../../lib/reclaim/cache/cache-loop.js";
import type { Policy } from "../../lib/reclaim/ops.js";
import { bootCache } from "../../lib/sim/run-cache.js";

/** What a cache loses, in order, as letters. */
function victims(policy: Policy, requests: string, max = 3, set = {}): string {
  let out = "";
  const watched: Policy = {
    ...policy,
    attach(ctx) {
      const ops = policy.attach(ctx);
      return {
        ...ops,
        evicted(folio, page) {
          out += String.fromCharCode(97 + page);
          ops.evicted?.(folio, page);
        },
      };
    },
  };
  const objects = Int32Array.from(requests, (letter) => letter.charCodeAt(0) - 97);
  compileLoop(bootCache({ memoryMax: max, set, seed: 1 }, watched, 26))(objects, 0, objects.length);
  return out;
}

describe("LFU", () => {
  /*
   *   a a a b b     a3 b2
   *   c             a3 b2 c1
   *   d   c goes    a3 b2 d1      LRU would lose a
   *   e   d goes    a3 b2 e1      each newcomer pushes out the one before
   *   e e           a3 e3 b2
   *   f   b goes    a3 e3 f1
   *   f f           a3 e3 f3: equals; a has had its three uses longest
   *   g   a goes
   */
  it("loses what was used least often, of equals the one that has had its count longest", () => {
    expect(victims(lfu(), "aaabbcdeeefffg")).toBe("cdba");
    expect(victims(plainLru(), "aaabbcdeeefffg")).toBe("abcd");
  });

  /*
   *                     aging 2: halved after every 6 uses and placings      never
   *   a a a a a a       a6                                                   a6
   *   b b c c c b       halved before the first: a3; then c3 b3              a6 b3 c3
   *   d                 equals; a has had its three longest: a goes          c goes
   */
  it("with aging, forgets what was hot once", () => {
    expect(victims(lfu({ aging: 2 }), "aaaaaabbcccbd")).toBe("a");
    expect(victims(lfu(), "aaaaaabbcccbd")).toBe("c");
  });

  /*
   *   a a a b c     a+ b c, each counted once; a bit says that a was used, not how often
   *   d             a is looked at first: one use, a2; then b goes
   *   a a a e       c goes; a is not looked at, so nobody knows
   *   f             d goes
   */
  it("counts one use for each look that finds one, where only accessed bits are seen", () => {
    expect(victims(lfu(), "aaabcdaaaef", 3, { references: "flags" })).toBe("bcd");
  });
});

describe("LRU-K", () => {
  /*
   *   a a b b c    times of the last two uses: a 2 1, b 4 3, c 5 -
   *   a            a 6 2
   *   d            c goes: it was used once only     d 7 -
   *   c            d goes; c's first use is remembered: c 8 5
   *   e            of a 6 2, b 4 3 and c 8 5, a's last use but one is furthest back: a goes, though b's last is older
   */
  it("loses what was used once, then what has its last use but one furthest back, and remembers what is gone", () => {
    expect(victims(lruK(), "aabbcadce")).toBe("cda");
    expect(victims(plainLru(), "aabbcadce")).toBe("ba");
  });

  it("is LRU with k 1; without history, pages that are gone start anew", () => {
    const requests = "abcabdaefbgacdebfa";
    expect(victims(lruK({ k: 1 }), requests)).toBe(victims(plainLru(), requests));
    expect(victims(lruK({ history: 0 }), "aabbcadce")).toBe("cdc");
  });
});

describe("hyperbolic caching", () => {
  /*
   *   a a a a a a b c    at request 9: a 6 uses in 8, b 1 in 2, c 1 in 1
   *   d                  b goes: 0.5
   *   e                  at 10: a 6 in 9, c 1 in 2, d 1 in 1: c goes
   *   d d d f            at 14: a 6 in 13, d 4 in 5, e 1 in 4: e goes
   *   f f d d f g        at 20: a 6 in 19, d 6 in 11, f 4 in 6: a has grown old, and goes
   */
  it("loses what was used at the lowest rate since it came in", () => {
    const requests = "aaaaaabcdedddfffddfg";
    expect(victims(hyperbolic(), requests)).toBe("bcea");
    expect(victims(lfu(), requests)).toBe("bcef");
  });
});

describe("LHD", () => {
  /*
   *   before the first lesson: used twice within 1024 requests 32, others 17
   *   a a b b c     a 32, b 32, c 17
   *   d             c goes       d 17
   *   e             d goes       e 17
   */
  it("starts with pages that were used twice worth more", () => {
    expect(victims(lhd(), "aabbcde")).toBe("cd");
  });

  /*
   *   Pages in pairs, x x, come and never come back; a, b and c are used once in a while, a long time apart.
   *   The rule to start with keeps pairs. A lesson on: nothing of a pair is ever used again, and pairs go.
   */
  it("learns that uses close together promise nothing, if they do not", () => {
    const objects = Array.from({ length: 60_000 }, (_, i) =>
      i % 3 === 0 ? (i / 3) % 5 : 5 + (Math.floor(i / 3) % 900),
    );
    const misses = (period: number): number => {
      const cache = bootCache({ memoryMax: 10, set: {}, seed: 1 }, lhd({ period }), 905);
      compileLoop(cache)(Int32Array.from(objects), 0, objects.length);
      return cache.misses;
    };
    expect(misses(2000)).toBeLessThan(0.8 * misses(1 << 20));
  });
});

describe("W-TinyLFU", () => {
  /*
   * Four objects: a window of one, three seats in the main cache. Uses are counted when a page is placed and when it contests.
   *
   *   a b c d    the window grows while there is room     [ d1 c1 b1 a1 ] [ ]
   *   e          a, b and c take the free seats; d has    [ e1 ] [ c2 b2 a2 ]      d goes
   *              no more uses than a, whose seat it wants
   *   f g        likewise                                 [ g1 ] [ c2 b2 a2 ]      e, f go
   *   f          f had 2 uses when it left                [ f3 ] [ c2 b2 a2 ]      g goes
   *   h          f has more than a                        [ h1 ] [ f4 c2 b2 ]      a goes
   */
  it("lets newcomers pass through the window, and remembers those that come back", () => {
    const policy = () => wTinylfu({ window: 0.25, strict: true });
    expect(victims(policy(), "abcdefgfh", 4)).toBe("defga");
    expect(victims(plainLru(), "abcdefgfh", 4)).toBe("abcd");
  });
});
