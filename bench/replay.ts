/*
 * How fast a trace is replayed, policy by policy, beside the bare loop over the same trace (the floor: read the
 * record, test the PTE, set the accessed bit, never a fault). Rounds are interleaved, so that a noisy machine
 * hurts all alike; medians of rounds, as M accesses per CPU second and as a
 * share of the floor.
 *
 *   npm run bench -- [rounds]
 */
import * as lab from "../dist/index.js";

const ROUNDS = Number(process.argv[2] ?? 5);
const WORKLOADS = [
  { name: "zipf64k mapped, 10 % of the footprint", share: 0.1, region: "anon" },
  { name: "zipf64k mapped, 50 % of the footprint", share: 0.5, region: "anon" },
  { name: "zipf64k mapped, all fits", share: 1.1, region: "anon" },
  { name: "zipf64k through descriptors, all fits", share: 1.1, region: "file-fd" },
] as const;
const PAGES = 1 << 16;
const ACCESSES = 2_000_000;

/** The floor: every PTE is present. */
function bareLoop(records: Uint32Array, pte: Uint8Array): number {
  for (let i = 0; i < records.length; i++) {
    const slot = records[i]! & 0x3fff_ffff;
    const entry = pte[slot]!;
    if ((entry & 1) === 0) return i;
    pte[slot] = entry | 11;
  }
  return records.length;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** CPU seconds, not wall time: what other processes do to the clock stays out. */
function seconds(work: () => void): number {
  const start = process.cpuUsage();
  work();
  return process.cpuUsage(start).user / 1e6;
}

for (const { name, share, region } of WORKLOADS) {
  const trace = lab.generateTrace({
    generated: "zipf",
    params: { N: PAGES, T: ACCESSES, s: 1, pw: 0.3 },
    seed: 1,
    region,
  });
  const cell = {
    memoryMax: Math.round(PAGES * share),
    profile: "6.12",
    set: {},
    swap: "zram",
    swappiness: 60,
    seed: 1,
  } as const;
  const pte = new Uint8Array(PAGES).fill(1);
  const times = new Map<string, number[]>([["bare loop", []]]);
  const misses = new Map<string, number>();
  for (let round = 0; round <= ROUNDS; round++) {
    const note = (who: string, time: number): void => {
      if (round > 0) times.set(who, [...(times.get(who) ?? []), time]); // round 0 warms up
    };
    note(
      "bare loop",
      seconds(() => bareLoop(trace.records, pte)),
    );
    for (const [policy, make] of Object.entries(lab.policies)) {
      note(
        policy,
        seconds(() => {
          misses.set(policy, lab.simulate(cell, trace, make()).counters.nr_alloc!);
        }),
      );
    }
  }
  const speed = (who: string): number => ACCESSES / median(times.get(who)!) / 1e6;
  console.log(`\n${name}: ${ACCESSES / 1e6} M accesses, medians of ${ROUNDS} interleaved rounds`);
  console.log(
    `${"".padEnd(12)}${"M acc/s".padStart(9)}${"of floor".padStart(10)}${"misses".padStart(9)}${"ns/miss".padStart(9)}`,
  );
  for (const who of times.keys()) {
    const missed = misses.get(who);
    const nsPerMiss = missed
      ? ((median(times.get(who)!) - median(times.get("bare loop")!)) * 1e9) / missed
      : Number.NaN;
    const cells = [
      speed(who).toFixed(1).padStart(9),
      (speed(who) / speed("bare loop")).toFixed(3).padStart(10),
      (missed === undefined ? "" : `${((100 * missed) / ACCESSES).toFixed(1)} %`).padStart(9),
      (Number.isNaN(nsPerMiss) ? "" : nsPerMiss.toFixed(0)).padStart(9),
    ];
    console.log(`${who.padEnd(12)}${cells.join("")}`);
  }
}
