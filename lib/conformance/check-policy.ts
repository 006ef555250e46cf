/*
 * The verdict on a policy before it is used: the contract of `lib/reclaim/ops.ts` and the laws of every run, tried on small
 * traces, in a kernel's memcg and in a plain cache.
 *
 *   for each mode, trace, memory:   a run under guard  -->  attach, hooks, folios, loops, frees
 *                                   and one without    -->  counters, MIN, determinism (both are the same to the byte)
 *
 * The first fault of a mode ends it: what was not decided by then is "not run". Passing is no proof; the traces are small.
 */
import type { Policy } from "../reclaim/ops.js";
import type { CellResult, CellSpec, PolicySpec } from "../sim/cell.js";
import { resolvePolicy } from "../sim/resolve-policy.js";
import { simulate } from "../sim/run-cell.js";
import { failed, type Outcome } from "../study/cell-worker.js";
import { canonicalJson } from "../study/hash.js";
import { BUILT, openPool } from "../study/pool.js";
import { generateTrace } from "../trace/generate.js";
import type { GeneratedSpec } from "../trace/generators/stream.js";
import type { Trace } from "../trace/trace.js";
import { brokenLaw, type Mode, timesMin } from "./laws.js";

/** What is checked, in this order, and what it means to pass. */
const CHECKS = {
  attach: "it makes lists, place and isolate",
  hooks: "no hook throws",
  folios: "each folio is on one list; none is lost, listed twice or offered twice",
  loops: "every hook comes back",
  frees: "reclaim frees what can be freed",
  counters: "the counters add up",
  MIN: "it brings in no fewer pages than MIN, which knows the future",
  determinism: "the same run again gives the same bytes, under guard or not",
} as const;

export type CheckName = keyof typeof CHECKS;

/** One line of a verdict. */
export interface Check {
  readonly mode: Mode;
  readonly check: CheckName;
  readonly verdict: "pass" | "fail" | "not run";
  /** Passed: what that means. Failed: the hook, the folio and what was wrong, or the law that was broken. */
  readonly reason: string;
}

export interface CheckOptions {
  /** Default: both. */
  readonly modes?: readonly Mode[];
  /** How long a hook may take that asks for nothing, in milliseconds; not looked at for a policy at hand. Default: 3 s. */
  readonly stallMs?: number;
}

const N = 1024;
const TRACES: readonly GeneratedSpec[] = [
  { generated: "zipf", params: { N, T: 12_000, s: 1, pw: 0.3 }, seed: 1, region: "anon" },
  { generated: "hotscan", params: { N, H: 128, ratio: 6, pw: 0.3 }, seed: 1, region: "file-mmap" },
  { generated: "loop", params: { N, T: 6000, pw: 0.3 }, seed: 1, region: "file-fd" },
];
const MEMORY: Readonly<Record<Mode, readonly number[]>> = { kernel: [256, 400], cache: [50, 400] };

type Run = (spec: CellSpec, trace: Trace, guarded: boolean) => Promise<Outcome>;

/**
 * Check a policy: one of the package by name, anybody's by module, or one at hand. One that loops for ever without asking for
 * anything ends only if it runs on a worker thread, that is, by name or module.
 * @returns one line for each mode and check.
 */
export async function checkPolicy(
  policy: string | PolicySpec | Policy,
  { modes = ["kernel", "cache"], stallMs = 3000 }: CheckOptions = {},
): Promise<readonly Check[]> {
  const verdict = async (run: Run, spec: PolicySpec): Promise<readonly Check[]> => {
    const found: Check[] = [];
    for (const mode of modes) found.push(...(await checkMode(mode, run, spec)));
    return found;
  };
  if (typeof policy === "object" && "attach" in policy) return verdict(here(policy), { name: policy.name });
  const spec = typeof policy === "string" ? { name: policy } : policy;
  const pool = openPool({ workers: 1, timeoutMs: 600_000, heapMaxMb: 1024, stallMs });
  const runner = new URL("sim/run-cell.js", BUILT).href;
  try {
    await resolvePolicy(spec); // a name that nobody has is the caller's fault
    return await verdict(async (cell, trace, guarded) => {
      return (await pool.run({ spec: cell, trace, runner, suspicion: { guarded } }))!;
    }, spec);
  } finally {
    await pool.close();
  }
}

/** Runs a policy at hand on this thread. */
function here(policy: Policy): Run {
  return async (spec, trace, guarded) => {
    try {
      return { ok: true, result: simulate(spec, trace, policy, undefined, { guarded }) };
    } catch (error) {
      return failed(error);
    }
  };
}

async function checkMode(mode: Mode, run: Run, policy: PolicySpec): Promise<Check[]> {
  let [runs, accesses, closest] = [0, 0, Number.POSITIVE_INFINITY];
  let fault: { readonly check: CheckName; readonly reason: string } | undefined;
  tried: for (const trace of TRACES.map(generateTrace)) {
    for (const memoryMax of MEMORY[mode]) {
      const spec = cell(mode, policy, memoryMax);
      const guarded = await run(spec, trace, true);
      const sound = guarded.ok && guarded.result.status === "ok";
      const bare = sound ? await run(spec, trace, false) : guarded;
      const where = `${trace.name.split("(")[0]}, ${memoryMax} ${mode === "cache" ? "objects" : "pages"}`;
      runs += 2;
      accesses += 2 * trace.records.length;
      const found = faultOf(mode, guarded, bare, trace, memoryMax);
      if (found !== undefined) {
        fault = { check: found[0], reason: `${found[1]} (${where})` };
        break tried;
      }
      if (bare.ok) closest = Math.min(closest, timesMin(mode, bare.result.counters, trace, memoryMax));
    }
  }
  return (Object.keys(CHECKS) as CheckName[]).map((check): Check => {
    if (check === fault?.check) return { mode, verdict: "fail", ...fault };
    if (fault !== undefined && check !== "attach") {
      return { mode, check, verdict: "not run", reason: `after the fault in ${fault.check}` };
    }
    const much =
      check === "MIN"
        ? `: at least ${closest.toFixed(2)} times as many`
        : check === "determinism"
          ? ` (${runs} runs, ${accesses} accesses)`
          : "";
    return { mode, check, verdict: "pass", reason: `${CHECKS[check]}${much}` };
  });
}

const cell = (mode: Mode, policy: PolicySpec, memoryMax: number): CellSpec => ({
  trace: TRACES[0]!,
  ...(mode === "cache" && { mode }),
  memoryMax,
  policy,
  profile: "6.12",
  set: {},
  swap: "zram",
  swappiness: 60,
  seed: 1,
});

/** What two runs of a cell show to be wrong. */
function faultOf(
  mode: Mode,
  guarded: Outcome,
  bare: Outcome,
  trace: Trace,
  memoryMax: number,
): readonly [CheckName, string] | undefined {
  for (const outcome of [guarded, bare]) {
    if (!outcome.ok) {
      if (/^refused: policy/.test(outcome.message)) return ["attach", outcome.message];
      if (/when it was run again/.test(outcome.message)) return ["determinism", outcome.message];
      return [/loops for ever/.test(outcome.message) ? "loops" : "hooks", outcome.message];
    }
    const ejected = ofEjection(outcome.result);
    if (ejected !== undefined) return ejected;
  }
  if (!guarded.ok || !bare.ok) return undefined;
  const { counters } = bare.result;
  const law = brokenLaw(mode, counters, trace, memoryMax);
  if (law !== undefined) return ["counters", `broken: ${law}`];
  const times = timesMin(mode, counters, trace, memoryMax);
  if (!(times >= 1)) return ["MIN", `${times.toFixed(3)} times the pages of MIN`];
  if (canonicalJson(guarded.result) !== canonicalJson(bare.result)) {
    return ["determinism", "two runs of one cell differ; state must live in attach, chance in ctx.random"];
  }
  return undefined;
}

function ofEjection({ status, ejected }: CellResult): readonly [CheckName, string] | undefined {
  if (status === "oom") return ["frees", "out of memory, though there was swap"];
  const [first] = ejected ?? [];
  if (first === undefined) return undefined;
  const { hook, folio, page, reason, at } = first;
  const named = folio === null ? "" : `folio ${folio}${page === null ? "" : `, page ${page}`}`;
  const check = reason.startsWith("never frees")
    ? "frees"
    : reason.endsWith("loops for ever")
      ? "loops"
      : reason.startsWith("threw")
        ? "hooks"
        : "folios";
  return [check, `${hook}(${named}) at record ${at}: ${reason}`];
}
