/*
 * Runs commands under lackey and records them. Every process writes its log into a FIFO of its own, named after
 * its process id, so logs never lie on disk and a process waits when we are slow. The FIFOs must exist before
 * the ids do: the recorder runs in a process-id namespace of its own (see data/record/record.sh), where the
 * next ids are the next numbers.
 */
import { execFileSync, spawn } from "node:child_process";
import { constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LackeyLog } from "./lackey-log.js";
import { LackeyProcess, lookAt } from "./lackey-process.js";
import type { Recorder } from "./recorder.js";
import { plainEnvironment, type RunEnvironment } from "./run-environment.js";

const NR_FIFOS = 400;

const VALGRIND = [
  "--tool=lackey",
  "--basic-counts=no",
  "--trace-mem=yes",
  "--trace-syscalls=yes",
  "--trace-children=yes",
  "--child-silent-after-fork=yes",
  "--run-libc-freeres=no",
];

function nextPid(): number {
  return Number(execFileSync("/bin/sh", ["-c", "echo $$"], { encoding: "utf8" })) + 1;
}

function run(argv: readonly string[], folder: string, { env, anyExit }: RunEnvironment): Promise<void> {
  // The output of a command that its user gave goes to stderr: stdout is ours.
  const out = env === undefined ? "ignore" : process.stderr;
  const child = spawn(argv[0]!, argv.slice(1), {
    cwd: folder,
    env: env ?? plainEnvironment(folder),
    stdio: ["ignore", out, "inherit"],
  });
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("exit", (code) => {
      if (code === 0 || anyExit === true) done();
      else fail(new Error(`${argv.join(" ")}: exit ${code}`));
    });
  });
}

/** Waits until no FIFO has delivered anything for a while. */
async function drain(nrBytes: () => number): Promise<void> {
  for (let before = -1; before !== nrBytes(); ) {
    before = nrBytes();
    await new Promise((done) => setTimeout(done, 300));
  }
}

/** Runs `steps` one after another in `folder` under lackey, into `recorder`. */
export async function runUnderLackey(
  steps: readonly (readonly string[])[],
  folder: string,
  recorder: Recorder,
  progress: (text: string) => void,
  environment: RunEnvironment = {},
): Promise<void> {
  const logs = mkdtempSync(join(tmpdir(), "lackey-"));
  const sockets: Socket[] = [];
  const processes: LackeyProcess[] = [];
  let nrBytes = 0;
  const first = nextPid();
  const pids = Array.from({ length: NR_FIFOS }, (_, i) => first + i);
  execFileSync(
    "/usr/bin/mkfifo",
    pids.map((pid) => join(logs, `${pid}`)),
  );
  for (const pid of pids) {
    const fd = openSync(join(logs, `${pid}`), constants.O_RDWR | constants.O_NONBLOCK);
    const socket = new Socket({ fd, readable: true, writable: false });
    const process = new LackeyProcess(recorder, () => lookAt(pid));
    const log = new LackeyLog(process);
    socket.on("data", (bytes) => {
      nrBytes += bytes.length;
      log.push(bytes);
    });
    sockets.push(socket);
    processes.push(process);
  }
  const timer = setInterval(() => {
    const accesses = processes.reduce((sum, process) => sum + process.nrAccesses, 0);
    progress(`${(accesses / 1e6).toFixed(0)} M accesses, ${recorder.records.length} records`);
  }, 10_000);
  try {
    for (const step of steps) {
      progress(step.join(" "));
      await run(
        ["/usr/bin/valgrind", ...VALGRIND, `--log-file=${join(logs, "%p")}`, ...step],
        folder,
        environment,
      );
      await drain(() => nrBytes);
      for (const process of processes) process.end();
    }
  } finally {
    clearInterval(timer);
    for (const socket of sockets) socket.destroy();
    rmSync(logs, { recursive: true });
  }
}
