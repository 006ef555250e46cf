/*
 * Records any command, as data/record does with its own workloads. Under lackey the recorder must know process ids before they are
 * used, so it runs in a process-id namespace: the command line starts itself again inside one (unshare of util-linux), with the
 * same arguments, and waits.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { inputError } from "../../util/error.js";
import type { TraceOrigin } from "../header.js";
import type { Trace } from "../trace.js";
import { finishTrace } from "./finish.js";
import { runUnderLackey } from "./lackey-run.js";
import { Recorder } from "./recorder.js";
import { runUnderStrace } from "./strace-run.js";

const INSIDE = "RECLAIM_LAB_IN_NAMESPACE";
const REFRESH = 200_000;

/** Options of {@link recordCommand}. */
export interface RecordOptions {
  /** "lackey": all accesses in user space. "strace": reads and writes through descriptors. */
  readonly tool: "lackey" | "strace";
  /** Pages in the filter of a process (lackey). Default: 64. */
  readonly filter?: number;
  /** Is told what happens. */
  readonly progress?: (text: string) => void;
}

/** A recorded trace, and where it comes from. */
export interface Recorded {
  readonly trace: Trace;
  readonly origin: TraceOrigin;
}

/**
 * Run a command in the present folder and environment and record it. Its output goes to stderr, so that stdout stays the caller's.
 * Lackey needs a process-id namespace around the caller: see {@link enterNamespace}.
 * @throws InputError if a tool or the command is not there, or nothing was recorded.
 */
export async function recordCommand(
  command: readonly string[],
  { tool, filter = 64, progress = () => {} }: RecordOptions,
): Promise<Recorded> {
  if (command.length === 0) inputError("missing command: give it behind --, such as -- sort lines.txt");
  const needed = tool === "lackey" ? "valgrind" : "strace";
  if (!existsSync(`/usr/bin/${needed}`))
    inputError(`${needed} is not installed: no /usr/bin/${needed}; apt-get install ${needed}`);
  if (tool === "lackey" && process.env[INSIDE] === undefined)
    inputError("lackey outside of a process-id namespace: use reclaim-lab trace record, which makes one");
  const argv = [programOf(command[0]!), ...command.slice(1)];
  const recorder = new Recorder(process.cwd(), { filter, refresh: REFRESH });
  const run = tool === "lackey" ? runUnderLackey : runUnderStrace;
  const env = { ...process.env };
  delete env[INSIDE];
  await run([argv], process.cwd(), recorder, progress, { env, anyExit: true });
  for (const each of recorder.processes) each.space.exit();
  if (recorder.records.length === 0)
    inputError(
      `nothing was recorded: ${command.join(" ")}; did it run? strace sees reads and writes of files only`,
    );
  const unknown = recorder.processes.reduce((sum, each) => sum + each.nrUnmapped, 0);
  progress(`${recorder.records.length} records; ${unknown} accesses to unknown addresses left out`);
  const trace = finishTrace(basename(command[0]!), recorder);
  const reduction = tool === "lackey" ? { reduction: { filter, refresh: REFRESH } } : {};
  const version = execFileSync(`/usr/bin/${needed}`, ["--version"], { encoding: "utf8" })
    .split("\n")[0]!
    .trim();
  return {
    trace,
    origin: {
      about: command.join(" "),
      command: [command.join(" ")],
      version: "",
      recorder: version,
      ...reduction,
    },
  };
}

/** The path of a program, found as a shell would. */
function programOf(name: string): string {
  if (name.includes("/")) {
    if (existsSync(name)) return name;
    inputError(`no such program: ${name}; check the path`);
  }
  for (const folder of (process.env.PATH ?? "").split(":")) {
    if (folder !== "" && existsSync(`${folder}/${name}`)) return `${folder}/${name}`;
  }
  inputError(`no such program: ${name}; it is in no folder of PATH`);
}

/**
 * Run this program again, with the same arguments, in a process-id namespace of its own.
 * @returns its exit code; undefined if this is that program, already inside.
 * @throws InputError if no namespace can be made.
 */
export function enterNamespace(): number | undefined {
  if (process.env[INSIDE] !== undefined) return undefined;
  if (!existsSync("/usr/bin/unshare"))
    inputError("unshare is not installed: no /usr/bin/unshare; apt-get install util-linux");
  const user = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  const argv = ["--pid", "--fork", "--mount-proc", "--kill-child", ...user];
  const probe = spawnSync("/usr/bin/unshare", [...argv, "/bin/true"], { encoding: "utf8" });
  if (probe.status !== 0)
    inputError(`no process-id namespace: ${probe.stderr.trim()}; run as root, or allow user namespaces`);
  const self = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const env = { ...process.env, [INSIDE]: "1" };
  return spawnSync("/usr/bin/unshare", [...argv, ...self], { stdio: "inherit", env }).status ?? 1;
}
