import fc from "fast-check";
import type { Requests } from "../../lib/trace/objects.js";
import { mulberry32 } from "../../lib/util/random.js";

/** Requests with a hot part that moves, a scan now and then, and strays. */
export function requestStream(seed: number, hot: number, nr: number, nrObjects: number): Requests {
  const random = mulberry32(seed);
  let scan = -1;
  const objects = Int32Array.from({ length: nr }, (_, i) => {
    if (scan < 0 && random.int(400) === 0) scan = random.int(nrObjects);
    if (scan >= 0 && random.int(60) === 0) scan = -1;
    if (scan >= 0 && random.int(2) === 0) return scan++ % nrObjects;
    if (random.int(4) === 0) return random.int(nrObjects);
    return (Math.floor(i / 300) * 7 + Math.min(random.int(hot), random.int(hot))) % nrObjects;
  });
  return { objects, nrObjects };
}

/** What {@link streamOf} makes a stream from: small, so that a counterexample can be read. */
export const streams: fc.Arbitrary<{ seed: number; hot: number; nr: number }> = fc.record({
  seed: fc.nat(),
  hot: fc.integer({ min: 2, max: 100 }),
  nr: fc.integer({ min: 50, max: 2500 }),
});

export const streamOf = ({ seed, hot, nr }: { seed: number; hot: number; nr: number }): Requests =>
  requestStream(seed, hot, nr, 150);
