/*
 * How long the work takes on the machine that is being predicted, so that timers fire where they would there.
 *
 * The prices are those of the measuring rig: qemu emulating one x86-64 CPU, 20 to 50 times slower than hardware. They are
 * rounded from a non-negative regression of the wall time between checkpoints on the counters of the same intervals
 * (all runs of data/kernel, on a quiet host; its other load makes single runs up to three times as slow). Only timers
 * depend on them: the 2 s flush of memcg statistics, the flusher, context switches. `npm run validate -- --pace 0.5`
 * shows how much they matter.
 */
import type { Time } from "../mm/time.js";
import type { Vmstat } from "../mm/vmstat.js";

/** Nanoseconds on the rig. */
const RIG = {
  record: 600,
  fdAccess: 25_000,
  minorFault: 35_000,
  majorFault: 35_000,
  scanned: 2_000,
  stolen: 62_000,
  swappedOut: 55_000,
  walkYoung: 200,
} as const;

/** Time from the work counted so far. @param slowness - Factor on the rig's prices. */
export function rigTime(stat: Vmstat, slowness: number): Time {
  return {
    passes: true,
    now() {
      const ns =
        RIG.record * stat.nr_record +
        RIG.fdAccess * stat.nr_fd_access +
        RIG.minorFault * (stat.pgfault - stat.pgmajfault) +
        RIG.majorFault * stat.pgmajfault +
        RIG.scanned * stat.pgscan +
        RIG.stolen * stat.pgsteal +
        RIG.swappedOut * stat.pswpout +
        RIG.walkYoung * stat.walk_young;
      return slowness * ns;
    },
    walking: () => slowness * RIG.walkYoung * stat.walk_young,
  };
}
