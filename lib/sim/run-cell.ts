import { COUNTERS } from "../mm/vmstat.js";
import type { Core } from "../reclaim/core.js";
import type { Policy } from "../reclaim/ops.js";
import { nrAccesses } from "../trace/totals.js";
import type { Trace } from "../trace/trace.js";
import { cacheLoopOf } from "./cache-instance.js";
import type { CellResult, CellSpec } from "./cell.js";
import { cpuNs } from "./cost.js";
import { checkInvariants } from "./invariants.js";
import { boot } from "./machine.js";
import { replay } from "./replay.js";
import { resolvePolicy } from "./resolve-policy.js";
import { simulateCache } from "./run-cache.js";

/**
 * Simulate one cell over its trace. Same spec and trace, same result.
 * @throws InputError if the spec is invalid or combines what cannot be combined.
 */
export async function runCell(spec: CellSpec, trace: Trace): Promise<CellResult> {
  const policy = await resolvePolicy(spec.policy);
  if (spec.mode !== "cache") return simulate(spec, trace, policy);
  const loop = await cacheLoopOf(policy.name);
  return simulateCache(spec, trace, policy, loop);
}

/** The same with a policy at hand, for tests and notebooks; see {@link runCell}. */
export function simulate(spec: Omit<CellSpec, "trace" | "policy">, trace: Trace, policy: Policy): CellResult {
  if (spec.mode === "cache") return simulateCache(spec, trace, policy);
  const core = boot(spec, trace, policy);
  const parts = spec.machine?.checkpoints ?? 0;
  const checkpoints: Record<string, number>[] = [];
  const replayed = replay(core, trace, parts, (sofar) => {
    core.timers.flushStatistics();
    core.memory.noteSwitch(); // the reader ran meanwhile
    core.batches.drain(); // and dropped its own output from the page cache, which drains them
    checkpoints.push(countersOf(core, trace, sofar));
  });
  checkInvariants(core);
  return {
    status: replayed === trace.records.length ? "ok" : "oom",
    counters: countersOf(core, trace, replayed),
    ...(parts > 0 && { checkpoints }),
  };
}

/** The counters of a machine after a replay of so many records, by name, with gauges at its end. */
export function countersOf(core: Core, trace: Trace, replayed: number): Record<string, number> {
  core.stat.nr_record = replayed;
  core.stat.nr_access = nrAccesses(trace, replayed);
  const counters: Record<string, number> = {};
  for (const name of COUNTERS) counters[name] = core.stat[name];
  const [inactiveAnon, activeAnon, inactiveFile, activeFile] = core.lruvecs[0]!.size;
  counters.workingset_refault = core.stat.workingset_refault_anon + core.stat.workingset_refault_file;
  counters.inactive_anon_now = inactiveAnon!;
  counters.active_anon_now = activeAnon!;
  counters.inactive_file_now = inactiveFile!;
  counters.active_file_now = activeFile!;
  counters.mem_current_now = core.memcg.usage;
  counters.reclaim_cpu_ns = cpuNs(core.stat);
  if (core.timers.time.passes) counters.ms = Math.round(core.timers.time.now() / 1e6);
  return counters;
}
