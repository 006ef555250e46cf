import { permutation, type Random } from "../../util/random.js";

/**
 * A sampler of pages whose popularity follows Zipf's law: rank i (from 0) has weight 1/(i+1)^s, and ranks are
 * scattered over the pages by a permutation, so that popular pages are no neighbours.
 *
 * Draws n - 1 numbers for the permutation at once, then one for each page. Powers come from Math.pow, whose
 * last bit the language leaves open; the goldens in the tests tell if an engine differs.
 *
 * @param s - exponent, at least 0.
 * @param n - pages; also the length of its two tables (12 bytes a page).
 */
export function zipfPages(random: Random, s: number, n: number): () => number {
  const cumulative = new Float64Array(n);
  let total = 0;
  for (let i = 0; i < n; i++) {
    total += 1 / (i + 1) ** s;
    cumulative[i] = total;
  }
  const pageOfRank = permutation(random, n);
  return () => {
    const target = random.rnd() * total;
    let low = 0;
    let high = n - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cumulative[middle]! > target) high = middle;
      else low = middle + 1;
    }
    return pageOfRank[low]!;
  };
}
