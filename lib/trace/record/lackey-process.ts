import { readFileSync, readlinkSync } from "node:fs";
import type { LackeySink } from "./lackey-log.js";
import { applyProcMaps } from "./proc-maps.js";
import type { ProcessRecorder, Recorder } from "./recorder.js";
import { Syscalls } from "./syscalls.js";

/** What the kernel says about a process that has not run yet. */
export interface ProcessStart {
  /** Text of `/proc/PID/maps`. */
  readonly maps: string;
  /** Working folder. */
  readonly cwd: string;
}

/**
 * One process id of a recording under lackey. Each program that it executes is a process of the trace. Lines of
 * forked children up to their exec do not exist: valgrind is told to keep them silent.
 */
export class LackeyProcess implements LackeySink {
  private process: ProcessRecorder | undefined;
  private syscalls: Syscalls | undefined;
  private mapped = false;
  private ended = true;
  nrAccesses = 0;

  constructor(
    private readonly recorder: Recorder,
    private readonly look: () => ProcessStart,
  ) {}

  access(vpn: number, offset: number, size: number, store: boolean): void {
    if (this.ended) return;
    if (!this.mapped) this.start();
    this.nrAccesses++;
    const process = this.process!;
    process.access(vpn, store);
    if (offset + size > 4096) process.access(vpn + 1, store);
  }

  text(line: string): void {
    if (line.startsWith("SYSCALL[")) {
      if (this.ended) return;
      if (line.includes(" exit_group(")) this.end();
      else this.syscalls?.line(line);
    } else if (/^==\d+== Lackey/.test(line)) {
      this.end();
      this.process = this.recorder.process();
      this.syscalls = undefined;
      this.mapped = false;
      this.ended = false;
    }
  }

  /** The process ends, or executes another program. What valgrind runs in it afterwards is not recorded. */
  end(): void {
    if (!this.ended) this.process?.space.exit();
    this.ended = true;
  }

  /** The mappings at the start are read at the first access: the program has not run before that. */
  private start(): void {
    this.mapped = true;
    const { maps, cwd } = this.look();
    applyProcMaps(maps, this.process!, this.recorder.files);
    this.syscalls = new Syscalls(this.recorder, this.process!, cwd);
  }
}

/** Looks at a process, by its id. */
export function lookAt(pid: number): ProcessStart {
  return { maps: readFileSync(`/proc/${pid}/maps`, "utf8"), cwd: readlinkSync(`/proc/${pid}/cwd`) };
}
