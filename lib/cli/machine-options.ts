/* The options that describe the machine around a workload, of `reclaim-lab run`: kernel memory, time, memcgs, nodes. */
import { readFileSync } from "node:fs";
import { parseJson } from "../engine/json-text.js";
import type { MachineSpec, MemcgSpec, MemorySpec } from "../sim/cell.js";
import { MOST_METADATA } from "../sim/machine.js";
import { MOST_SAMPLES } from "../sim/timeline.js";
import { inputError } from "../util/error.js";
import { maybeNumber, readList, readNumber } from "./arguments.js";

export const MACHINE_USAGE = `The machine around the workload. For rig, that of the measuring rig (data/kernel/rig); else none:
  --kernel-memory, --no-kernel-memory   page tables and page-cache nodes are charged, or not          [rig: charged]
  --pinned N              locked pages in the memcg                                 [rig: the replayer's buffers]
  --metadata N            pages of a file system that come with a file and stay                       [rig: 2]
  --pace X                slowness of the machine, 1 = the rig; off: no time passes, no timer fires   [rig: 1]
  --checkpoints N         read the statistics at so many equal parts                                  [rig: 10]
  --timeline FILE         write the state of the machine over time as .csv, .parquet, .arrow or .json: list sizes, generations,
                          tiers, memory, and refaults, scans and steals in each window; columns in lib/sim/timeline.ts
  --samples N             rows of the timeline                                                        [100]
  --fault-around BYTES    fault_around_bytes, a power of two from 4096                                [4096: off]
  --memory PAGES[,PAGES]  memory that fills as a whole, with watermarks, kswapd and direct reclaim; one number a node,
                          fastest first; --set demotion=on moves cold pages down         [endless: only memory.max]
  --low PAGES, --min PAGES  memory.low and memory.min of the workload's memcg: then it lies below the one with memory.max
  --machine FILE          all of it as JSON: a MachineSpec (lib/sim/cell.ts) with memcgs, memory, ...; options go first`;

export const MACHINE_OPTIONS = {
  "kernel-memory": { type: "boolean", default: false },
  "no-kernel-memory": { type: "boolean", default: false },
  pinned: { type: "string" },
  metadata: { type: "string" },
  pace: { type: "string" },
  checkpoints: { type: "string" },
  "fault-around": { type: "string" },
  timeline: { type: "string" },
  samples: { type: "string" },
  memory: { type: "string" },
  low: { type: "string" },
  min: { type: "string" },
  machine: { type: "string" },
} as const;

/** The options' values as parsed. */
export interface MachineValues {
  readonly "kernel-memory": boolean;
  readonly "no-kernel-memory": boolean;
  readonly pinned?: string | undefined;
  readonly metadata?: string | undefined;
  readonly pace?: string | undefined;
  readonly checkpoints?: string | undefined;
  readonly "fault-around"?: string | undefined;
  readonly timeline?: string | undefined;
  readonly samples?: string | undefined;
  readonly memory?: string | undefined;
  readonly low?: string | undefined;
  readonly min?: string | undefined;
  readonly machine?: string | undefined;
}

const PAGE = 4096;
const MAX_PAGES = 2 ** 28;
const KEYS: readonly (keyof MachineSpec)[] = [
  "kernelMemory",
  "pinned",
  "metadata",
  "loadsFirst",
  "pace",
  "phase",
  "checkpoints",
  "faultAround",
  "timeline",
  "memcgs",
  "memory",
];

function readFaultAround(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const pages = readNumber("fault-around", text, PAGE, 2 ** 21) / PAGE;
  if (Number.isInteger(Math.log2(pages))) return pages;
  inputError(`invalid --fault-around: ${text}; give bytes, a power of two from 4096`);
}

/** Samples of the timeline, if one is wanted. */
function readSamples({ timeline, samples }: MachineValues): number | undefined {
  if (timeline === undefined && samples === undefined) return undefined;
  if (timeline === undefined) inputError(`refused: --samples ${samples} without --timeline FILE`);
  if (!/\.(csv|parquet|arrow|json)$/.test(timeline)) {
    inputError(`invalid --timeline: ${timeline}; give a file that ends in .csv, .parquet, .arrow or .json`);
  }
  return readNumber("samples", samples ?? "100", 1, MOST_SAMPLES);
}

/** A machine as a file has it; what is in its parts is checked when it boots. */
function readMachineFile(path: string | undefined): MachineSpec {
  if (path === undefined) return {};
  let found: unknown;
  try {
    found = parseJson(readFileSync(path, "utf8"));
  } catch (error) {
    inputError(
      `cannot read --machine: ${path} (${(error as Error).message}); give a file with a JSON object`,
    );
  }
  if (typeof found !== "object" || found === null || Array.isArray(found)) {
    inputError(`invalid --machine: ${path} holds no JSON object; see MachineSpec in lib/sim/cell.ts`);
  }
  const unknown = Object.keys(found).find((key) => !(KEYS as readonly string[]).includes(key));
  if (unknown !== undefined) {
    inputError(`unknown key in --machine: ${unknown} (${path}); one of ${KEYS.join(", ")}`);
  }
  return found as MachineSpec;
}

function readMemory(text: string | undefined): MemorySpec | undefined {
  if (text === undefined) return undefined;
  return { nodes: readList(text).map((part) => ({ pages: readNumber("memory", part, 1, MAX_PAGES) })) };
}

/** With --low or --min, the workload is a memcg of its own below the one that --memory-max limits. */
function readProtection({ low, min }: MachineValues): MemcgSpec[] | undefined {
  if (low === undefined && min === undefined) return undefined;
  return [
    {
      name: "workload",
      processes: "all",
      low: maybeNumber("low", low, 0, MAX_PAGES) ?? 0,
      min: maybeNumber("min", min, 0, MAX_PAGES) ?? 0,
    },
  ];
}

/** The machine: `base`, then the file, then the options; undefined if there is nothing in it. */
export function readMachine(values: MachineValues, base: MachineSpec): MachineSpec | undefined {
  if (values["kernel-memory"] && values["no-kernel-memory"]) {
    inputError("refused: --kernel-memory with --no-kernel-memory; give one");
  }
  const file = readMachineFile(values.machine);
  const memcgs = readProtection(values);
  if (memcgs !== undefined && file.memcgs !== undefined) {
    inputError("refused: --low or --min with memcgs in --machine: say there which memcg it is for");
  }
  const pace =
    values.pace === undefined || values.pace === "off"
      ? undefined
      : readNumber("pace", values.pace, 1e-6, 1e6, false);
  const faultAround = readFaultAround(values["fault-around"]);
  const pinned = maybeNumber("pinned", values.pinned, 0, MAX_PAGES);
  const metadata = maybeNumber("metadata", values.metadata, 0, MOST_METADATA);
  const checkpoints = maybeNumber("checkpoints", values.checkpoints, 0, 10_000);
  const timeline = readSamples(values);
  const memory = readMemory(values.memory);
  const { pace: basePace, ...rest } = { ...base, ...file };
  const machine: MachineSpec = {
    ...(values.pace === undefined && basePace !== undefined && { pace: basePace }),
    ...rest,
    ...(values["kernel-memory"] && { kernelMemory: true }),
    ...(values["no-kernel-memory"] && { kernelMemory: false }),
    ...(pinned !== undefined && { pinned }),
    ...(metadata !== undefined && { metadata }),
    ...(pace !== undefined && { pace }),
    ...(checkpoints !== undefined && { checkpoints }),
    ...(faultAround !== undefined && { faultAround }),
    ...(timeline !== undefined && { timeline }),
    ...(memcgs !== undefined && { memcgs }),
    ...(memory !== undefined && { memory: { ...file.memory, ...memory } }),
  };
  return Object.keys(machine).length === 0 ? undefined : machine;
}

/** Pages of all nodes: where memory as a whole is what is short, memory.max need not be given. */
export function memoryPages(values: MachineValues): number | undefined {
  const nodes = readMemory(values.memory)?.nodes ?? readMachineFile(values.machine).memory?.nodes;
  return nodes?.reduce((sum, { pages }) => sum + pages, 0);
}
