/*
 * What real kernels were measured to do (data/kernel), as runs and cells. A cell is all repetitions of one setting: their
 * range is what the kernel's counters are worth.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CellSpec } from "../sim/cell.js";
import { inputError } from "../util/error.js";
import { readCsv, type TextRow } from "./csv.js";

/** Counters by name; those that a kernel does not have are missing. */
export type Counters = Readonly<Record<string, number>>;

/** What was set. Equal settings, one cell. */
export interface Setting {
  readonly kernel: CellSpec["profile"];
  readonly workload: string;
  /** /sys/kernel/mm/lru_gen/enabled: 0 is the traditional LRU. */
  readonly mode: number;
  /** memory.max in pages. */
  readonly limit: number;
  readonly swap: CellSpec["swap"];
  readonly swappiness: number;
  /** What else differs from the rig's defaults, such as fa=65536 (fault_around_bytes), madv=1 (MADV_RANDOM). */
  readonly opts: string;
  /** How often memory.stat was read during the run. */
  readonly checkpoints: number;
  /** Basic size and seed of the workload's generator, see `rigWorkloads`. */
  readonly pages: number;
  readonly seed: number;
  /** Factor on the length of the workload. Default: 0.5. */
  readonly scale?: number;
}

/** One run. */
export interface MeasuredRun {
  readonly version: string;
  /** "oom": the memcg's OOM killer ended it. */
  readonly status: "ok" | "oom";
  /** Pages of the anonymous region, which the replayer keeps a bit for. */
  readonly anonPages: number;
  readonly counters: Counters;
}

/** All runs of one setting. */
export interface MeasuredCell {
  readonly setting: Setting;
  readonly runs: readonly MeasuredRun[];
  /** Counters since the start, of all runs, by the accesses done. */
  readonly checkpoints: ReadonlyMap<number, readonly Counters[]>;
}

const FOLDER = fileURLToPath(new URL("../../data/kernel/", import.meta.url));
const KERNELS = ["6.1", "6.12", "7.3"] as const;
const RIG_PAGES = 16384;
const RIG_SEED = 12345;
const TEXT_COLUMNS = new Set(["kernel", "status", "boot", "workload", "swap", "opts", "fm", "gens"]);

/**
 * The measurements that the model was made with, and later repetitions of their cells.
 * @param firstRuns - Without the repetitions, whose regions lie otherwise in the address space (data/kernel/README.md).
 */
export function measuredCells(firstRuns = false): MeasuredCell[] {
  const table = (name: string): TextRow[] => readCsv(join(FOLDER, "measured", `${name}.csv`));
  return cellsOf(
    [...KERNELS, ...(firstRuns ? [] : ["repetitions"])].flatMap(table),
    [...KERNELS.map((kernel) => `${kernel}.checkpoints`), ...(firstRuns ? [] : ["repetitions-ck"])].flatMap(
      table,
    ),
  );
}

/** The measurements that were kept apart: other seeds, sizes, limits and modes. */
export function heldoutCells(): MeasuredCell[] {
  const path = join(FOLDER, "heldout.csv");
  if (!existsSync(path)) inputError(`no held-out measurements: ${path}; measure some with npm run measure`);
  const checkpoints = ["heldout-checkpoints.csv", "heldout-ck.csv"].map((name) => join(FOLDER, name));
  return cellsOf(readCsv(path), readCsv(checkpoints.find(existsSync) ?? checkpoints[0]!));
}

/** Runs and checkpoints, grouped by setting, in the order of their first run. */
export function cellsOf(runs: readonly TextRow[], checkpoints: readonly TextRow[]): MeasuredCell[] {
  interface Growing extends MeasuredCell {
    readonly runs: MeasuredRun[];
    readonly checkpoints: Map<number, Counters[]>;
  }
  const cells = new Map<string, Growing>();
  for (const row of runs) {
    const setting = settingOf(row);
    const key = JSON.stringify(setting);
    const cell: Growing = cells.get(key) ?? { setting, runs: [], checkpoints: new Map() };
    cells.set(key, cell);
    cell.runs.push({
      version: row.kernel!,
      status: row.status === "ok" ? "ok" : "oom",
      anonPages: Number(row.na),
      counters: countersOf(row),
    });
  }
  for (const row of checkpoints) {
    const accesses = Number(row.accesses);
    const at = cells.get(JSON.stringify(settingOf(row)))?.checkpoints;
    if (accesses === 0 || at === undefined) continue;
    at.set(accesses, [...(at.get(accesses) ?? []), countersOf(row)]);
  }
  return [...cells.values()];
}

function settingOf(row: TextRow): Setting {
  const opts = new Map((row.opts ?? "").split(";").map((opt) => opt.split("=") as [string, string]));
  const number = (name: string, otherwise: number): number =>
    Number(row[name] || opts.get(name) || otherwise);
  const kernel = KERNELS.find((name) => row.kernel!.startsWith(`${name}.`));
  if (kernel === undefined) inputError(`unknown kernel: ${row.kernel}; profiles are ${KERNELS.join(", ")}`);
  const inColumns = ["pages", "seed", "ck"];
  return {
    kernel,
    workload: row.workload!,
    mode: Number(row.mode),
    limit: Number(row.limit_pages),
    swap: row.swap as Setting["swap"],
    swappiness: Number(row.swpn),
    opts: [...opts]
      .filter(([name]) => name !== "" && !inColumns.includes(name))
      .map((opt) => opt.join("="))
      .join(";"),
    checkpoints: number("checkpoints", Number(opts.get("ck") ?? 10)),
    pages: number("pages", RIG_PAGES),
    seed: number("seed", RIG_SEED),
  };
}

function countersOf(row: TextRow): Counters {
  const counters: Record<string, number> = {};
  for (const [name, cell] of Object.entries(row)) {
    if (cell !== "" && !TEXT_COLUMNS.has(name)) counters[name] = Number(cell);
  }
  counters.workingset_refault = counters.workingset_refault_anon! + counters.workingset_refault_file!;
  return counters;
}
