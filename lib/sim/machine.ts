import { Memcg } from "../mm/memcg.js";
import { NO_TIME } from "../mm/time.js";
import { attach } from "../reclaim/attach.js";
import { charge } from "../reclaim/charge.js";
import { Core } from "../reclaim/core.js";
import type { Policy } from "../reclaim/ops.js";
import { Timers } from "../reclaim/timers.js";
import type { Trace } from "../trace/trace.js";
import { inputError } from "../util/error.js";
import type { CellSpec, MachineSpec } from "./cell.js";
import { buildMechanisms } from "./mechanisms.js";
import { rigTime } from "./pace.js";
import { profile } from "./profiles.js";
import { resolveSettings } from "./switchboard.js";

/** Least memory.max, in pages: a charge batch, an add batch and a reclaim batch must fit beside each other. */
export const MIN_MEMORY = 256;

/** Boot a machine for a cell: memory for the trace's layout, the slots filled, the policy attached. */
export function boot(spec: Omit<CellSpec, "trace" | "policy">, trace: Trace, policy: Policy): Core {
  const kernel = profile(spec.profile);
  checkMemory(spec.memoryMax);
  checkSwap(spec);
  const settings = resolveSettings(policy, spec.set, spec.profile);
  const core = new Core(trace.layout, new Memcg("cell", spec.memoryMax), {
    batchSize: kernel.batchSize,
    flushesInReclaim: kernel.flushesInReclaim,
    keepsCounts: kernel.keepsCounts,
    faultAround: checkFaultAround(spec.machine?.faultAround ?? 1),
    tracksDirty: spec.machine?.kernelMemory === true,
    swapSlots: spec.swap !== "none" ? Number.MAX_SAFE_INTEGER : 0,
    swappiness: spec.swappiness,
  });
  const machine = spec.machine ?? {};
  core.mechanisms = buildMechanisms(core, settings, { ...machine, swap: spec.swap }, kernel);
  core.timers = new Timers(core, machine.pace === undefined ? NO_TIME : rigTime(core.stat, machine.pace));
  pin(core, machine);
  for (const lruvec of core.lruvecs) attach(core, lruvec, policy, spec.seed);
  return core;
}

/** Charge what is there before the workload: pages locked in memory; the slab page and the top page table of a process. */
function pin(core: Core, { pinned = 0, kernelMemory = false }: MachineSpec): void {
  const nr = pinned + (kernelMemory ? 1 : 0);
  if (nr > core.memcg.max - MIN_MEMORY) {
    inputError(`pinned: ${nr} pages leave less than ${MIN_MEMORY} of memoryMax ${core.memcg.max}; give more`);
  }
  for (let i = 0; i < nr; i++) charge(core, core.memcg, 1); // page by page: the rest of a batch of 64 is in stock
  core.memcg.kernel = nr;
  core.batches.addForeign(pinned); // locked pages are on the unevictable list, but they took the same way
}

function checkMemory(pages: number): void {
  if (pages === Number.POSITIVE_INFINITY) return;
  if (!Number.isInteger(pages) || pages < MIN_MEMORY) {
    inputError(`invalid memoryMax: ${pages}; give memory.max in pages, ${MIN_MEMORY} or more`);
  }
}

function checkFaultAround(pages: number): number {
  if (Number.isInteger(pages) && pages >= 1 && pages <= 512 && Math.log2(pages) % 1 === 0) return pages;
  inputError(`invalid faultAround: ${pages}; give a power of two from 1 (off) to 512 pages`);
}

function checkSwap({ swap, swappiness }: { readonly swap: string; readonly swappiness: number }): void {
  if (!["zram", "disk", "none"].includes(swap)) inputError(`invalid swap: ${swap}; give zram, disk or none`);
  if (!Number.isInteger(swappiness) || swappiness < 0 || swappiness > 200) {
    inputError(`invalid swappiness: ${swappiness}; give 0 to 200`);
  }
}
