/*
 * XXH64 of one number, in 32-bit arithmetic: the low half of the hash of its 8 bytes (little-endian, the upper four 0).
 *
 * libCacheSim hashes object numbers so. What a sketch confuses depends on nothing but the hash, so with the same one results can be
 * compared digit for digit; any other would do as well.
 *
 * Source: the XXH64 specification (Collet; xxhash_spec.md, "XXH64 algorithm description").
 */

// The primes of the specification, as upper and lower halves.
const [P1H, P1L] = [0x9e3779b1, 0x85ebca87];
const [P2H, P2L] = [0xc2b2ae3d, 0x27d4eb4f];
const [P3H, P3L] = [0x165667b1, 0x9e3779f9];
const [P4H, P4L] = [0x85ebca77, 0xc2b2ae63];
const [P5H, P5L] = [0x27d4eb2f, 0x165667c5];

/** The 64-bit number at work: two 32-bit halves. */
let hi = 0;
let lo = 0;

/** (hi, lo) *= (h, l) */
function multiply(h: number, l: number): void {
  const a0 = lo & 0xffff;
  const a1 = lo >>> 16;
  const b0 = l & 0xffff;
  const b1 = l >>> 16;
  const low = a0 * b0;
  const middle = a0 * b1 + (low >>> 16);
  const other = a1 * b0 + (middle & 0xffff);
  const carry = a1 * b1 + Math.floor(middle / 0x10000) + Math.floor(other / 0x10000);
  hi = ((carry | 0) + Math.imul(hi, l) + Math.imul(lo, h)) >>> 0;
  lo = ((other << 16) | (low & 0xffff)) >>> 0;
}

/** (hi, lo) += (h, l) */
function add(h: number, l: number): void {
  const sum = lo + l;
  hi = (hi + h + (sum > 0xffff_ffff ? 1 : 0)) >>> 0;
  lo = sum >>> 0;
}

/** Rotate to the left by 1 to 31 bits. */
function rotate(by: number): void {
  const high = hi;
  hi = ((hi << by) | (lo >>> (32 - by))) >>> 0;
  lo = ((lo << by) | (high >>> (32 - by))) >>> 0;
}

/** (hi, lo) ^= (hi, lo) >>> by, for 1 to 31 bits. */
function fold(by: number): void {
  lo = (lo ^ ((lo >>> by) | (hi << (32 - by)))) >>> 0;
  hi = (hi ^ (hi >>> by)) >>> 0;
}

/**
 * @param value - 0 to 2^32 - 1.
 * @param seed - 0 to 2^32 - 1.
 * @returns the low 32 bits of the hash.
 */
export function xxh64Low(value: number, seed: number): number {
  hi = 0;
  lo = value;
  multiply(P2H, P2L);
  rotate(31);
  multiply(P1H, P1L);
  const high = hi;
  const low = lo;
  hi = 0;
  lo = seed;
  add(P5H, P5L);
  add(0, 8); // bytes
  hi = (hi ^ high) >>> 0;
  lo = (lo ^ low) >>> 0;
  rotate(27);
  multiply(P1H, P1L);
  add(P4H, P4L);
  lo = (lo ^ (hi >>> 1)) >>> 0; // fold by 33
  multiply(P2H, P2L);
  fold(29);
  multiply(P3H, P3L);
  return (lo ^ hi) >>> 0; // fold by 32
}
