import fc from "fast-check";
import { expect, it } from "vitest";
import { xxh64Low } from "../../lib/util/xxh64.js";

const MASK = (1n << 64n) - 1n;
const rotate = (x: bigint, by: bigint): bigint => ((x << by) | (x >> (64n - by))) & MASK;

/** The same with 64-bit numbers, as the specification has it. */
function reference(value: number, seed: number): number {
  const [p1, p2, p3] = [0x9e3779b185ebca87n, 0xc2b2ae3d27d4eb4fn, 0x165667b19e3779f9n];
  const [p4, p5] = [0x85ebca77c2b2ae63n, 0x27d4eb2f165667c5n];
  let hash = (BigInt(seed) + p5 + 8n) & MASK;
  hash ^= (rotate((BigInt(value) * p2) & MASK, 31n) * p1) & MASK;
  hash = (rotate(hash, 27n) * p1 + p4) & MASK;
  hash = ((hash ^ (hash >> 33n)) * p2) & MASK;
  hash = ((hash ^ (hash >> 29n)) * p3) & MASK;
  return Number((hash ^ (hash >> 32n)) & 0xffffffffn);
}

it("is XXH64 of 8 bytes", () => {
  const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  fc.assert(
    fc.property(word, word, (value, seed) => {
      expect(xxh64Low(value, seed)).toBe(reference(value, seed));
    }),
    { numRuns: 2000, seed: 3 },
  );
  for (const value of [0, 1, 2 ** 31, 2 ** 32 - 1]) {
    for (const seed of [0, 1, 2 ** 32 - 1]) expect(xxh64Low(value, seed)).toBe(reference(value, seed));
  }
});
