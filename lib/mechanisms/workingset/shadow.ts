/*
 * A shadow: what is left of an evicted page, 30 bits in the place where the page was (mm/page-entry.ts).
 *
 *   29 .............. 5    4 .. 1   0
 *   [token: 25 bits]       [refs]   [workingset]
 *
 * `token` says when the page was evicted (the meaning is the mechanism's), `refs` how often it had been read
 * through descriptors beyond the first time, 0 to 8, `workingset` whether it had been part of the working set.
 * The kernel also packs memcg and node; here the page's owner is looked up when it comes back.
 * Differs: a 64-bit kernel's token is wider; this one comes round after 2^25 evictions or activations (128 GiB).
 * Source: mm/workingset.c, pack_shadow(), 6.12.
 */

const TOKEN_BITS = 25;
/** Tokens count modulo this. Differences of tokens are masked with it, as in the kernel. */
export const TOKEN_MASK: number = 2 ** TOKEN_BITS - 1;

export function packShadow(token: number, refs: number, workingset: boolean): number {
  return ((token & TOKEN_MASK) << 5) | ((refs & 15) << 1) | (workingset ? 1 : 0);
}

export const shadowToken = (shadow: number): number => (shadow >>> 5) & TOKEN_MASK;
export const shadowRefs = (shadow: number): number => (shadow >>> 1) & 15;
export const shadowWorkingset = (shadow: number): boolean => (shadow & 1) === 1;
