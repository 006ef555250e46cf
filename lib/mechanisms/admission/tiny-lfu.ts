/*
 * TinyLFU: a newcomer comes in if it was used more often, of late, than the one that would have to go for it.
 *
 *   request -> [ sketch: uses of every page, resident or not ]
 *   miss, memory full -> the policy's victim -- fewer uses than the newcomer? -- yes: freed, the newcomer comes in
 *                                                      `-- no: back to where it was; the newcomer is served and not kept
 *
 * It filters any policy: the policy names the victim, the filter says whether the exchange is worth it. The first use of a page
 * is kept by the doorkeeper, a bit or so; only the second reaches a counter, of 4 bits. After 10 requests for each object of
 * the cache all counts are halved, and the doorkeeper forgets.
 *
 * Source: Einziger, Friedman and Manes, TinyLFU: a highly efficient cache admission policy, ACM Trans. Storage 13(4), 2017.
 * Differs from it: 16 counters for each object of the cache, 4 of them each. Where only accessed bits are seen, hits are not
 * counted, looks that find a use are.
 */
import type { Admission } from "./admission.js";
import { SeenPages } from "./doorkeeper.js";
import { FrequencySketch } from "./frequency-sketch.js";
import type { PageHashes } from "./page-hashes.js";

/** Requests between two halvings, for each object of the cache. */
const PERIOD = 10;

export function tinyLfu(max: number, hashes: PageHashes): Admission {
  const once = new SeenPages(PERIOD * max, hashes);
  const more = new FrequencySketch({ counters: 16 * max, hashes: 4, most: 15, conservative: true }, hashes);
  let left = PERIOD * max;
  const uses = (page: number): number => more.estimate(page) + (once.has(page) ? 1 : 0);

  return {
    note(page) {
      if (once.add(page)) more.add(page);
      if (--left > 0) return;
      left = PERIOD * max;
      more.halve();
      once.clear();
    },
    wants: () => true,
    prefers: (page, victim) => uses(page) > uses(victim),
  };
}
