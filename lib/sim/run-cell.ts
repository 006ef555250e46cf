import type { Memcg } from "../mm/memcg.js";
import { COUNTERS } from "../mm/vmstat.js";
import type { Core } from "../reclaim/core.js";
import type { Policy } from "../reclaim/ops.js";
import { nrAccesses } from "../trace/totals.js";
import type { Trace } from "../trace/trace.js";
import { inputError } from "../util/error.js";
import type { CellResult, CellSpec } from "./cell.js";
import { cpuNs } from "./cost.js";
import { checkInvariants } from "./invariants.js";
import { boot, type OtherPolicies } from "./machine.js";
import { equalParts, equalSteps, type Regular, replay } from "./replay.js";
import { resolvePolicy } from "./resolve-policy.js";
import { simulateCache } from "./run-cache.js";
import { newWatch, type Supervision, supervised } from "./supervise.js";
import { checkSamples, Timeline } from "./timeline.js";

/** This module gives signs of life while it runs a cell (`Supervision.onProgress`). */
export const supervises = true;

/**
 * Simulate one cell over its trace. Same spec and trace, same result. A policy that breaks its contract is ejected:
 * see {@link CellResult.status} and `lib/sim/supervise.ts`.
 * @throws InputError if the spec is invalid or combines what cannot be combined, or a policy cannot be attached.
 */
export async function runCell(
  spec: CellSpec,
  trace: Trace,
  supervision: Supervision = {},
): Promise<CellResult> {
  const policy = await resolvePolicy(spec.policy);
  const others = new Map<string, Policy>();
  if (spec.fallback?.module !== undefined) {
    inputError(
      `refused: fallback ${spec.fallback.name} by module: what takes over must be sound; name one of the package`,
    );
  }
  const { memcgs = [], memory } = spec.machine ?? {};
  const places = [...memcgs, ...(memory?.nodes ?? [])].map((place) => place.policy);
  for (const named of [...places, spec.fallback]) {
    if (named !== undefined) others.set(JSON.stringify(named), await resolvePolicy(named));
  }
  return simulate(spec, trace, policy, others, supervision);
}

/** The same with a policy at hand, for tests and notebooks; see {@link runCell}. */
export function simulate(
  spec: Omit<CellSpec, "trace" | "policy">,
  trace: Trace,
  policy: Policy,
  others?: OtherPolicies,
  supervision: Supervision = {},
): CellResult {
  const fallback = spec.fallback && others?.get(JSON.stringify(spec.fallback));
  const how = { ...(fallback !== undefined && { fallback }), ...supervision };
  if (spec.mode === "cache") return simulateCache(spec, trace, policy, how);
  return supervised(
    policy.name,
    (watch) => runMachine(boot(spec, trace, policy, others, watch), spec, trace, how),
    () => newWatch("kernel", how),
    { guarded: how.guarded, mayRunOut: spec.machine?.memcgs === undefined && policy.mayRunOut === true },
  );
}

/** Records between two signs of life. */
const SIGN_EVERY = 1 << 14;

function runMachine(
  core: Core,
  spec: Pick<CellSpec, "machine">,
  trace: Trace,
  { onProgress }: Supervision,
): CellResult {
  const { length } = trace.records;
  const parts = spec.machine?.checkpoints ?? 0;
  const samples = checkSamples(spec.machine?.timeline ?? 0);
  const checkpoints: Record<string, number>[] = [];
  const timeline = new Timeline(core, trace);
  const regulars: Regular[] = [];
  if (parts > 0) {
    regulars.push({
      at: equalSteps(length, parts),
      happen(sofar) {
        core.timers.flushStatistics();
        core.memory.noteSwitch(); // the reader ran meanwhile
        checkpoints.push(countersOf(core, trace, sofar));
      },
    });
  }
  if (samples > 0) {
    regulars.push({ at: equalParts(length, samples), happen: (sofar) => timeline.sample(sofar) });
  }
  if (onProgress !== undefined) {
    regulars.push({ at: equalParts(length, Math.ceil(length / SIGN_EVERY)), happen: () => onProgress() });
  }
  const replayed = replay(core, trace, ...regulars);
  checkInvariants(core);
  return {
    status: replayed === length ? "ok" : "oom",
    counters: countersOf(core, trace, replayed),
    ...(core.ledger !== null && { memcgs: memcgCounters(core) }),
    ...(parts > 0 && { checkpoints }),
    ...(samples > 0 && { timeline: timeline.rows }),
  };
}

/** What is not counted but measured at the end, of a memcg and all below it. */
function addGauges(counters: Record<string, number>, core: Core, memcg: Memcg): void {
  counters.workingset_refault = counters.workingset_refault_anon! + counters.workingset_refault_file!;
  const sizes = core.nodes.map(({ id }) => core.table.under(memcg, id)[0]!.tree.size);
  for (const [i, name] of ["inactive_anon", "active_anon", "inactive_file", "active_file"].entries()) {
    counters[`${name}_now`] = sizes.reduce((sum, size) => sum + size[i]!, 0);
  }
  counters.mem_current_now = memcg.usage;
}

/** Of the machine's counters, those of each memcg. Records and accesses are not told apart. */
function memcgCounters(core: Core): Record<string, Record<string, number>> {
  return Object.fromEntries(
    core.memcg.subtree().map((memcg) => {
      const { nr_record: _, nr_access: __, ...counters } = core.ledger!.of(memcg);
      addGauges(counters, core, memcg);
      return [memcg.name, counters];
    }),
  );
}

/** The counters of a machine after a replay of so many records, by name, with gauges at its end. */
export function countersOf(core: Core, trace: Trace, replayed: number): Record<string, number> {
  core.stat.nr_record = replayed;
  core.stat.nr_access = nrAccesses(trace, replayed);
  const counters: Record<string, number> = {};
  for (const name of COUNTERS) counters[name] = core.stat[name];
  addGauges(counters, core, core.memcg);
  Object.assign(counters, core.mechanisms.readahead.counters());
  counters.reclaim_cpu_ns = cpuNs(core.stat);
  for (const { id, free } of core.nodes)
    if (free !== Number.POSITIVE_INFINITY) counters[`n${id}_free_now`] = free;
  if (core.timers.time.passes) counters.ms = Math.round(core.timers.time.now() / 1e6);
  return counters;
}
