/*
 * `npm run measure`: replay generated workloads on a real kernel and read its counters (data/kernel/rig/README.md).
 * Progress on stderr, a table on stdout, rows in the file of --out.
 * Exit codes: 0 all runs ended, 1 the guest or the network failed, 2 the input or this machine is at fault,
 * 130 interrupted.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fetchKernel } from "../kernel/archive.js";
import { appendRows, checkContinues } from "../kernel/csv-file.js";
import { dataDisk, initramfs } from "../kernel/guest.js";
import { type MeasureOptions, readOptions, USAGE } from "../kernel/options.js";
import { isComplete, parseOutput } from "../kernel/output.js";
import { boot, failureText, writeDisks } from "../kernel/qemu.js";
import { CHECKPOINT_COLUMNS, checkpointRows, type KernelRow, RUN_COLUMNS, runRows } from "../kernel/rows.js";
import { layTraces, runLines } from "../kernel/run-list.js";
import { checkTools, ToolFailed } from "../kernel/tools.js";
import { abortOnCtrlC } from "../study/interrupted.js";
import { InputError } from "../util/error.js";

/** Seconds that a boot may take at most, and each run; usual are 15 and 3 to 15. */
const BOOT_SECONDS = 300;
const RUN_SECONDS = 180;

const say = (text: string): void => console.error(text);

const checkpointFile = (out: string): string => `${out.replace(/\.csv$/, "")}-ck.csv`;

/** What the table shows: heading, and the value of a row. */
const SHOWN: readonly (readonly [heading: string, value: (row: KernelRow) => string | number])[] = [
  ["workload", (row) => row.workload!],
  ["mode", (row) => row.mode!],
  ["limit", (row) => row.limit_pages!],
  ["rep", (row) => row.rep!],
  ["status", (row) => row.status!],
  ["majflt", (row) => row.majflt!],
  ["refaults", (row) => Number(row.workingset_refault_anon) + Number(row.workingset_refault_file)],
  ["pgscan", (row) => row.pgscan!],
  ["pgsteal", (row) => row.pgsteal!],
  ["pgactivate", (row) => row.pgactivate!],
  ["seconds", (row) => (Number(row.ms) / 1000).toFixed(1)],
];

function table(rows: readonly KernelRow[]): string {
  const texts = rows.map((row) => SHOWN.map(([, value]) => String(value(row))));
  const lines = [SHOWN.map(([heading]) => heading), ...texts];
  const widths = SHOWN.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines
    .map((line) =>
      line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  "),
    )
    .join("\n");
}

/** Lines of the console that say where the guest is. */
function guestProgress(total: number): (line: string) => void {
  return (line) => {
    const [, id, rest] = /^\[(\d+)\] (.*)$/.exec(line) ?? [];
    if (id !== undefined) say(`run ${id} of ${total}: ${rest}`);
    else if (/^(ready|FATAL)/.test(line)) say(`guest: ${line}`);
  };
}

async function replay(options: MeasureOptions, work: string, signal: AbortSignal): Promise<number> {
  const { plan, cache, out } = options;
  const { chunks, traces, size } = layTraces(plan.workloads, plan);
  const lines = runLines(plan, traces);
  const kernel = await fetchKernel(options.kernel, cache, say, signal);
  const files = {
    image: kernel.image,
    initramfs: await initramfs(kernel, cache),
    dataDisk: await dataDisk(cache),
    work,
  };
  writeDisks(work, chunks, size, lines);
  say(`booting ${kernel.release}: ${lines.length} ${lines.length === 1 ? "run" : "runs"}`);
  const timeout = options.timeout ?? BOOT_SECONDS + RUN_SECONDS * lines.length;
  const result = await boot(files, timeout, guestProgress(lines.length), signal);
  const runs = parseOutput(result.output);
  const rows = runRows(runs);
  if (rows.length > 0) console.log(table(rows));
  if (out !== undefined && rows.length > 0) {
    appendRows(out, rows, RUN_COLUMNS);
    appendRows(checkpointFile(out), checkpointRows(runs), CHECKPOINT_COLUMNS);
    say(`rows: ${out}, checkpoints: ${checkpointFile(out)}`);
  }
  if (signal.aborted) {
    say(`interrupted: ${rows.length} of ${lines.length} runs were finished`);
    return 130;
  }
  if (isComplete(result.output) && rows.length === lines.length) return 0;
  console.error(`error: ${failureText(result, rows.length, lines.length)}`);
  return 1;
}

async function measure(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(USAGE);
    return 0;
  }
  if (options.out !== undefined) {
    checkContinues(options.out, RUN_COLUMNS);
    checkContinues(checkpointFile(options.out), CHECKPOINT_COLUMNS);
  }
  checkTools();
  mkdirSync(options.cache, { recursive: true });
  const work = mkdtempSync(join(options.cache, "boot-"));
  const { signal, dispose } = abortOnCtrlC();
  const ended = new AbortController(); // no guest may outlive us
  process.once("SIGTERM", () => ended.abort());
  try {
    return await replay(options, work, AbortSignal.any([signal, ended.signal]));
  } finally {
    dispose();
    rmSync(work, { recursive: true, force: true });
  }
}

measure().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const aborted = error instanceof Error && error.name === "AbortError";
    if (aborted) say("interrupted");
    else if (error instanceof InputError || error instanceof ToolFailed) say(`error: ${error.message}`);
    else console.error(error);
    process.exitCode = error instanceof InputError ? 2 : aborted ? 130 : 1;
  },
);
