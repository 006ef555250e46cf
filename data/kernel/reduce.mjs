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
