/*
 * The text that the guest left on its output disk, read into runs. Lines, as data/kernel/rig/wl.c writes them:
 * BOOT, then for each run RUN <tokens>, at each checkpoint CK, MC, MS (memory.stat), VM (vmstat) and LG (lru_gen's
 * generations), and END <wait status>. Lines with other tags are kept out.
 */

/** Counters by the kernel's names. Those of memory.stat that are amounts of memory are in bytes. */
export type KernelCounters = Readonly<Record<string, number>>;

/** One row of lru_gen's table: a generation. */
export interface Generation {
  readonly seq: number;
  readonly anon: number;
  readonly file: number;
}

/** All that was read at one moment of a run. */
export interface CheckpointReading {
  /** The replayer's own: `i` accesses done, `ns` since its start, minflt, majflt, nvcsw, nivcsw. */
  readonly task: KernelCounters;
  /** memory.current, memory.peak, memory.swap.current; bytes. */
  readonly memcg: KernelCounters;
  readonly stat: KernelCounters;
  readonly vmstat: KernelCounters;
  /** Oldest first; empty under mode 0. */
  readonly generations: readonly Generation[];
}

/** One run. */
export interface KernelRun {
  /** What `uname -r` prints. */
  readonly kernel: string;
  readonly tokens: Readonly<Record<string, string>>;
  /** The first is before the first access, the last one at the end, or the last before the process was killed. */
  readonly checkpoints: readonly CheckpointReading[];
  /** "ok", "killed9" (the OOM killer), or "failed" and the replayer's exit code. */
  readonly status: string;
}

/** Name value name value ... from the second word on. */
function pairs(line: string): KernelCounters {
  const words = line.trim().split(/\s+/);
  const found: Record<string, number> = {};
  for (let i = 1; i + 1 < words.length; i += 2) found[words[i]!] = Number(words[i + 1]);
  return found;
}

/** LG | node 0 | seq age anon file | ...: the rows that begin with a number. */
function generationsOf(line: string): Generation[] {
  return line
    .split("|")
    .map((cell) => cell.trim())
    .filter((cell) => /^\d/.test(cell))
    .map((cell) => {
      const [seq, , anon, file] = cell.split(/\s+/).map(Number);
      return { seq: seq!, anon: anon!, file: file! };
    });
}

/** What a wait status says. */
function statusText(status: number): string {
  if (status === 0) return "ok";
  return status & 127 ? `killed${status & 127}` : `failed${status >> 8}`;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** All runs that ended, in the order of the output. A run that the guest did not finish is left out. */
export function parseOutput(text: string): KernelRun[] {
  const runs: KernelRun[] = [];
  let kernel = "";
  let tokens: Record<string, string> | undefined;
  let checkpoints: Mutable<CheckpointReading>[] = [];
  for (const line of text.split("\n")) {
    const tag = line.split(" ", 1)[0];
    const last = checkpoints.at(-1);
    if (tag === "BOOT") kernel = line.split(/\s+/)[3] ?? "";
    else if (tag === "RUN") {
      tokens = Object.fromEntries(
        line
          .slice(4)
          .trim()
          .split(/\s+/)
          .map((token) => token.split("=")),
      );
      checkpoints = [];
    } else if (tag === "CK") {
      checkpoints.push({ task: pairs(line), memcg: {}, stat: {}, vmstat: {}, generations: [] });
    } else if (tag === "END" && tokens !== undefined) {
      const status = statusText(Number(/status (\d+)/.exec(line)?.[1] ?? 0));
      runs.push({ kernel, tokens, checkpoints, status });
      tokens = undefined;
    } else if (last !== undefined) {
      if (tag === "MC") last.memcg = pairs(line);
      else if (tag === "MS") last.stat = pairs(line);
      else if (tag === "VM") last.vmstat = pairs(line);
      else if (tag === "LG") last.generations = generationsOf(line);
    }
  }
  return runs;
}

/** The guest came to the end of its run list. */
export function isComplete(text: string): boolean {
  return /^DONE$/m.test(text);
}
