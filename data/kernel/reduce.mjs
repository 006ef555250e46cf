// node data/kernel/reduce.mjs FOLDER : from the full tables of a measurement (FOLDER/kernel612.csv, ...) to data/kernel/measured/.
// Keeps the columns below and all runs of settings that the model can express; adds `checkpoints`. Values are copied, not computed.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

const SETTINGS =
  "kernel status boot workload mode limit_pages rep swap swpn opts checkpoints na nf fm stride accesses ms";
const TASK = "minflt majflt nvcsw nivcsw";
const STAT =
  "workingset_refault_anon workingset_refault_file workingset_activate_anon workingset_activate_file workingset_restore_anon " +
  "workingset_restore_file workingset_nodereclaim pgscan pgsteal pgactivate pgdeactivate pgrefill pgfault pgmajfault";
const GAUGES =
  "mem_current_now swap_now anon_now file_now swapcached_now file_dirty_now file_writeback_now inactive_anon_now " +
  "active_anon_now inactive_file_now active_file_now unevictable_now kernel_now pagetables_now slab_now";
const VMSTAT =
  "vm_pswpin vm_pswpout vm_pgscan_anon vm_pgscan_file vm_pgsteal_anon vm_pgsteal_file vm_pgrotated vm_nr_vmscan_write " +
  "vm_nr_dirtied vm_nr_written";
/** Of runs without a memcg, whose counters are the machine's. */
const MACHINE =
  "vm_pgscan_direct vm_pgscan_kswapd vm_pgsteal_direct vm_pgsteal_kswapd vm_pgactivate vm_pgdeactivate vm_pgrefill " +
  "vm_workingset_refault_anon vm_workingset_refault_file vm_pgdemote_direct vm_pgdemote_kswapd vm_allocstall_movable " +
  "nr_free_pages_now nr_inactive_anon_now nr_active_anon_now free_start";
const NODES = "n0_anon_now n1_anon_now n0_free_now n1_free_now n0_free_start n1_free_start";
const MGLRU = "max_seq min_seq_anon min_seq_file gens";
const RUN = [SETTINGS, TASK, STAT, GAUGES, VMSTAT, MGLRU].join(" ").split(" ");
const CHECKPOINT = [
  "kernel workload mode limit_pages rep swap swpn opts checkpoints accesses ms minflt majflt",
  STAT.replace(/ workingset_nodereclaim/, ""),
  "vm_pswpin vm_pswpout nivcsw inactive_anon_now active_anon_now inactive_file_now active_file_now",
]
  .join(" ")
  .split(" ");

/** Boots of the sensitivity table whose guest was another machine: accessed bits that are not exact (README, no pti). */
const OTHER_MACHINE = /nopti/;

function read(path) {
  const [header, ...lines] = readFileSync(path, "utf8").trim().split("\n");
  const names = header.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i], cell])));
}

/** Settings as the model knows them; undefined: it does not (sleeps between accesses). */
function settings(row, checkpoints) {
  let opts = row.opts;
  if (OTHER_MACHINE.test(row.boot) || /nap=[1-9]/.test(opts)) return undefined;
  const probe = /probe=ck(\d+)/.exec(opts);
  opts = opts
    .split(";")
    .filter((opt) => opt !== "" && opt !== "nap=0" && !opt.startsWith("probe="))
    .join(";");
  return { ...row, opts, checkpoints: probe ? probe[1] : checkpoints };
}

/** Rows of a machine without a memcg, with what was there before the first access (from the checkpoint at 0). */
function machines(name, wanted) {
  const starts = new Map(
    read(`${from}/${name}.ck.csv`)
      .filter((row) => row.accesses === "0")
      .map((row) => [[row.workload, row.mode, row.rep, row.opts].join(), row]),
  );
  return read(`${from}/${name}.csv`)
    .filter(wanted)
    .map((row) => {
      const start = starts.get([row.workload, row.mode, row.rep, row.opts].join());
      return {
        ...row,
        checkpoints: 10,
        anon_start: Number(start.nr_inactive_anon_now) + Number(start.nr_active_anon_now),
        n0_free_start: start.n0_free_now,
        n1_free_start: start.n1_free_now,
      };
    });
}

function write(path, columns, rows) {
  const text = [columns, ...rows.map((row) => columns.map((name) => row[name] ?? ""))].map((cells) =>
    cells.join(","),
  );
  writeFileSync(path, `${text.join("\n")}\n`);
  console.log(path, rows.length, "rows");
}

const from = process.argv[2];
if (from === undefined || !existsSync(from)) {
  console.error(`error: no folder of measured tables: ${from}; node data/kernel/reduce.mjs FOLDER`);
  process.exit(2);
}
const to = new URL("measured/", import.meta.url).pathname;
mkdirSync(to, { recursive: true });
const table = (name, checkpoints) =>
  read(`${from}/${name}.csv`).flatMap((row) => settings(row, checkpoints) ?? []);
for (const [version, name, more] of [
  ["6.1", "kernel61", []],
  [
    "6.12",
    "kernel612",
    [
      ["mode0_ck1_612", 1],
      ["sensitivity612", 10],
    ],
  ],
  ["7.3", "kernel734", []],
]) {
  const runs = [[name, 10], ...more].flatMap(([file, checkpoints]) => table(file, checkpoints));
  write(`${to}${version}.csv`, RUN, runs);
  const checkpoints = table(`${name}.ck`, 10).filter((row) => row.accesses !== "0");
  write(`${to}${version}.checkpoints.csv`, CHECKPOINT, checkpoints);
}

const WHOLE = [SETTINGS, TASK, VMSTAT, MACHINE].join(" ").split(" ");
write(
  `${to}global-6.12.csv`,
  [...WHOLE, "anon_start"],
  machines("global612", () => true),
);
// With promotion (numa_balancing) the model has nothing to compare.
const bound = (row) => /(^|;)bind=1/.test(row.opts);
write(`${to}nodes-6.12.csv`, [...WHOLE, ...NODES.split(" ")], machines("numa612", bound));
