/** A seeded source of random numbers. Whoever needs one is given one; there is no global source. */
export interface Random {
  /** The next 32 bits: an integer in [0, 2^32). */
  next32(): number;
  /** A number in [0, 1), a multiple of 2^-32. One draw. */
  rnd(): number;
  /** An integer in [0, n), for n from 1 to 2^32. One draw; the bias is below n / 2^32. */
  int(n: number): number;
}

/**
 * The mulberry32 generator (Tommy Ettinger, 2017; public domain). Equal seeds give equal numbers on every machine.
 *
 * All seeds lie on one cycle of 2^32 states, so two streams are the same numbers at different offsets; they
 * overlap only if one is drawn as far as the other's start: more than 10 million draws for seeds that differ by
 * less than 350. Good for workloads and resampling, not for secrets.
 *
 * @param seed - integer; its low 32 bits count.
 */
export function mulberry32(seed: number): Random {
  let state = seed | 0;
  function next32(): number {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }
  const rnd = (): number => next32() / 0x1_0000_0000;
  return { next32, rnd, int: (n) => Math.floor(rnd() * n) };
}

/** The integers 0 to n-1 in random order (Fisher-Yates from the top): n - 1 draws. Shape: Uint32Array[n]. */
export function permutation(random: Random, n: number): Uint32Array {
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  for (let i = n - 1; i > 0; i--) {
    const j = random.int(i + 1);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}
