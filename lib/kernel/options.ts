/*
 * The command line of `npm run measure`.
 */
import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { inputError } from "../util/error.js";
import { FRACTION_BELOW, type RunPlan } from "./run-list.js";

/** Everything that one call of `npm run measure` is told. */
export interface MeasureOptions {
  readonly kernel: string;
  readonly plan: RunPlan;
  /** CSV file that the rows are appended to; undefined: none. */
  readonly out: string | undefined;
  readonly cache: string;
  /** Seconds for the whole boot; undefined: by the number of runs. */
  readonly timeout: number | undefined;
}

export const USAGE = `npm run measure -- --kernel 6.12 --workload zipf10_a --limit 0.5 [options]
Replay generated workloads on a real kernel in a qemu guest and read its reclaim counters.
Lists are separated by commas: all combinations are run in one boot.

  --kernel V          6.1, 6.12, 7.3, or another version in Debian's archive (6.12.117+deb12-amd64)
  --workload NAMES    zipf10_a, hotscan_f, mix_p, ...: _a anonymous, _f mapped file, _p file through a descriptor
  --limit L           memory.max: below 16 a fraction of --pages, else a number of pages
  --mode M            lru_gen/enabled: 0 (active and inactive lists), 1, 3, 5, 7        [7]
  --pages N           footprint of the workloads, in pages                             [16384]
  --scale S           factor on the number of accesses                                 [0.5]
  --seed-offset N     added to every workload's seed                                   [0]
  --reps K            repetitions                                                      [1]
  --swap S            zram, disk or none            [zram; none for a workload of a file alone]
  --swappiness N      0 to 200                                                         [60]
  --checkpoints N     how often the counters are read during a run                     [10]
  --set NAME=VALUE    a further token for the guest; may be repeated
  --out FILE.csv      append the rows there, and those of checkpoints to FILE-ck.csv
  --cache FOLDER      kernels and images          [$XDG_CACHE_HOME/reclaim-lab/rig, ~/.cache/reclaim-lab/rig]
  --timeout SECONDS   for the whole boot                                               [300 + 180 a run]
  --help              this text`;

const OPTIONS = {
  kernel: { type: "string" },
  workload: { type: "string", multiple: true },
  limit: { type: "string" },
  mode: { type: "string", default: "7" },
  pages: { type: "string", default: "16384" },
  scale: { type: "string", default: "0.5" },
  "seed-offset": { type: "string", default: "0" },
  reps: { type: "string", default: "1" },
  swap: { type: "string" },
  swappiness: { type: "string", default: "60" },
  checkpoints: { type: "string", default: "10" },
  set: { type: "string", multiple: true },
  out: { type: "string" },
  cache: { type: "string" },
  timeout: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

const SWAPS = ["zram", "disk", "none"] as const;

/** Where kernels and images are kept. */
export function defaultCache(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "reclaim-lab", "rig");
}

function readNumber(option: string, text: string, low: number, high: number, whole = true): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= low && value <= high && (!whole || Number.isInteger(value))) return value;
  const kind = whole ? "whole number" : "number";
  return inputError(`invalid --${option}: ${text}; use a ${kind} from ${low} to ${high}`);
}

const list = (text: string): string[] => text.split(",").map((part) => part.trim());

function needed(option: string, value: string | undefined, example: string): string {
  if (value !== undefined && value !== "") return value;
  return inputError(`missing option: --${option}; give for instance --${option} ${example}, or see --help`);
}

function readLimit(text: string): number {
  const limit = readNumber("limit", text, 0.01, 2 ** 20, false);
  if (limit >= FRACTION_BELOW && !Number.isInteger(limit)) {
    inputError(`invalid --limit: ${text}; use a fraction below ${FRACTION_BELOW}, or whole pages`);
  }
  return limit;
}

function readMode(text: string): number {
  const mode = readNumber("mode", text, 0, 7);
  if (mode % 2 === 0 && mode !== 0) {
    inputError(`invalid --mode: ${text}; use 0, 1, 3, 5 or 7 (without bit 1 the kernel runs as with 0)`);
  }
  return mode;
}

function readSwap(text: string | undefined): RunPlan["swap"] {
  if (text === undefined) return undefined;
  const swap = SWAPS.find((name) => name === text);
  return swap ?? inputError(`invalid --swap: ${text}; use one of ${SWAPS.join(", ")}`);
}

function readExtra(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf("=");
      if (at < 1) inputError(`invalid --set: ${text}; use NAME=VALUE, such as nap=16`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** parseArgs' errors are the user's; they end where the advice on "--" begins. */
function parse(args: readonly string[]): ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>["values"] {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
  } catch (error) {
    const text = error instanceof Error ? error.message.split(/[.\n]/, 1)[0]! : String(error);
    return inputError(`${text.charAt(0).toLowerCase()}${text.slice(1)}; see --help`);
  }
}

/**
 * Read the options; undefined if only help is wanted.
 *
 * @throws InputError that names the option, its value and what is allowed.
 */
export function readOptions(args: readonly string[]): MeasureOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const plan: RunPlan = {
    workloads: list(needed("workload", values.workload?.join(","), "zipf10_a")),
    modes: list(values.mode).map(readMode),
    limits: list(needed("limit", values.limit, "0.5")).map(readLimit),
    pages: readNumber("pages", values.pages, 256, 2 ** 18),
    scale: readNumber("scale", values.scale, 0.001, 100, false),
    seedOffset: readNumber("seed-offset", values["seed-offset"], 0, 2 ** 31),
    reps: readNumber("reps", values.reps, 1, 1000),
    swap: readSwap(values.swap),
    swappiness: readNumber("swappiness", values.swappiness, 0, 200),
    checkpoints: readNumber("checkpoints", values.checkpoints, 1, 100),
    extra: readExtra(values.set ?? []),
  };
  return {
    kernel: needed("kernel", values.kernel, "6.12"),
    plan,
    out: values.out,
    cache: values.cache ?? defaultCache(),
    timeout: values.timeout === undefined ? undefined : readNumber("timeout", values.timeout, 1, 10 ** 6),
  };
}
