/* `reclaim-lab validate`: replay what real kernels were measured on, and say how far the counters are apart. */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { CellSpec, MachineSpec } from "../sim/cell.js";
import { inputError } from "../util/error.js";
import type { Overrides } from "../validate/cells.js";
import type { Comparison, Outcome } from "../validate/compare.js";
import { csvText, type PlainRow } from "../validate/csv.js";
import { heldoutCells, measuredCells } from "../validate/measured.js";
import { runCells } from "../validate/run-cells.js";
import { type Choice, choose, type Validation, validation } from "../validate/validate.js";
import { compareMachines, type MachineRow } from "../validate/whole-machine.js";
import { maybeNumber, parseOptions, readList, readNumber } from "./arguments.js";
import { readSet } from "./run-options.js";
import { statusLine } from "./status-line.js";
import { cellLines, cellTable, courseTable, machineTable, summaryText } from "./validate-text.js";

const USAGE = `reclaim-lab validate [options]

Replays every measured run of data/kernel and compares the counters. Real: the range of the repetitions. Error: distance
to that range, relative to its nearer end. Summaries take counters above 1,000 events. Predicted: the median of 7 replays
at the pace of the run, which differ in what timers had left of their periods when it began; fewer if that does not matter.

Which cells (values separated by commas; all of them, if nothing is chosen):
  --kernel 6.1,6.12,7.3   --mode 0,1,3,5,7   --limit PAGES   --swap zram,disk,none
  --workload NAME         a name, or its beginning: 'zipf*'
  --checkpoints N         cells whose statistics were read so often during the run (10; mode 0 also 1)
  --quick                 a dozen short cells of 6.12
  --machines              machines without a memory limit instead: kswapd, direct reclaim, demotion (6.12, a table of its own)
  --first-runs            measured cells without their later repetitions (data/kernel/README.md)
  --heldout               the held-out measurements instead (data/kernel/heldout.csv)

What to print:
  --columns               every counter of each cell, and its course; what is done for up to 4 cells without asking
  --csv FILE              a row for each cell and counter, as CSV
  --json                  one JSON object {summary, signs, ranks, course, unfinished, rows, points} on stdout

What if:
  --draws N               replays of a cell, odd [7]; 1 is quick, and at the rig's pace
  --pace X                slowness of the machine instead of each run's; 1 = the measuring rig, off: no time passes
  --set AXIS=VALUE        a switch in every cell (lib/sim/switches.ts); may be repeated
  --threads N             [one a processor; 0 in the source tree]

Exit codes: 0 done, however far the predictions are off, 1 a fault of the program, 2 bad input.`;

const OPTIONS = {
  kernel: { type: "string" },
  mode: { type: "string" },
  limit: { type: "string" },
  swap: { type: "string" },
  workload: { type: "string" },
  checkpoints: { type: "string" },
  quick: { type: "boolean", default: false },
  "first-runs": { type: "boolean", default: false },
  heldout: { type: "boolean", default: false },
  machines: { type: "boolean", default: false },
  columns: { type: "boolean", default: false },
  csv: { type: "string" },
  json: { type: "boolean", default: false },
  draws: { type: "string" },
  pace: { type: "string" },
  set: { type: "string", multiple: true },
  threads: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
} as const;

type Values = ReturnType<typeof parseOptions<typeof OPTIONS>>;

/** Cells up to which each is shown in full. */
const FEW = 4;
const QUICK: Choice = {
  kernel: ["6.12"],
  workload: ["zipf08_a", "hotscan_f", "zipf10_p"],
  mode: [0, 1, 3, 7],
  limit: [8192],
  swap: ["zram", "none"],
  checkpoints: [10],
};

function choiceOf(values: Values): Choice {
  const words = (text: string | undefined): string[] => (text === undefined ? [] : readList(text));
  const numbers = (option: "mode" | "limit" | "checkpoints"): number[] =>
    words(values[option]).map((text) => readNumber(option, text, 0, 2 ** 40));
  const given = {
    kernel: words(values.kernel),
    workload: words(values.workload),
    swap: words(values.swap),
    mode: numbers("mode"),
    limit: numbers("limit"),
    checkpoints: numbers("checkpoints"),
  };
  const asked = Object.fromEntries(Object.entries(given).filter(([, list]) => list.length > 0));
  return { ...(values.quick && QUICK), ...asked };
}

function overridesOf(values: Values): Overrides {
  const set: CellSpec["set"] = readSet(values.set ?? []);
  const pace = values.pace === "off" ? undefined : maybeNumber("pace", values.pace, 1e-6, 1e6, false);
  const machine = values.pace === undefined ? {} : ({ pace } as MachineSpec);
  const draws = maybeNumber("draws", values.draws, 1, 101);
  if (draws !== undefined && draws % 2 === 0)
    inputError(`invalid --draws: ${draws}; give an odd number, whose median is one of them`);
  return { set, machine, ...(draws !== undefined && { draws }) };
}

/** Threads to use: those of the built library can be started, those of TypeScript source cannot. */
function threadsOf(values: Values, cells: number): number {
  const most = import.meta.url.endsWith(".ts") || cells <= FEW ? 0 : availableParallelism();
  return maybeNumber("threads", values.threads, 0, 64) ?? (most > 1 ? most : 0);
}

/** The command; returns the exit code. */
export async function validateCommand(args: readonly string[]): Promise<number> {
  const values = parseOptions(args, OPTIONS);
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (values.machines) return machinesCommand(values);
  if (values.heldout && values["first-runs"])
    inputError("--first-runs with --heldout: those have no later repetitions");
  const all = values.heldout ? heldoutCells() : measuredCells(values["first-runs"]);
  const cells = choose(all, choiceOf(values));
  if (cells.length === 0)
    inputError(`no measured cell is like that: ${args.join(" ")}; leave out an option, or see --help`);
  const threads = threadsOf(values, cells.length);
  const outcomes = await runCells(cells, { overrides: overridesOf(values), threads, onProgress: progress() });
  const found = validation(outcomes);
  if (values.csv !== undefined) writeCsv(values.csv, found.rows);
  if (values.json) console.log(JSON.stringify(found));
  else print(outcomes, found, values.columns);
  return 0;
}

/** The machines: all of them, whatever else is chosen. */
async function machinesCommand(values: Values): Promise<number> {
  const rows = await compareMachines(progress());
  if (values.csv !== undefined) writeCsv(values.csv, rows);
  console.log(values.json ? JSON.stringify(rows) : machineTable(rows));
  return 0;
}

function print(outcomes: readonly Outcome[], found: Validation, columns: boolean): void {
  if (columns || outcomes.length <= FEW) {
    for (const outcome of outcomes) console.log(`${cellTable(outcome)}\n\n${courseTable(outcome)}\n`);
  }
  if (outcomes.length > 1) console.log(`${cellLines(found.rows)}\n`);
  console.log(summaryText(found));
}

function writeCsv(path: string, rows: readonly (Comparison | MachineRow)[]): void {
  try {
    writeFileSync(path, csvText(rows as readonly ((Comparison | MachineRow) & PlainRow)[]));
  } catch (error) {
    inputError(`cannot write table: ${path} (${(error as Error).message}); name another file`);
  }
}

/** Progress on stderr. */
function progress(): (done: number, total: number) => void {
  const line = statusLine();
  return (done, total) => (done === total ? line.end() : line.show(`${done}/${total} cells`));
}
