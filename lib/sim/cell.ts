import type { TraceSpec } from "../trace/spec.js";

/** A policy by name (an export of `lib/policies`), or by module (anyone's file), with its options. */
export interface PolicySpec {
  readonly name: string;
  /** Module specifier or file URL that exports `name`; without it, the policies of this package. */
  readonly module?: string;
  readonly options?: Readonly<Record<string, string | number | boolean>>;
}

/** The value of one ablation switch. */
export type SwitchValue = string | number | boolean;

/**
 * One simulation as plain data: it serialises to JSON, its content hash names it, and any machine that has
 * the same code and trace computes the same bytes from it.
 */
export interface CellSpec {
  readonly trace: TraceSpec;
  /** memory.max of the memcg, in pages. */
  readonly memoryMax: number;
  readonly policy: PolicySpec;
  /** Kernel whose defaults apply. */
  readonly profile: "6.12";
  /** Switches that differ from the policy's own defaults; see `lib/sim/switchboard.ts`. */
  readonly set: Readonly<Record<string, SwitchValue>>;
  readonly swap: "zram" | "none";
  /** vm.swappiness, 0 to 200. */
  readonly swappiness: number;
  /** Seed of what is random in a policy or mechanism. The trace has its own. */
  readonly seed: number;
}

/** What a cell yields: the counters, named as in /proc/vmstat and memory.stat, and the work done. */
export interface CellResult {
  /** "ok", or "oom" when the memcg ran out of memory after 16 fruitless retries, as in the kernel. */
  readonly status: "ok" | "oom";
  readonly counters: Readonly<Record<string, number>>;
}
