/*
 * Runs commands under strace and records what they read and write through descriptors: one access for each page
 * that a call touches. With -y, strace prints the path behind every descriptor, so even inherited ones are known.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Descriptors } from "./descriptors.js";
import type { Recorder } from "./recorder.js";

const CALLS =
  "openat,open,close,read,readv,pread64,write,writev,pwrite64,lseek,dup,dup2,dup3,fcntl,copy_file_range,sendfile,unlink,unlinkat,rename";

/** Descriptors of every process that strace follows, fed line by line. */
export class StraceLog {
  private readonly processes = new Map<number, Descriptors>();
  private readonly unfinished = new Map<number, string>();

  constructor(private readonly recorder: Recorder) {}

  /** Takes one line of `strace -f -y` output. */
  line(line: string): void {
    const m = /^(?:\[pid +)?(\d+)\]? +(.*)$/.exec(line);
    if (m === null) return;
    const pid = Number(m[1]);
    let call = m[2]!;
    if (call.endsWith("<unfinished ...>")) {
      this.unfinished.set(pid, call.slice(0, -"<unfinished ...>".length));
      return;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(call);
    if (resumed !== null) call = (this.unfinished.get(pid) ?? "") + resumed[1]!;
    const parts = /^(\w+)\((.*)\)\s+= (\d+)(?:<(.*)>)?/.exec(call);
    if (parts !== null) this.call(this.fds(pid), parts[1]!, parts[2]!, Number(parts[3]), parts[4]);
  }

  private fds(pid: number): Descriptors {
    let fds = this.processes.get(pid);
    if (fds === undefined) this.processes.set(pid, (fds = new Descriptors()));
    return fds;
  }

  private call(fds: Descriptors, name: string, text: string, result: number, path: string | undefined): void {
    if (name === "openat" || name === "open") {
      if (path === undefined) return;
      fds.set(result, { path, file: this.recorder.files.open(path), position: 0 });
      return;
    }
    const [fd = -1, other = -1] = [...text.matchAll(/(\d+)</g)].map((m) => Number(m[1]));
    if (name === "close") fds.close(fd);
    else if (name.startsWith("dup") || (name === "fcntl" && text.includes("F_DUPFD"))) fds.dup(fd, result);
    else if (name === "lseek") this.seek(fds, fd, result);
    else if (name === "read" || name === "readv") this.sequential(fds, fd, result, false);
    else if (name === "write" || name === "writev") this.sequential(fds, fd, result, true);
    else if (name === "pread64" || name === "pwrite64") {
      const start = Number(/(\d+)$/.exec(text)?.[1]);
      const file = fds.get(fd)?.file ?? -1;
      if (file >= 0) this.recorder.fileAccess(file, start, start + result, name === "pwrite64");
    } else if (name === "copy_file_range") this.copy(fds, fd, other, result);
    else if (name === "sendfile") this.copy(fds, other, fd, result);
  }

  private seek(fds: Descriptors, fd: number, position: number): void {
    const description = fds.get(fd);
    if (description !== undefined) description.position = position;
  }

  private sequential(fds: Descriptors, fd: number, bytes: number, store: boolean): void {
    const description = fds.get(fd);
    if (description === undefined) return;
    const start = description.position;
    description.position += bytes;
    if (description.file >= 0) this.recorder.fileAccess(description.file, start, start + bytes, store);
  }

  private copy(fds: Descriptors, from: number, to: number, bytes: number): void {
    this.sequential(fds, from, bytes, false);
    this.sequential(fds, to, bytes, true);
  }
}

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
