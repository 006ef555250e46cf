/* A measured setting as a cell of the simulator, and what the simulator says to it. */
import type { CellResult, CellSpec, MachineSpec } from "../sim/cell.js";
import { resolvePolicy } from "../sim/resolve-policy.js";
import { simulate } from "../sim/run-cell.js";
import { quantile } from "../stats/rank.js";
import { traceDigest } from "../trace/digest.js";
import { rigRecords, rigWorkloads } from "../trace/generators/rig.js";
import type { GeneratedSpec } from "../trace/generators/stream.js";
import { traceOfRecords } from "../trace/rig-format.js";
import type { Trace } from "../trace/trace.js";
import { inputError } from "../util/error.js";
import { DRAWS, type Drawn, draw, merged } from "./draws.js";
import { withKernelNames } from "./kernel-names.js";
import { ofLruGen } from "./lru-gen.js";
import type { MeasuredCell, Setting } from "./measured.js";
import { rigMachine } from "./rig-machine.js";

/** What to change in every cell, to see how much it matters. */
export interface Overrides {
  readonly set?: CellSpec["set"];
  readonly machine?: MachineSpec;
  /** Replays of a cell that chance plays a part in (draws.ts); 1 is at the rig's pace. Default: 7. */
  readonly draws?: number;
}

/** What the simulator made of a cell: a result with the counters' names of the tables, or why there is none. */
export interface Predicted extends Partial<Drawn> {
  /** One line. */
  readonly error?: string;
}

/** Factor on the lengths of measured workloads, unless a setting says otherwise. */
const SCALE = 0.5;
const PAGE_BYTES = 4096;

/** The generated trace that a setting's kernel replayed. Throws an InputError for an unknown workload. */
export function traceSpecOf({ workload, pages, seed, scale = SCALE }: Setting): GeneratedSpec {
  const spec = rigWorkloads(pages, scale)[workload];
  if (spec === undefined) inputError(`unknown workload: ${workload}; see rigWorkloads`);
  return { ...spec, seed };
}

/** Cells with equal keys replay the same trace. */
export function traceKey(setting: Setting): string {
  return `${setting.workload} ${setting.pages} ${setting.seed} ${isRandom(setting)}`;
}

/**
 * The trace itself, laid out as the rig's replayer does it: regions end at the highest page that is accessed. With the advice
 * (MADV_RANDOM) that the rig gave for its file.
 */
export function traceOf(setting: Setting): Trace {
  const spec = traceSpecOf(setting);
  const fileAccess = spec.region === "file-fd" ? "pread" : "mmap";
  const pages = { format: "rig", fileAccess, stride: spec.params.stride ?? 1 } as const;
  const place = (index: number): string => `record ${index}`;
  const trace = traceOfRecords(rigRecords(spec), pages, setting.workload, place);
  if (!isRandom(setting)) return trace;
  const { layout, records, counts, events } = trace;
  const vmas = layout.vmas.map((vma) => (vma.kind === "file" ? { ...vma, recency: false } : vma));
  const content = { layout: { ...layout, vmas }, records, counts, events };
  return { ...trace, ...content, digest: traceDigest(content) };
}

function isRandom({ opts }: Setting): boolean {
  return opts.split(";").includes("madv=1");
}

/** The cell that stands for a measured one. */
export function specOf({ setting, runs }: MeasuredCell, overrides: Overrides = {}): CellSpec {
  const { policy, set } = ofLruGen(setting.mode);
  const around = /(?:^|;)fa=(\d+)/.exec(setting.opts)?.[1];
  return {
    trace: traceSpecOf(setting),
    memoryMax: setting.limit,
    policy,
    profile: setting.kernel,
    set: { ...set, ...overrides.set },
    swap: setting.swap,
    swappiness: setting.swappiness,
    seed: 1,
    machine: {
      ...rigMachine(runs[0]!.anonPages),
      checkpoints: setting.checkpoints,
      ...(around !== undefined && { faultAround: Number(around) / PAGE_BYTES }),
      ...overrides.machine,
    },
  };
}

/**
 * Replay the cell over its trace, at the pace of the machine that measured it, several times where chance plays a part
 * (draws.ts). Does not reject: a refused cell is an outcome, too.
 */
export async function predict(
  cell: MeasuredCell,
  trace: Trace,
  overrides: Overrides = {},
): Promise<Predicted> {
  try {
    const spec = specOf(cell, overrides);
    const policy = await resolvePolicy(spec.policy);
    const replay = (machine: MachineSpec): CellResult =>
      named(simulate({ ...spec, machine: { ...spec.machine, ...machine } }, trace, policy));
    const first = replay({});
    const { draws = DRAWS } = overrides;
    if (spec.machine?.pace === undefined || draws === 1) return merged([first]);
    const pace = overrides.machine?.pace ?? spec.machine.pace * slowness(cell, first);
    return draw((phase) => replay({ pace, phase }), first, draws);
  } catch (error) {
    return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

/** How much longer the machine took than a prediction; of several runs the median. 1 if their time is unknown. */
function slowness({ runs }: MeasuredCell, predicted: CellResult): number {
  const { checkpoints = [], counters } = predicted;
  const factors = runs.flatMap(({ counters: real }) => {
    const at = checkpoints.find((point) => point.nr_record === real.accesses) ?? counters;
    return real.ms! > 0 && at.ms! > 0 ? real.ms! / at.ms! : [];
  });
  return factors.length === 0 ? 1 : quantile(factors, 0.5);
}

function named({ status, counters, checkpoints }: CellResult): CellResult {
  return {
    status,
    counters: withKernelNames(counters),
    ...(checkpoints !== undefined && { checkpoints: checkpoints.map(withKernelNames) }),
  };
}
