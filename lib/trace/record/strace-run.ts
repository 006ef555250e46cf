/*
 * Runs commands under strace and records what they read and write through descriptors: one access for each page
 * that a call touches. With -y, strace prints the path behind every descriptor, so even inherited ones are known.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Recorder } from "./recorder.js";
import { StraceLog } from "./strace-log.js";

const CALLS =
  "openat,open,close,read,readv,pread64,write,writev,pwrite64,lseek,dup,dup2,dup3,fcntl,copy_file_range,sendfile,unlink,unlinkat,rename";

/** Runs `steps` one after another in `folder` under strace, into `recorder`. */
export async function runUnderStrace(
  steps: readonly (readonly string[])[],
  folder: string,
  recorder: Recorder,
  progress: (text: string) => void,
): Promise<void> {
  const logs = mkdtempSync(join(tmpdir(), "strace-"));
  try {
    for (const step of steps) {
      progress(step.join(" "));
      const path = join(logs, "log");
      const argv = ["-f", "-y", "-s", "0", "-o", path, "-e", `trace=${CALLS}`, "-e", "signal=none", ...step];
      const env = { PATH: "/usr/bin:/bin", HOME: folder, TMPDIR: folder, LC_ALL: "C", TZ: "UTC" };
      execFileSync("/usr/bin/strace", argv, { cwd: folder, env, stdio: ["ignore", "ignore", "inherit"] });
      const log = new StraceLog(recorder);
      for (const line of readFileSync(path, "utf8").split("\n")) log.line(line);
    }
  } finally {
    rmSync(logs, { recursive: true });
  }
}
