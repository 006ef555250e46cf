/* `reclaim-lab study`: run a study from a file, keep its results, and say how it went. */
import { availableParallelism } from "node:os";
import { planStudy, type RanStudy, runStudy, type StudyPlan } from "../engine/study.js";
import { readStudySpec } from "../engine/study-spec.js";
import { abortOnCtrlC, StudyInterrupted } from "../study/interrupted.js";
import { factorColumn } from "../study/levels.js";
import { terminalProgress } from "../study/progress.js";
import { staleText } from "../study/results/read.js";
import type { RunOptions } from "../study/run-grid.js";
import { toTable, writeTable } from "../study/table.js";
import { inputError } from "../util/error.js";
import { parseWords, readNumber } from "./arguments.js";
import { queueOf } from "./queue-options.js";

const USAGE = `reclaim-lab study SPEC [options]

Runs the cells of a study that the results folder does not have yet, and keeps them. SPEC is a JSON file, or a module
(.mjs) whose default export is the same:

  a grid     { "name": "quick", "trace": ["sort"], "memory": [0.5], "point": { "LRU": "lru", "MGLRU": "mglru" } }
  a design   { "name": "parts", "trace": ["sort", "git"], "memory": [0.3, 0.6], "kind": "full",
               "between": { "off": "lru", "on": "mglru", "bundle": { "walk": ["walk", "Bloom filter"],
                            "placement": ["placement"], "PID": ["PID balance"] } } }
  kinds      full, leave-one-out, add-one-in, one-at-a-time ("from"), fraction ("generators"), subset and orders ("size")
  also       "seed": [0, 1], "profile": ["6.12"], "swap": ["zram"], "swappiness": [60]; "factors" instead of "between"

Before it runs it says its size, the invalid cells with the reason, what is kept, and about how long the rest takes.

  --results DIR   folder of results, shared by any number of runs            [results]
  --workers N     worker threads                                             [one a processor]
  --dry-run       say all that, and run nothing
  --out BASE      write the rows to BASE.csv and BASE.parquet
  --timeout S     longest time of a cell, in seconds                         [600]
  --redis URL     queue the cells for \`reclaim-lab worker\` on any host, whose --concurrency and --timeout count then;
                  env: the URL is in the variable RECLAIM_LAB_REDIS; see lib/queue/README.md
  --traces DIR    with --redis: a folder that workers share, for traces      [traces go through Redis]
  --slots N       with --redis: cells in Redis at a time                     [256]
  --json          one JSON object on stdout {study, design, cells, invalid, distinct, kept, estimateSeconds, ...}
                  and, unless --dry-run, {computed, cached, failed, stale, errors, notes, seconds}

Exit codes: 0 done, 1 a fault of the program, 2 bad input or no cell that can run, 3 done but some cells failed,
130 interrupted by Ctrl-C: finished cells are kept, and the same command goes on from there.`;

const OPTIONS = {
  results: { type: "string", default: "results" },
  workers: { type: "string" },
  "dry-run": { type: "boolean", default: false },
  out: { type: "string" },
  timeout: { type: "string", default: "600" },
  redis: { type: "string" },
  traces: { type: "string" },
  slots: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** Exit code of a study that came to its end with cells that are errors. */
export const SOME_FAILED = 3;
/** Exit code after Ctrl-C, as of a shell: 128 + SIGINT. */
export const INTERRUPTED = 130;
/** Errors that are told one by one. */
const MAX_ERRORS = 10;

/** The command; returns the exit code. */
export async function studyCommand(args: readonly string[]): Promise<number> {
  const { values, words } = parseWords(args, OPTIONS, 1);
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const [path] = words;
  if (path === undefined) inputError("no study: give a JSON file or a module; see --help");
  const workers =
    values.workers === undefined ? availableParallelism() : readNumber("workers", values.workers, 1, 1024);
  const timeoutMs = 1000 * readNumber("timeout", values.timeout, 0.001, 1e6, false);
  const executor = await queueOf({ redis: values.redis, traces: values.traces, slots: values.slots });
  const { signal, dispose } = abortOnCtrlC();
  const options: RunOptions = {
    results: values.results,
    workers,
    timeoutMs,
    signal,
    ...(executor !== undefined && { executor }),
    onProgress: terminalProgress(),
    onNote: (note) => console.error(note),
  };
  try {
    const plan = await planStudy(await readStudySpec(path), options);
    if (!values.json || !values["dry-run"]) console.error(plan.text);
    if (values["dry-run"] && values.json) console.log(JSON.stringify(planJson(plan)));
    const nrRunnable = plan.cells.length - (plan.design === undefined ? plan.invalid.length : 0);
    if (nrRunnable === 0) {
      const reasons = [...new Set(plan.invalid.map(({ reason }) => reason))];
      inputError(`no cell can run: all ${plan.invalid.length} are invalid (${plan.name}); ${reasons[0]}`);
    }
    if (values["dry-run"]) return 0;
    const study = await runStudy(plan, options);
    const files = values.out === undefined ? undefined : await writeTable(toTable(study), values.out);
    if (values.json) console.log(JSON.stringify({ ...planJson(plan), ...ranJson(study), files }));
    else console.log(ranText(study, values.results, files));
    return study.failed > 0 ? SOME_FAILED : 0;
  } catch (error) {
    if (!(error instanceof StudyInterrupted)) throw error;
    console.error(`\n${error.message}`);
    if (values.json) {
      const { done, total } = error;
      console.log(JSON.stringify({ interrupted: true, done, total }));
    }
    return INTERRUPTED;
  } finally {
    dispose();
  }
}

function planJson({
  name,
  design,
  cells,
  invalid,
  distinct,
  kept,
  stale,
  seconds,
  basis,
}: StudyPlan): object {
  const estimate = { estimateSeconds: seconds, estimateBasis: basis };
  const { kind, mechanisms = [], alias } = design ?? {};
  const factors = mechanisms.map((factor) => ({ ...factor, column: factorColumn(factor.name) }));
  const made = design === undefined ? null : { kind, factors, alias };
  return { study: name, design: made, cells: cells.length, invalid, distinct, kept, stale, ...estimate };
}

function ranJson({ computed, cached, failed, stale, notes, seconds, rows }: RanStudy): object {
  const errors = rows.flatMap(({ labels, error }) => (error === null ? [] : [{ labels, error }]));
  return { computed, cached, failed, stale, errors, notes, seconds };
}

function ranText(
  study: RanStudy,
  results: string,
  files: { readonly csv: string; readonly parquet: string } | undefined,
): string {
  const { plan, rows, computed, cached, failed, stale, seconds } = study;
  const nrStale = stale.reduce((sum, { cells }) => sum + cells, 0);
  const oom = rows.filter(({ status }) => status === "oom").length;
  const ejected = rows.filter(({ status }) => status === "ejected").length;
  const errors = rows.filter(({ error }) => error !== null);
  return [
    `${plan.name}: ${rows.length} cells in ${seconds.toFixed(1)} s: ${computed} computed, ${cached} from earlier runs` +
      `${oom > 0 ? `, ${oom} out of memory` : ""}${ejected > 0 ? `, ${ejected} with an ejected policy` : ""}${failed > 0 ? `, ${failed} failed` : ""}`,
    ...(nrStale > 0
      ? [
          `${nrStale} were there by other code and were computed again: ${staleText(stale)};`,
          "reclaim-lab results stale lists them, reclaim-lab results prune removes them",
        ]
      : []),
    ...errors
      .slice(0, MAX_ERRORS)
      .map(
        ({ labels, error }) => `failed: ${labels.trace}, ${labels.point}, memory ${labels.memory}: ${error}`,
      ),
    ...(errors.length > MAX_ERRORS ? [`and ${errors.length - MAX_ERRORS} more; see --json`] : []),
    `results: ${results}/current/cells.duckdb, cells.parquet; reclaim-lab results export --study ${plan.name}`,
    ...(files === undefined ? [] : [`table: ${files.csv}, ${files.parquet}`]),
  ].join("\n");
}
