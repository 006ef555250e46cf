import { basename, isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { CellSpec, PolicySpec, SwitchValue } from "../sim/cell.js";
import type { TraceSpec } from "../trace/spec.js";
import { nrPages, pageOfSlot, SLOT_MASK, type Trace } from "../trace/trace.js";
import { inputError } from "../util/error.js";
import { checkAxes } from "./grid-check.js";
import type { Levels } from "./levels.js";
import { drawRecorded } from "./seeds.js";

/** A policy with its switches: one point of an ablation. */
export interface Point {
  /** A policy of this package by name, or anyone's by module. */
  readonly policy: string | PolicySpec;
  /** Switches that differ from the policy's defaults. */
  readonly set?: Readonly<Record<string, SwitchValue>>;
  /** Name of the point that this one is compared with; becomes a label. Default: itself. */
  readonly base?: string;
  /** What it is, in a sentence, for the reader of the notebook; not part of a cell. */
  readonly text?: string;
}

/** The axes of a study. Each needs at least one value, and no value twice. */
export interface Axes {
  /** Traces, under names of your choice, or as a list: a string names a recorded trace. */
  readonly trace: readonly (string | TraceSpec)[] | Readonly<Record<string, string | TraceSpec>>;
  /** Memory limits as shares of the trace's footprint (distinct pages that it touches), above 0 and at most 2. */
  readonly memory: readonly number[];
  /** What is compared, by name. A string is a policy with its defaults. */
  readonly point: Readonly<Record<string, string | Point>>;
  /**
   * Repeats, whole numbers from 0. Default: [0]. A generated trace is generated with its own seed plus this.
   * A recorded trace: 0 is the whole trace at the exact limit; another seed replays a window of 85 % of the
   * records at a limit moved by up to 2 %, see `seeds.ts` for what that does and does not measure.
   */
  readonly seed?: readonly number[];
  /** Kernel profiles. Default: ["6.12"]. */
  readonly profile?: readonly CellSpec["profile"][];
  /** Swap devices. Default: ["zram"]. */
  readonly swap?: readonly CellSpec["swap"][];
  /** vm.swappiness, 0 to 200. Default: [60], as in the kernel. */
  readonly swappiness?: readonly number[];
}

/** What names a cell in tables and plots; each is a column. */
export interface Labels {
  readonly trace: string;
  /** True if a generator made the trace. */
  readonly synthetic: boolean;
  readonly point: string;
  /** The point that it is compared with; itself if none was named. */
  readonly base: string;
  /** Share of the footprint that was asked for. */
  readonly memory: number;
  /** The limit in pages that it came to. */
  readonly memory_max: number;
  /** Distinct pages that the whole trace touches; of a recorded one also where a seed replays a window of it. */
  readonly footprint: number;
  readonly seed: number;
  readonly profile: string;
  readonly swap: string;
  readonly swappiness: number;
}

/** One cell of a study. Plain data. */
export interface Cell {
  readonly labels: Labels;
  readonly spec: CellSpec;
  /** Digest of the trace that `spec.trace` named when the grid was made. */
  readonly traceDigest: string;
  /** Of a design: a column for each factor, see `levels.ts`. No part of what names the result. */
  readonly levels?: Levels;
}

/** Opens a trace; by default from `data/traces` or its generator. */
export type OpenTrace = (spec: TraceSpec) => Promise<Trace>;

/**
 * Every combination of one value per axis, as cells for `runGrid`: traces vary slowest, then profile, swap,
 * swappiness, memory, point, and seeds fastest. Opens every trace to resolve shares of memory to pages.
 *
 * @throws InputError that names the axis: unknown, empty, a value twice or out of range, a trace that cannot
 * be opened. What a policy does not accept is found when its cell runs, and is an error row there.
 */
export async function grid(axes: Axes, open: OpenTrace = openStored): Promise<Cell[]> {
  checkAxes(axes);
  const { memory, seed = [0], profile = ["6.12"], swap = ["zram"], swappiness = [60] } = axes;
  const point = Object.entries(axes.point).map(([name, value]) => normalPoint(name, value));
  const cells: Cell[] = [];
  for (const [name, spec] of namedTraces(axes.trace)) {
    const input: Input[] = [];
    for (const value of seed) input.push(await resolveInput(spec, value, open));
    for (const choice of combinations({ profile, swap, swappiness, memory, point, input })) {
      cells.push(cellOf(name, choice));
    }
  }
  return cells;
}

/** Open a trace of `data/traces`, of a path, or of a generator. */
export async function openStored(spec: TraceSpec): Promise<Trace> {
  // Loaded on first use: readers of kept results need no Parquet decoder.
  const { openTrace } = await import("../trace/store.js");
  return openTrace(spec);
}

interface Choice {
  readonly profile: CellSpec["profile"];
  readonly swap: CellSpec["swap"];
  readonly swappiness: number;
  readonly memory: number;
  readonly point: NamedPoint;
  readonly input: Input;
}

function cellOf(trace: string, { profile, swap, swappiness, memory, point, input }: Choice): Cell {
  const { footprint, traceDigest, synthetic } = input;
  // A share that comes to less than the machine can boot with is refused when the cell runs, as an error row.
  const memoryMax = Math.round(memory * footprint * input.limitFactor);
  const rest = { seed: input.seed, profile, swap, swappiness };
  return {
    labels: {
      trace,
      synthetic,
      point: point.name,
      base: point.base,
      memory,
      memory_max: memoryMax,
      footprint,
      ...rest,
    },
    spec: { trace: input.trace, memoryMax, policy: point.policy, set: point.set, ...rest },
    traceDigest,
  };
}

/** Every combination of one value per list, the last list varying fastest. */
function combinations<A extends object>(lists: { [K in keyof A]: readonly A[K][] }): A[] {
  let partial: object[] = [{}];
  for (const [name, values] of Object.entries<readonly unknown[]>(lists)) {
    partial = partial.flatMap((chosen) => values.map((value) => ({ ...chosen, [name]: value })));
  }
  return partial as A[];
}

/** Distinct pages that the records of a trace touch. A file page counts once, however it is reached. */
export function footprintOf(trace: Trace): number {
  const pageOf = pageOfSlot(trace.layout);
  const touched = new Uint8Array(nrPages(trace.layout));
  const { records } = trace;
  for (let i = 0; i < records.length; i++) touched[pageOf[records[i]! & SLOT_MASK]!] = 1;
  let nr = 0;
  for (let page = 0; page < touched.length; page++) nr += touched[page]!;
  return nr;
}

/** What a trace and a seed come to. */
interface Input {
  readonly seed: number;
  readonly trace: TraceSpec;
  readonly traceDigest: string;
  readonly synthetic: boolean;
  readonly footprint: number;
  readonly limitFactor: number;
}

async function resolveInput(spec: TraceSpec, seed: number, open: OpenTrace): Promise<Input> {
  if ("generated" in spec) {
    const seeded = { ...spec, seed: spec.seed + seed };
    return inputOf(seeded, seed, await open(seeded), 1);
  }
  const whole = await open(spec);
  const draw = drawRecorded(seed, whole.digest, whole.records.length);
  if (draw.window === undefined) return inputOf(spec, seed, whole, draw.limitFactor);
  const start = (spec.window?.start ?? 0) + draw.window.start;
  const part: TraceSpec = { ...spec, window: { start, length: draw.window.length } };
  // Shares of memory are of the whole trace, so that a seed moves the limit by its jitter and no more.
  return { ...inputOf(part, seed, await open(part), draw.limitFactor), footprint: footprintOf(whole) };
}

function inputOf(spec: TraceSpec, seed: number, trace: Trace, limitFactor: number): Input {
  const { digest: traceDigest, synthetic } = trace;
  return { seed, trace: spec, traceDigest, synthetic, footprint: footprintOf(trace), limitFactor };
}

function namedTraces(axis: Axes["trace"]): [string, TraceSpec][] {
  const full = (value: string | TraceSpec): TraceSpec =>
    typeof value === "string" ? { recorded: value } : value;
  if (!Array.isArray(axis)) {
    return Object.entries(axis as Record<string, string | TraceSpec>).map(([name, value]) => [
      name,
      full(value),
    ]);
  }
  const named = axis.map((value: string | TraceSpec): [string, TraceSpec] => [
    traceName(full(value)),
    full(value),
  ]);
  const twice = named.find(([name], i) => named.findIndex(([other]) => other === name) !== i);
  if (twice)
    inputError(`two traces of one name: ${twice[0]} (axis trace); name them: trace: { name: spec, ... }`);
  return named;
}

function traceName(spec: TraceSpec): string {
  return "generated" in spec ? spec.generated : basename(spec.recorded, ".parquet");
}

interface NamedPoint {
  readonly name: string;
  readonly base: string;
  readonly policy: PolicySpec;
  readonly set: Readonly<Record<string, SwitchValue>>;
}

function normalPoint(name: string, value: string | Point): NamedPoint {
  const point = typeof value === "string" ? { policy: value } : value;
  const policy = typeof point.policy === "string" ? { name: point.policy } : point.policy;
  return { name, base: point.base ?? name, policy: withModuleUrl(policy), set: point.set ?? {} };
}

/** Workers import modules from another folder than the notebook's: a path becomes a URL here, where the folder is known. */
function withModuleUrl(policy: PolicySpec): PolicySpec {
  const { module } = policy;
  if (module === undefined || !(isAbsolute(module) || /^\.{1,2}[\\/]/.test(module))) return policy;
  return { ...policy, module: pathToFileURL(resolve(module)).href };
}
