/*
 * What the relations of the switches run on. The traces are small and fixed: descriptor reads and writes alone (no page
 * table), anonymous pages alone (nothing read through a descriptor, nothing executable), and both kinds mixed in two
 * processes.
 */
import { expect } from "vitest";
import type { Settings } from "../../lib/mechanisms/settings.js";
import type { Policy } from "../../lib/reclaim/ops.js";
import { PTRS_PER_PTE, type Trace, type TraceLayout, WRITE } from "../../lib/trace/trace.js";
import { mulberry32 } from "../../lib/util/random.js";
import { type Cell, type Counters, counters, PAGES, stream } from "../sim/runs.js";
import { anonLayout, fileLayout, traceOf } from "../tiny.js";

/** Relations of some switches: what turning each must change, and what it must leave alone to the last counter. */
export type Relations<Names extends keyof Settings> = Readonly<Record<Names, () => void>>;

export type Run = (set?: Partial<Settings>, cell?: Cell) => Counters;

/** Runs of one policy over one trace, at 400 pages. */
export const on =
  (policy: () => Policy, trace: Trace): Run =>
  (set = {}, cell = {}) =>
    counters(policy(), trace, { memoryMax: 400, set, ...cell });

export const DESCRIPTORS: TraceLayout = { nrSlots: 0, vmas: [], files: [{ name: "f", nr: PAGES }] };
export const reads: Trace = traceOf(DESCRIPTORS, stream({ seed: 5, hot: 200 }));
export const writes: Trace = traceOf(
  DESCRIPTORS,
  stream({ seed: 5, hot: 200 }).map((slot, i) => (i % 3 === 0 ? slot | WRITE : slot) >>> 0),
);
/** Every page once: nothing comes back, nothing is used again. */
export const once: Trace = traceOf(
  anonLayout(PAGES),
  Array.from({ length: PAGES }, (_, i) => i),
);
export const anon: Trace = traceOf(anonLayout(PAGES), stream({ seed: 5, hot: 200 }));
export const code = (exec: boolean): Trace => traceOf(fileLayout(PAGES, exec), stream({ seed: 5, hot: 150 }));

/** Two processes with anonymous memory, and a file that both read through descriptors. Process 1 is idle after the start. */
export function mixed(idle = false): Trace {
  const nrSlots = 8 * PTRS_PER_PTE;
  const half = nrSlots / 2;
  const vmas = [0, 1].map((process) => ({ process, start: process * half, nr: 700, kind: "anon" as const }));
  const random = mulberry32(9);
  const records = Array.from({ length: 8000 }, (_, i) => {
    if (i % 5 === 0) return nrSlots + (random.int(2) === 0 ? random.int(120) : random.int(900));
    const process = idle && i > 400 ? 0 : random.int(2);
    return process * half + (random.int(3) < 2 ? random.int(150) : random.int(700));
  });
  return traceOf({ nrSlots, vmas, files: [{ name: "f", nr: 900 }] }, records);
}
export const both: Trace = mixed();

/** Counters but for the work of finding young pages. */
export function decisions(c: Counters): Counters {
  const work = /^(rmap|lookaround|walk|filter)_?|^lru_lock$|^reclaim_cpu_ns$/;
  return Object.fromEntries(Object.entries(c).filter(([name]) => !work.test(name)));
}

/** While all fits, the values of a switch are the same machine. */
export function same(policy: () => Policy, name: keyof Settings, values: readonly (string | number)[]): void {
  for (const trace of [reads, anon]) {
    const roomy = values.map((value) => on(policy, trace)({ [name]: value }, { memoryMax: 3000 }));
    for (const c of roomy) expect([c.pgscan, c.nr_alloc]).toEqual([0, roomy[0]!.nr_alloc]);
  }
}
