/*
 * Runs as rows of a table, with the columns of data/kernel/heldout.csv and heldout-ck.csv. Counters are differences
 * from the checkpoint before the first access; columns that end in _now are gauges, in pages.
 */
import type { CheckpointReading, KernelRun } from "./output.js";

/** One row; an empty text where the kernel has no such counter. */
export type KernelRow = Readonly<Record<string, string | number>>;

const PAGE_SHIFT = 12;
const pagesOf = (bytes: number | undefined): number | "" =>
  bytes === undefined ? "" : Math.floor(bytes / 2 ** PAGE_SHIFT);

/** Tokens that have columns of their own or only say where a trace lies; all others go to `opts`. */
const KNOWN =
  "id wl mode frac limit rep toff tcnt na nf fm stride swap swpn ck pages scale seed enabled".split(" ");

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Counters of memory.stat. */
const STAT = words(`
  workingset_refault_anon workingset_refault_file workingset_activate_anon workingset_activate_file
  workingset_restore_anon workingset_restore_file workingset_nodereclaim pgscan pgsteal pgscan_direct pgsteal_direct
  pgscan_kswapd pgsteal_kswapd pgactivate pgdeactivate pgrefill pgfault pgmajfault pswpin pswpout`);

/** Gauges of memory.stat. */
const GAUGES = words(`
  anon file swapcached file_dirty file_writeback inactive_anon active_anon inactive_file active_file unevictable
  kernel pagetables slab`);

/** Counters of the whole guest that a memcg lacks (pswpin and pswpout: before 6.13). */
const VMSTAT = words(`
  pswpin pswpout pgscan_anon pgscan_file pgsteal_anon pgsteal_file pgrotated nr_vmscan_write`);

/** Columns of {@link checkpointRows}. */
export const CHECKPOINT_COLUMNS: readonly string[] = words(`
  kernel workload pages seed mode limit_pages rep swap swpn accesses minflt majflt workingset_refault_anon
  workingset_refault_file workingset_activate_anon workingset_activate_file workingset_restore_anon
  workingset_restore_file pgscan pgsteal pgactivate pgdeactivate pgrefill vm_pswpin vm_pswpout mem_current_now
  kernel_now unevictable_now inactive_anon_now active_anon_now inactive_file_now active_file_now max_seq`);

function identity({ kernel, status, tokens }: KernelRun): KernelRow {
  const opts = Object.entries(tokens).filter(([name]) => !KNOWN.includes(name));
  const token = (name: string): string => tokens[name] ?? "";
  return {
    kernel,
    status,
    workload: token("wl"),
    pages: token("pages"),
    scale: token("scale"),
    seed: token("seed"),
    mode: token("mode"),
    frac: token("frac"),
    limit_pages: token("limit"),
    rep: token("rep"),
    checkpoints: token("ck"),
    swap: token("swap"),
    swpn: token("swpn"),
    opts: opts.map((pair) => pair.join("=")).join(";"),
    na: token("na"),
    nf: token("nf"),
    fm: token("fm"),
    stride: token("stride"),
  };
}

function reading(at: CheckpointReading, start: CheckpointReading): KernelRow {
  const row: Record<string, string | number> = { accesses: at.task.i!, ms: Math.round(at.task.ns! / 1e6) };
  for (const name of ["minflt", "majflt", "nvcsw", "nivcsw"]) row[name] = at.task[name]! - start.task[name]!;
  row.mem_current_now = pagesOf(at.memcg.current);
  row.mem_peak = pagesOf(at.memcg.peak);
  row.swap_now = pagesOf(at.memcg.swap);
  for (const name of STAT) {
    row[name] = at.stat[name] === undefined ? "" : at.stat[name] - (start.stat[name] ?? 0);
  }
  for (const name of GAUGES) row[`${name}_now`] = pagesOf(at.stat[name]);
  for (const name of VMSTAT) {
    row[`vm_${name}`] = at.vmstat[name] === undefined ? "" : at.vmstat[name] - (start.vmstat[name] ?? 0);
  }
  row.max_seq = at.generations.at(-1)?.seq ?? "";
  row.min_seq_anon = at.generations.find(({ anon }) => anon > 0)?.seq ?? "";
  row.min_seq_file = at.generations.find(({ file }) => file > 0)?.seq ?? "";
  return row;
}

const NOTHING: CheckpointReading = { task: {}, memcg: {}, stat: {}, vmstat: {}, generations: [] };

/** Columns of {@link runRows}. */
export const RUN_COLUMNS: readonly string[] = [
  ...Object.keys(identity({ kernel: "", status: "", tokens: {}, checkpoints: [] })),
  ...Object.keys(reading(NOTHING, NOTHING)),
];

/** One row a run: its last checkpoint. Runs that were killed before the first access have none. */
export function runRows(runs: readonly KernelRun[]): KernelRow[] {
  return runs
    .filter(({ checkpoints }) => checkpoints.length > 1)
    .map((run) => ({ ...identity(run), ...reading(run.checkpoints.at(-1)!, run.checkpoints[0]!) }));
}

/** One row a checkpoint but the first, with the columns that a model is compared by. */
export function checkpointRows(runs: readonly KernelRun[]): KernelRow[] {
  return runs.flatMap((run) =>
    run.checkpoints.slice(1).map((at) => {
      const row: KernelRow = { ...identity(run), ...reading(at, run.checkpoints[0]!) };
      return Object.fromEntries(CHECKPOINT_COLUMNS.map((name) => [name, row[name] ?? ""]));
    }),
  );
}
