/* The options of `reclaim-lab run`, and the cell that they describe. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { CellSpec, PolicySpec, SwitchValue } from "../sim/cell.js";
import { CACHE_POLICIES, cacheName, canonicalName } from "../sim/policy-names.js";
import { inputError } from "../util/error.js";
import { LRU_GEN_ENABLED, ofLruGen } from "../validate/lru-gen.js";
import { rigMachine } from "../validate/rig-machine.js";
import { parseOptions, readNumber, readWord } from "./arguments.js";
import { cacheCell, readPolicySpec } from "./cache-options.js";
import { MACHINE_OPTIONS, MACHINE_USAGE, memoryPages, readMachine } from "./machine-options.js";
import {
  FORMAT_USAGE,
  LAYOUT_USAGE,
  type RecordedSpec,
  readTraceSpec,
  TRACE_OPTIONS,
} from "./trace-options.js";

/** Words in rows of eight. */
function inRows(words: readonly string[]): string {
  const rows = Array.from({ length: Math.ceil(words.length / 8) }, (_, i) => words.slice(8 * i, 8 * i + 8));
  return rows.map((row) => `  ${row.join(", ")}`).join(",\n");
}

export const USAGE: string = `reclaim-lab run --trace FILE --memory-max PAGES [options]

Replays a trace in a memcg with memory.max = PAGES (4 KiB each) and prints what reclaim counted.

  --trace FILE            the accesses; for parquet also the name of a trace of data/traces
${FORMAT_USAGE}
  --memory-max PAGES      memory.max; with --memory it may be left out
  --policy NAME[:JSON]    one of the policies below, with options              [lru if --lru-gen-enabled 0, else mglru]
  --module FILE           the JavaScript file that exports the policy (lib/policies/README.md); it runs on a thread of its own
  --fallback NAME[:JSON]  takes over if the policy breaks its contract                                [lru; in a cache fifo]
  --lru-gen-enabled BITS  0 lru; 1 mglru without walks; 3 with walks; 5 as 1; 7 also with non-leaf bits
  --profile K             6.1, 6.12 or 7.3                                                            [6.12]
  --swap S                zram, disk or none                                                          [zram]
  --swappiness N          0 to 200                                                                    [60]
  --set AXIS=VALUE        a switch of the policy (lib/sim/switches.ts); may be repeated
  --seed N                of what is random in a policy                                               [1]
  --mode M                kernel, or cache: PAGES are objects, each record is a request, a miss evicts one object; counts
                          requests and misses; --policy lru is the textbook's there (plain-lru; the kernel's two lists:
                          active-inactive; in the spec, as in all cells, these are lru), min the bound of caches that keep
                          what they miss, worked out from what is to come; --set references=flags: hits only mark
                          objects; --set admission=tinylfu or doorkeeper: a filter in front of the policy; options of
                          kernels and machines do not apply                                           [kernel]
  --json                  one JSON object {spec, status, counters, memcgs, checkpoints} on stdout, nothing else there

${LAYOUT_USAGE}

${MACHINE_USAGE}

Policies (min in cache mode only):
${inRows(CACHE_POLICIES)}

status is "ok", "oom" where the kernel's OOM killer would act, or "ejected" where a policy broke its contract and another took
over (a warning on stderr says why); all exit with 0. 2: bad input. 1: a fault of ours.`;

const OPTIONS = {
  trace: { type: "string" },
  "memory-max": { type: "string" },
  policy: { type: "string" },
  module: { type: "string" },
  fallback: { type: "string" },
  "lru-gen-enabled": { type: "string" },
  mode: { type: "string", default: "kernel" },
  profile: { type: "string" },
  swap: { type: "string" },
  swappiness: { type: "string" },
  set: { type: "string", multiple: true },
  seed: { type: "string", default: "1" },
  json: { type: "boolean", default: false },
  ...TRACE_OPTIONS,
  ...MACHINE_OPTIONS,
  help: { type: "boolean", short: "h", default: false },
} as const;

const PROFILES = ["6.1", "6.12", "7.3"] as const;
const SWAPS = ["zram", "disk", "none"] as const;

type Values = ReturnType<typeof parseOptions<typeof OPTIONS>>;

/** What the command line asks for. */
export interface RunRequest {
  readonly json: boolean;
  readonly trace: RecordedSpec;
  /** File that the timeline goes to, if one is wanted. */
  readonly timeline?: string;
  /** The cell, once it is known how many anonymous pages the trace has. */
  cell(anonPages: number): CellSpec;
}

function needed(option: string, value: string | undefined, example: string): string {
  if (value !== undefined && value !== "") return value;
  inputError(`missing option: --${option}; give for instance --${option} ${example}, or see --help`);
}

/** AXIS=VALUE, where a value may be a number, true, false, or a word. */
export function readSet(texts: readonly string[]): Record<string, SwitchValue> {
  const set: Record<string, SwitchValue> = {};
  for (const text of texts) {
    const at = text.indexOf("=");
    if (at < 1) inputError(`invalid --set: ${text}; give AXIS=VALUE, such as walk=off`);
    const [axis, value] = [text.slice(0, at), text.slice(at + 1)];
    if (Object.hasOwn(set, axis))
      inputError(`--set ${axis} given twice: ${set[axis]} and ${value}; give one`);
    const number = value.trim() === "" ? Number.NaN : Number(value);
    if (value === "true" || value === "false") set[axis] = value === "true";
    else set[axis] = Number.isNaN(number) ? value : number;
  }
  return set;
}

/** The policy of --policy and --module. */
function namedPolicy({ policy, module, mode }: Values): PolicySpec {
  if (module === undefined) {
    if (policy === undefined) return ofLruGen(7).policy;
    return readPolicySpec(policy, mode === "cache" ? cacheName : canonicalName);
  }
  const spec = readPolicySpec(needed("policy", policy, "mine"), (name) => name);
  return { ...spec, module: pathToFileURL(resolve(module)).href };
}

/** Policy and switches, from --policy, --lru-gen-enabled and --set, which must not contradict each other. */
function readPolicy(values: Values): Pick<CellSpec, "policy" | "set"> {
  const set = readSet(values.set ?? []);
  const text = values["lru-gen-enabled"];
  if (text === undefined) {
    return { policy: namedPolicy(values), set };
  }
  const bits = Number(readWord("lru-gen-enabled", text, LRU_GEN_ENABLED.map(String)));
  const meant = ofLruGen(bits);
  if (values.policy !== undefined && values.policy !== meant.policy.name) {
    inputError(
      `refused: --policy ${values.policy} with --lru-gen-enabled ${bits}: that value means ${meant.policy.name}; ` +
        "leave one of them out",
    );
  }
  for (const [axis, value] of Object.entries(meant.set)) {
    if (Object.hasOwn(set, axis) && set[axis] !== value) {
      inputError(
        `refused: --set ${axis}=${set[axis]} with --lru-gen-enabled ${bits}: that means ${axis}=${value}`,
      );
    }
  }
  return { policy: meant.policy, set: { ...meant.set, ...set } };
}

/**
 * Read the options; undefined if only help is wanted.
 * @throws InputError that names the option, its value and what is allowed.
 */
export function readRunOptions(args: readonly string[]): RunRequest | undefined {
  const values = parseOptions(args, OPTIONS);
  if (values.help) return undefined;
  const { format, trace } = readTraceSpec(needed("trace", values.trace, "accesses.bin"), values);
  const common = {
    trace,
    memoryMax:
      values["memory-max"] === undefined && memoryPages(values) !== undefined
        ? memoryPages(values)!
        : readNumber("memory-max", needed("memory-max", values["memory-max"], "8192"), 1, 2 ** 40),
    ...readPolicy(values),
    ...(values.fallback !== undefined && {
      fallback: readPolicySpec(values.fallback, values.mode === "cache" ? cacheName : canonicalName),
    }),
    seed: readNumber("seed", values.seed, 0, 2 ** 32 - 1),
  };
  if (readWord("mode", values.mode, ["kernel", "cache"]) === "cache") {
    const cell = cacheCell(values, common);
    return { json: values.json, trace, cell: () => cell };
  }
  const cell = {
    ...common,
    profile: readWord("profile", values.profile ?? "6.12", PROFILES),
    swap: readWord("swap", values.swap ?? "zram", SWAPS),
    swappiness: readNumber("swappiness", values.swappiness ?? "60", 0, 200),
  };
  readMachine(values, {}); // what is wrong with it is said before the trace is read
  return {
    json: values.json,
    trace,
    ...(values.timeline !== undefined && { timeline: values.timeline }),
    cell(anonPages) {
      const machine = readMachine(values, format === "rig" ? rigMachine(anonPages) : {});
      return { ...cell, ...(machine !== undefined && { machine }) };
    },
  };
}
