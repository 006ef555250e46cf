/*
 * Runs commands under strace and records what they read and write through descriptors: one access for each page
 * that a call touches. With -y, strace prints the path behind every descriptor, so even inherited ones are known.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Recorder } from "./recorder.js";
import { plainEnvironment, type RunEnvironment } from "./run-environment.js";
import { StraceLog } from "./strace-log.js";

const CALLS =
  "openat,open,close,read,readv,pread64,write,writev,pwrite64,lseek,dup,dup2,dup3,fcntl,copy_file_range,sendfile,unlink,unlinkat,rename";

/** Runs `steps` one after another in `folder` under strace, into `recorder`. */
export async function runUnderStrace(
  steps: readonly (readonly string[])[],
  folder: string,
  recorder: Recorder,
  progress: (text: string) => void,
  { env, anyExit = false }: RunEnvironment = {},
): Promise<void> {
  const logs = mkdtempSync(join(tmpdir(), "strace-"));
  try {
    for (const step of steps) {
      progress(step.join(" "));
      const path = join(logs, "log");
      const argv = ["-f", "-y", "-s", "0", "-o", path, "-e", `trace=${CALLS}`, "-e", "signal=none", ...step];
      const out = env === undefined ? "ignore" : process.stderr;
      const { status, error } = spawnSync("/usr/bin/strace", argv, {
        cwd: folder,
        env: env ?? plainEnvironment(folder),
        stdio: ["ignore", out, "inherit"],
      });
      if (error !== undefined) throw error;
      if (status !== 0 && !anyExit) throw new Error(`${step.join(" ")}: exit ${status}`);
      const log = new StraceLog(recorder);
      for (const line of readFileSync(path, "utf8").split("\n")) log.line(line);
    }
  } finally {
    rmSync(logs, { recursive: true });
  }
}
