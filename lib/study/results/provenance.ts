import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, hostname, release } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Root of the package, of which git is asked. */
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** Longest wait for git, in milliseconds: provenance must not hold up a study. */
const GIT_MS = 5000;

/** One run of a study: what a reader needs to have the same program on a like machine again. */
export interface RunRecord {
  readonly run: string;
  /** UTC, ISO 8601. */
  readonly started: string;
  readonly host: string;
  /** Commit of the code; null outside of a git checkout. */
  readonly commit: string | null;
  /** Whether the checkout differed from the commit; null outside of git. */
  readonly dirty: boolean | null;
  /** Version of reclaim-lab. */
  readonly version: string;
  readonly node: string;
  /** Kernel release and architecture. */
  readonly system: string;
  readonly cpu: string;
  readonly cores: number;
}

/** Asked once a process: the code that is loaded does not change with the checkout. */
let checkout: Promise<(string | undefined)[]> | undefined;

/** This process, now. */
export async function describeRun(run: string): Promise<RunRecord> {
  checkout ??= Promise.all([git("rev-parse", "HEAD"), git("status", "--porcelain")]);
  const [commit, status] = await checkout;
  return {
    run,
    started: new Date().toISOString(),
    host: hostname(),
    commit: commit?.trim() ?? null,
    dirty: commit === undefined || status === undefined ? null : status.trim() !== "",
    version: packageVersion(),
    node: process.version,
    system: `${release()} ${arch()}`,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
  };
}

async function git(...args: string[]): Promise<string | undefined> {
  try {
    return (await promisify(execFile)("git", args, { cwd: ROOT, timeout: GIT_MS })).stdout;
  } catch {
    return undefined;
  }
}

function packageVersion(): string {
  try {
    return (JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as { version: string }).version;
  } catch {
    return "unknown";
  }
}
