import { MemoryNode, watermarks } from "../mm/node.js";
import { NO_TIME } from "../mm/time.js";
import { attach } from "../reclaim/attach.js";
import { readMetadata } from "../reclaim/bring-in.js";
import { charge } from "../reclaim/charge.js";
import { Core } from "../reclaim/core.js";
import { attachGuarded, type Watch } from "../reclaim/eject/eject.js";
import type { Policy } from "../reclaim/ops.js";
import { Timers } from "../reclaim/timers.js";
import type { Trace } from "../trace/trace.js";
import { inputError } from "../util/error.js";
import type { CellSpec, MachineSpec, MemorySpec, PolicySpec } from "./cell.js";
import { buildGroups, MIN_MEMORY } from "./groups.js";
import { buildMechanisms } from "./mechanisms.js";
import { rigTime } from "./pace.js";
import { profile } from "./profiles.js";
import { resolveSettings } from "./switchboard.js";

export { MIN_MEMORY };

/** Most pages of metadata. */
export const MOST_METADATA = 64;

/** Policies that a cell names beside its own, by the JSON of their specs. */
export type OtherPolicies = ReadonlyMap<string, Policy>;

/**
 * Boot a machine for a cell: memory for the trace's layout, the slots filled, a policy attached to each lruvec.
 * @param watch - Policies are attached under guard, and ejected if they break their contract.
 */
export function boot(
  spec: Omit<CellSpec, "trace" | "policy">,
  trace: Trace,
  policy: Policy,
  others: OtherPolicies = new Map(),
  watch?: Watch,
): Core {
  const kernel = profile(spec.profile);
  const machine = spec.machine ?? {};
  checkMemory(spec.memoryMax);
  checkSwap(spec);
  const { root, owners, byName } = buildGroups(spec.memoryMax, machine.memcgs, trace.layout);
  const nodes = buildNodes(machine.memory);
  const facts = { memcgs: byName.size, nodes: nodes?.length ?? 0 };
  // The cell's switches are for the cell's policy; what a memcg or node names comes as it was born.
  const settingsOf = (one: Policy): ReturnType<typeof resolveSettings> =>
    resolveSettings(one, one === policy ? spec.set : {}, spec.profile, facts);
  const settings = settingsOf(policy);
  if (settings.faultYoung === "off" && (machine.faultAround ?? 1) === 1) {
    inputError(
      "refused: faultYoung=off without fault-around: nothing is mapped ahead of its use; set machine.faultAround to 16",
    );
  }
  if (settings.readahead !== "off" && spec.swap !== "disk" && trace.layout.files.length === 0) {
    inputError(
      `refused: readahead=${settings.readahead} with swap=${spec.swap} and no file in the trace: nothing takes time to read; set swap=disk`,
    );
  }
  const core = new Core(
    trace.layout,
    root,
    {
      batchSize: settings.addBatch,
      flushesInReclaim: kernel.flushesInReclaim,
      keepsCounts: kernel.keepsCounts,
      manyStocks: kernel.manyStocks,
      slowDisk: spec.swap === "disk",
      faultAround: checkFaultAround(machine.faultAround ?? 1),
      tracksDirty: machine.kernelMemory === true,
      swapsInReadOnly: kernel.swapsInReadOnly,
      loadsFirst: machine.loadsFirst === true,
      metadata: checkMetadata(machine.metadata ?? 0),
      swapSlots: spec.swap !== "none" ? Number.MAX_SAFE_INTEGER : 0,
      swappiness: spec.swappiness,
      ...(nodes !== undefined && { nodes, bind: machine.memory!.bind === true }),
    },
    owners,
  );
  const parts = { ...machine, swap: spec.swap, seed: spec.seed };
  const chosen = core.lruvecs.map(({ memcg, node }): Policy => {
    const named = machine.memcgs?.find(({ name }) => name === memcg.name)?.policy;
    return other(named ?? machine.memory?.nodes[node]?.policy, others) ?? policy;
  });
  core.mechanisms = buildMechanisms(core, settings, parts, kernel);
  const time = machine.pace === undefined ? NO_TIME : rigTime(core.stat, machine.pace);
  core.timers = new Timers(core, time, checkPhase(machine.phase ?? 0));
  core.minTtl = minTtl(machine);
  pin(core, machine);
  for (const [i, lruvec] of core.lruvecs.entries()) {
    const own =
      i === 0 && chosen[0] === policy
        ? core.mechanisms
        : buildMechanisms(core, settingsOf(chosen[i]!), parts, kernel);
    if (watch === undefined) attach(core, lruvec, chosen[i]!, spec.seed + i, own);
    else attachGuarded(core, lruvec, chosen[i]!, spec.seed + i, own, watch);
  }
  if (trace.layout.files.length > 0) readMetadata(core, core.memcg, 1, false); // the files have been opened
  return core;
}

function other(named: PolicySpec | undefined, others: OtherPolicies): Policy | undefined {
  if (named === undefined) return undefined;
  const found = others.get(JSON.stringify(named));
  return (
    found ?? inputError(`policy ${named.name} of a memcg or node is not at hand; run the cell with runCell`)
  );
}

function buildNodes(memory: MemorySpec | undefined): MemoryNode[] | undefined {
  if (memory === undefined) return undefined;
  const { nodes, watermarkScale = 10 } = memory;
  if (!Array.isArray(nodes) || nodes.length < 1 || nodes.length > 8) {
    inputError(`invalid memory.nodes: ${nodes?.length ?? "none"}; give one to eight`);
  }
  if (!(watermarkScale >= 1 && watermarkScale <= 3000)) {
    inputError(`invalid watermarkScale: ${watermarkScale}; give 1 to 3000 ten-thousandths of a node`);
  }
  for (const [i, { pages, free = pages }] of nodes.entries()) {
    const ok = Number.isInteger(pages) && pages >= MIN_MEMORY && Number.isInteger(free) && free <= pages;
    if (!ok || free < MIN_MEMORY) {
      inputError(
        `invalid memory.nodes[${i}]: ${free} free of ${pages} pages; give whole pages, ${MIN_MEMORY} or more free`,
      );
    }
  }
  const all = nodes.reduce((sum, { pages }) => sum + pages, 0);
  return nodes.map(
    ({ pages, free = pages }, id) => new MemoryNode(id, free, watermarks(pages, all, watermarkScale)),
  );
}

function minTtl({ memory, pace }: MachineSpec): number {
  const ms = memory?.minTtlMs ?? 0;
  if (!(ms >= 0 && ms < 2 ** 32)) inputError(`invalid minTtlMs: ${ms}; give milliseconds, 0 for off`);
  if (ms > 0 && pace === undefined)
    inputError("refused: minTtlMs without pace: no time passes; give machine.pace");
  return ms * 1e6;
}

function checkMetadata(pages: number): number {
  if (Number.isInteger(pages) && pages >= 0 && pages <= MOST_METADATA) return pages;
  inputError(`invalid metadata: ${pages}; give a number of pages from 0 to ${MOST_METADATA}`);
}

/** Charge what is there before the workload: pages locked in memory, and the kernel's own for the process. */
function pin(core: Core, { pinned = 0 }: MachineSpec): void {
  const nr = pinned + core.mechanisms.kernelMemory.needAtStart();
  if (nr > core.memcg.max - MIN_MEMORY) {
    const what = `pinned: ${pinned} pages, and ${nr - pinned} of the kernel's own,`;
    inputError(`${what} leave less than ${MIN_MEMORY} of memoryMax ${core.memcg.max}; give more`);
  }
  for (let i = 0; i < nr; i++) charge(core, core.memcg, 1); // page by page: the rest of a batch of 64 is in stock
  core.memcg.kernel = nr;
  core.nodes[0]!.free -= nr;
  core.batches.addForeign(pinned); // locked pages are on the unevictable list, but they took the same way
}

function checkMemory(pages: number): void {
  if (pages === Number.POSITIVE_INFINITY) return;
  if (!Number.isInteger(pages) || pages < MIN_MEMORY) {
    inputError(`invalid memoryMax: ${pages}; give memory.max in pages, ${MIN_MEMORY} or more`);
  }
}

function checkPhase(phase: number): number {
  if (phase >= 0 && phase < 1) return phase;
  inputError(`invalid phase: ${phase}; give the part of each timer's period that has passed, 0 to below 1`);
}

function checkFaultAround(pages: number): number {
  if (Number.isInteger(pages) && pages >= 1 && pages <= 512 && Math.log2(pages) % 1 === 0) return pages;
  inputError(`invalid faultAround: ${pages}; give a power of two from 1 (off) to 512 pages`);
}

/** @throws InputError for a swap device or swappiness that there is not. */
export function checkSwap({
  swap,
  swappiness,
}: {
  readonly swap: string;
  readonly swappiness: number;
}): void {
  if (!["zram", "disk", "none"].includes(swap)) inputError(`invalid swap: ${swap}; give zram, disk or none`);
  if (!Number.isInteger(swappiness) || swappiness < 0 || swappiness > 200) {
    inputError(`invalid swappiness: ${swappiness}; give 0 to 200`);
  }
}
