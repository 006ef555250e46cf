import type { Ejection } from "../reclaim/eject/policy-fault.js";
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
 * What stands around the workload on a real machine, for predicting one: each part is off when left out, and then
 * it costs nothing, as on a machine where the workload is alone and counters are exact at any time.
 */
export interface MachineSpec {
  /** The kernel's own memory for the workload (page tables, nodes of page-cache trees, an open file, buffers) is charged to its memcg. Default: false. */
  readonly kernelMemory?: boolean;
  /** Pages of the memcg that can never be reclaimed (mlocked). Default: 0. */
  readonly pinned?: number;
  /**
   * Time passes: the machine's slowness, 1 = the measuring rig under emulation (`lib/sim/pace.ts`). Drives what the kernel
   * does by timer: statistics flushed every 2 s, writeback, context switches. Default: no time passes.
   */
  readonly pace?: number;
  /**
   * A store is a load and a store, as in `x = x + 1`: a page that is not mapped is faulted in by the load, and the store that
   * follows may fault again. Default: false, a store alone.
   */
  readonly loadsFirst?: boolean;
  /**
   * Pages of a file system's metadata: one comes into memory when the files are opened, before the first access, the rest with the
   * first page of a file. They are charged and listed as file pages, and cannot be freed, because the CPU's list of recent
   * buffers holds them (fs/buffer.c, bh_lru_install()): each time that reclaim offers them it activates them. 0 to 64; on the rig 2. Default: 0.
   */
  readonly metadata?: number;
  /** Part of each timer's period that has passed when the workload starts, 0 to 1 (not included): chance on a real machine. Default: 0. */
  readonly phase?: number;
  /** memory.stat is read at so many equal parts of the trace (each read flushes statistics), and reported. Default: 0. */
  readonly checkpoints?: number;
  /** Memcgs below the root, whose limit is `memoryMax`, parents first. What they do not name belongs to the root. Default: none. */
  readonly memcgs?: readonly MemcgSpec[];
  /** Memory that can fill as a whole, so that kswapd and direct reclaim have something to do. Default: endless. */
  readonly memory?: MemorySpec;
  /**
   * The state of the machine is kept at so many equal parts of the trace ({@link CellResult.timeline}), up to 10,000. Looking
   * changes nothing. Default: 0.
   */
  readonly timeline?: number;
  /** Pages mapped by one file fault, if they are cached (fault_around_bytes), a power of two. Default: 1, off. */
  readonly faultAround?: number;
}

/** One memcg. All sizes are pages. */
export interface MemcgSpec {
  /** Unique; not "root". */
  readonly name: string;
  /** Name of the memcg above, listed before. Default: the root. */
  readonly parent?: string;
  /** Processes of the trace, by index, whose faults it is charged for; "all" for those that no other memcg names. Default: none. */
  readonly processes?: readonly number[] | "all";
  /** Files of the trace, by name, whose pages it is charged for when they are read through descriptors. Default: those it maps. */
  readonly files?: readonly string[];
  /** memory.max, memory.high: Infinity when left out; memory.low, memory.min: 0. */
  readonly max?: number;
  readonly high?: number;
  readonly low?: number;
  readonly min?: number;
  /** A policy of its own, with its own mechanisms. Default: the cell's, or its node's. */
  readonly policy?: PolicySpec;
}

/** A node of memory. */
export interface NodeSpec {
  /** Pages that the page allocator manages: watermarks go by it. */
  readonly pages: number;
  /** Of these, free before the workload starts. Default: all. */
  readonly free?: number;
  /** A policy for what is on this node. Default: the cell's. */
  readonly policy?: PolicySpec;
}

/** The machine's memory. */
export interface MemorySpec {
  /** One to eight, nearest and fastest first. Each demotes to the next, if `demotion` is on. */
  readonly nodes: readonly NodeSpec[];
  /** vm.watermark_scale_factor, in ten-thousandths of a node. Default: 10. */
  readonly watermarkScale?: number;
  /** Allocate on the first node only (MPOL_BIND). Default: false. */
  readonly bind?: boolean;
  /** lru_gen/min_ttl_ms: out of memory if kswapd would have to take what has been in use so lately. Needs `pace`. Default: 0, off. */
  readonly minTtlMs?: number;
}

/**
 * One simulation as plain data: it serialises to JSON, its content hash names it, and any machine that has
 * the same code and trace computes the same bytes from it.
 */
export interface CellSpec {
  readonly trace: TraceSpec;
  /**
   * "cache": a plain cache. Each record is one request for one object (a page of content), `memoryMax` counts objects, and
   * a miss evicts one object when the cache is full. Of `set` only `references` applies: "exact" (default: hits are told to
   * policies that want them) or "flags" (hits set accessed bits only); profile, swap, swappiness and machine do not.
   * Default: a kernel's memcg.
   */
  readonly mode?: "cache";
  /** memory.max of the memcg, in pages. */
  readonly memoryMax: number;
  readonly policy: PolicySpec;
  /** Kernel whose defaults apply. */
  readonly profile: "6.1" | "6.12" | "7.3";
  /** Switches that differ from the policy's own defaults; see `lib/sim/switches.ts`. */
  readonly set: Readonly<Record<string, SwitchValue>>;
  readonly swap: "zram" | "disk" | "none";
  /** vm.swappiness, 0 to 200. */
  readonly swappiness: number;
  /** Seed of what is random in a policy or mechanism. The trace has its own. */
  readonly seed: number;
  readonly machine?: MachineSpec;
  /** Takes over from a policy that is ejected, with the mechanisms that are in the slots: one of the package. Default: lru; in a cache, fifo. */
  readonly fallback?: PolicySpec;
}

/** What a cell yields: the counters, named as in /proc/vmstat and memory.stat, and the work done. */
export interface CellResult {
  /**
   * "ok"; "oom" when the memcg ran out of memory after 16 fruitless retries, as in the kernel; "ejected" when a policy broke its
   * contract and another took over: whatever the counters say, they are not that policy's.
   */
  readonly status: "ok" | "oom" | "ejected";
  /** Which policies were ejected, in order; only if there were any. */
  readonly ejected?: readonly Ejection[];
  readonly counters: Readonly<Record<string, number>>;
  /** The same for each memcg with all below it, as its memory.stat has them; only with `machine.memcgs`. */
  readonly memcgs?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The counters at each checkpoint, the last at the end; empty without `machine.checkpoints`. */
  readonly checkpoints?: readonly Readonly<Record<string, number>>[];
  /** The state over time, one row a sample; without `machine.timeline` there is none. See `lib/sim/timeline.ts`. */
  readonly timeline?: readonly Readonly<Record<string, number>>[];
}
