/*
 * Machines without a memory limit on the workload, whose memory fills as a whole: kswapd and direct reclaim, and, with two
 * nodes, demotion. Measured on 6.12 only, twice each (data/kernel/measured/global-6.12.csv, nodes-6.12.csv).
 *
 *   frames      those free when the run began, and the pages of the guest's other programs, which nobody uses any more
 *   watermarks  the kernel's defaults for what its page allocator manages
 *   swap        a disk (global), none (two nodes: what is cold moves to the second)
 *
 * How kswapd and the workload share the one CPU, and how long a write to the disk takes, are the rig's; the model has a rule
 * for the first (reclaim/kswapd.ts) and no latency. So these errors are of another size than those of a memory limit.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CellSpec, MachineSpec } from "../sim/cell.js";
import { runCell } from "../sim/run-cell.js";
import { traceDigest } from "../trace/digest.js";
import { PTRS_PER_PTE, SLOT_MASK, type Trace } from "../trace/trace.js";
import { traceOf, traceSpecOf } from "./cells.js";
import { MIN_EVENTS, rangeError, rangeOf } from "./compare.js";
import { readCsv, type TextRow } from "./csv.js";
import { withKernelNames } from "./kernel-names.js";
import { ofLruGen } from "./lru-gen.js";
import type { Setting } from "./measured.js";

/** Counters that are compared, by their names in the tables. */
export const MACHINE_COUNTERS: readonly string[] = [
  "majflt",
  "pgscan",
  "pgsteal",
  "vm_pswpout",
  "vm_pgsteal_kswapd",
  "vm_pgsteal_direct",
  "vm_pgscan_kswapd",
  "vm_pgscan_direct",
  "vm_pgactivate",
  "vm_pgrefill",
  "vm_pgdemote_kswapd",
  "vm_pgdemote_direct",
];

/** Pages that the allocator of the guests manages: 220 MiB; 320 and 448 MiB. What the kernel's image and page structs take is estimated. */
const GLOBAL_PAGES = [48_000];
const NODE_PAGES = [70_000, 112_000];

/** One counter of one machine. Plain data. */
export interface MachineRow {
  readonly machine: "one node" | "two nodes";
  readonly workload: string;
  readonly mode: number;
  readonly counter: string;
  readonly runs: number;
  readonly low: number;
  readonly high: number;
  readonly predicted: number;
  /** Distance to the range, as a share of its nearer end. */
  readonly error: number;
  /** Enough events to say something. */
  readonly counts: boolean;
}

interface Measured {
  readonly machine: MachineRow["machine"];
  readonly workload: string;
  readonly mode: number;
  readonly rows: readonly TextRow[];
}

const FOLDER = fileURLToPath(new URL("../../data/kernel/measured/", import.meta.url));

/** The measured machines, one for each workload and mode. */
export function measuredMachines(): Measured[] {
  return [
    ...group("one node", readCsv(join(FOLDER, "global-6.12.csv"))),
    ...group("two nodes", readCsv(join(FOLDER, "nodes-6.12.csv"))),
  ];
}

function group(machine: MachineRow["machine"], rows: readonly TextRow[]): Measured[] {
  const found = new Map<string, TextRow[]>();
  for (const row of rows) {
    const key = `${row.workload} ${row.mode}`;
    found.set(key, [...(found.get(key) ?? []), row]);
  }
  return [...found.values()].map((all) => ({
    machine,
    workload: all[0]!.workload!,
    mode: Number(all[0]!.mode),
    rows: all,
  }));
}

const mean = (rows: readonly TextRow[], column: string): number =>
  Math.round(rows.reduce((sum, row) => sum + Number(row[column]), 0) / rows.length);

/** The cell that stands for a measured machine. */
export function machineSpec({ machine, workload, mode, rows }: Measured): CellSpec {
  const { policy, set } = ofLruGen(mode);
  const two = machine === "two nodes";
  const pages = two ? NODE_PAGES : GLOBAL_PAGES;
  const idle = idlePages(rows);
  const free = two
    ? [mean(rows, "n0_free_start"), mean(rows, "n1_free_start")]
    : [mean(rows, "free_start") + idle];
  const memory: MachineSpec["memory"] = {
    nodes: pages.map((managed, node) => ({ pages: managed, free: free[node]! })),
    ...(two && { bind: true }),
  };
  return {
    trace: traceSpecOf(settingOf(workload, mode)),
    memoryMax: pages.reduce((sum, managed) => sum + managed, 0),
    policy,
    profile: "6.12",
    set: { ...set, ...(two && { demotion: "on" }) },
    swap: two ? "none" : "disk",
    swappiness: 60,
    seed: 1,
    machine: { memory, kernelMemory: true, pace: 1, checkpoints: 10 },
  };
}

function idlePages(rows: readonly TextRow[]): number {
  return rows[0]!.anon_start === undefined ? 0 : mean(rows, "anon_start");
}

function settingOf(workload: string, mode: number): Setting {
  return {
    kernel: "6.12",
    workload,
    mode,
    limit: 0,
    swap: "disk",
    swappiness: 60,
    opts: "",
    checkpoints: 10,
    pages: 65_536,
    seed: 12_345,
    scale: 0.25,
  };
}

/** The workload's trace after a second process has touched `idle` anonymous pages, once: the guest's other programs. */
export function withIdlePages(trace: Trace, idle: number): Trace {
  if (idle === 0) return trace;
  const { layout, records, counts, events } = trace;
  const start = layout.nrSlots;
  const nrSlots = start + Math.ceil(idle / PTRS_PER_PTE) * PTRS_PER_PTE;
  const other = layout.vmas.reduce((most, vma) => Math.max(most, vma.process + 1), 0);
  const moved = (record: number): number =>
    (record & SLOT_MASK) < start ? record : record + (nrSlots - start);
  const content = {
    layout: {
      ...layout,
      nrSlots,
      vmas: [...layout.vmas, { process: other, start, nr: idle, kind: "anon" as const }],
    },
    records: Uint32Array.from({ length: records.length + idle }, (_, i) =>
      i < idle ? start + i : moved(records[i - idle]!),
    ),
    counts: Uint32Array.from({ length: records.length + idle }, (_, i) => (i < idle ? 1 : counts[i - idle]!)),
    events: events.map((event) => ({ ...event, at: event.at + idle })),
  };
  return { ...trace, ...content, digest: traceDigest(content) };
}

/** Run every measured machine, and compare. */
export async function compareMachines(
  onProgress: (done: number, total: number) => void = () => {},
): Promise<MachineRow[]> {
  const all = measuredMachines();
  const found: MachineRow[] = [];
  for (const [done, measured] of all.entries()) {
    const trace = withIdlePages(
      traceOf(settingOf(measured.workload, measured.mode)),
      idlePages(measured.rows),
    );
    const { counters } = await runCell(machineSpec(measured), trace);
    found.push(...compareMachine(measured, withKernelNames(counters)));
    onProgress(done + 1, all.length);
  }
  return found;
}

function compareMachine(
  { machine, workload, mode, rows }: Measured,
  predicted: Readonly<Record<string, number>>,
): MachineRow[] {
  const runs = rows.map(countersOf);
  return MACHINE_COUNTERS.flatMap((counter) => {
    const range = rangeOf(runs, counter);
    const value = predicted[counter];
    if (range === undefined || value === undefined) return [];
    const { low, high } = range;
    if (high === 0 && value === 0) return [];
    const error = rangeError(low, high, value);
    return [
      {
        machine,
        workload,
        mode,
        counter,
        runs: range.runs,
        low,
        high,
        predicted: value,
        error,
        counts: high > MIN_EVENTS,
      },
    ];
  });
}

/** The counters of a row, and the sums over who reclaimed. */
function countersOf(row: TextRow): Record<string, number> {
  const counters: Record<string, number> = {};
  for (const [name, cell] of Object.entries(row)) if (cell !== "") counters[name] = Number(cell);
  counters.pgscan = counters.vm_pgscan_kswapd! + counters.vm_pgscan_direct!;
  counters.pgsteal = counters.vm_pgsteal_kswapd! + counters.vm_pgsteal_direct!;
  return counters;
}
