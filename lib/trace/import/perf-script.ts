/*
 * Page faults, as `perf script` prints them:
 *
 *   perf record -d -e page-faults -c 1 ...            perf script --show-mmap-events --show-task-events -F +addr
 *   perf record -d -e exceptions:page_fault_user ...  perf script --show-mmap-events --show-task-events
 *
 *   ls 14037   642.184183:          1 page-faults:     7f7366b34b70 _start+0x0 (/usr/lib/ld.so)     7f7366b34b70 ...
 *   ls 14363 [001]   657.438680: exceptions:page_fault_user: address=0x7f0f24256b70 ip=0x7f0f24256b70 error_code=0x14
 *   ls 14037   642.184064: PERF_RECORD_MMAP2 14037/14037: [0x562057a2f000(0x26000) @ 0 fe:00 260601 0]: r--p /usr/bin/ls
 *
 * One fault is one access: the rest of the accesses no fault tells. Mappings (PERF_RECORD_MMAP2, complete with -d) say which
 * pages are of files; what no line maps is anonymous memory. error_code bit 1 says that a fault stores; page-faults does not
 * say it, such faults are loads. Faults on kernel addresses are left out.
 * Sources: tools/perf/Documentation/perf-script.txt; arch/x86/include/asm/trap_pf.h, 6.12.
 */
import { inputError } from "../../util/error.js";
import { FileTable } from "../record/file-table.js";
import { finishTrace } from "../record/finish.js";
import { type ProcessRecorder, Recorder } from "../record/recorder.js";
import type { Trace } from "../trace.js";
import { ALL_ANONYMOUS, checkRecorded, nameOf, USER_PAGES } from "./address-space.js";
import { eachLine, lineOf, quoted } from "./lines.js";

const FAULT =
  /\s(page-faults|minor-faults|major-faults|faults|exceptions:page_fault_(?:user|kernel))(?::[a-zA-Z]+)?:(.*)$/;
const HEAD = /^\s*(.*?)\s*(\d+)(?:\/\d+)?(?:\s+\[\d+\])?(?:\s+\d+\.\d+:)?(?:\s+\d+)?\s*$/;
const TASK_EVENT = /PERF_RECORD_(\w+)(.*)$/;
const MAPPING =
  /^\s+(\d+)\/\d+: \[0x([0-9a-f]+)\(0x([0-9a-f]+)\) @ (?:0x)?([0-9a-f]+)(?: [0-9a-f]+:[0-9a-f]+ \d+ \d+)?\]: (\S+) (.*)$/;
const CALL_CHAIN = /^\s+[0-9a-f]+ .*\(.*\)\s*$|^\s+[0-9a-f]{5,16}\s*$/;
const WRITES = 2;
const MOST_PROCESSES = 2 ** 12;
const PAGE_DIGITS = 3; // hexadecimal digits of an offset in a page

const NEEDS_ADDRESS =
  "record with -d and print with -F +addr: perf record -d -e page-faults -c 1, then perf script -F +addr";

/**
 * Read the output of perf script, line by line. Memory: the trace, and the pages that were touched.
 * @throws InputError that names the file, and the line where there is one: no line of perf script, another event, no address.
 */
export async function readPerfScript(path: string): Promise<Trace> {
  const recorder = new Recorder(
    "/",
    { filter: 1, refresh: Number.MAX_SAFE_INTEGER },
    new FileTable("/", false),
  );
  const reader = new PerfReader(recorder, path);
  await eachLine(path, (line, nr) => reader.line(line, nr));
  reader.end();
  checkRecorded(recorder, path, "page-faults or exceptions:page_fault_user");
  return finishTrace(nameOf(path), recorder);
}

/** A fault whose one number may be its address, or the instruction's: the next line tells. */
interface Undecided {
  readonly pid: number;
  readonly address: string;
  readonly line: string;
  readonly nr: number;
}

class PerfReader {
  private readonly processes = new Map<number, ProcessRecorder>();
  private undecided: Undecided | undefined;

  constructor(
    private readonly recorder: Recorder,
    private readonly path: string,
  ) {}

  line(line: string, nr: number): void {
    if (this.undecided !== undefined) this.decide(CALL_CHAIN.test(line));
    if (/^\s*(#.*)?$/.test(line) || CALL_CHAIN.test(line)) return;
    const task = TASK_EVENT.exec(line);
    if (task !== null) {
      this.taskEvent(task[1]!, task[2]!, line, nr);
      return;
    }
    const fault = FAULT.exec(line);
    const head = fault === null ? null : HEAD.exec(line.slice(0, fault.index));
    if (fault === null || head === null) {
      inputError(
        `no page fault of perf script: ${quoted(line.trim())} (${lineOf(this.path, nr)}); expected COMM PID TIME: ` +
          "page-faults or exceptions:page_fault_user, with an address",
      );
    }
    const pid = Number(head[2]);
    if (fault[1]!.startsWith("exceptions:")) this.tracepoint(pid, fault[2]!, line, nr);
    else this.softwareEvent(pid, fault[2]!, line, nr);
  }

  end(): void {
    if (this.undecided !== undefined) this.decide(false);
    for (const process of this.processes.values()) process.space.exit();
  }

  private tracepoint(pid: number, text: string, line: string, nr: number): void {
    const address = /\baddress=(?:0x)?([0-9a-f]+)\b/.exec(text)?.[1];
    const code = /\berror_code=(?:0x)?([0-9a-f]+)/.exec(text)?.[1] ?? "0";
    if (address === undefined) this.noAddress(line, nr, "expected address=0x...");
    this.access(pid, address, (Number.parseInt(code.slice(-1), 16) & WRITES) !== 0);
  }

  private softwareEvent(pid: number, text: string, line: string, nr: number): void {
    const [address, ...rest] = text.trim().split(/\s+/);
    if (!/^[0-9a-f]{1,16}$/.test(address ?? "")) this.noAddress(line, nr, NEEDS_ADDRESS);
    const symbol = /^[0-9a-f]+\s+\S/.test(text.trim());
    if (!symbol || rest.some((word) => /^[0-9a-f]{5,16}$/.test(word))) this.access(pid, address!, false);
    else this.undecided = { pid, address: address!, line, nr };
  }

  private decide(isAddress: boolean): void {
    const { pid, address, line, nr } = this.undecided!;
    this.undecided = undefined;
    if (!isAddress) this.noAddress(line, nr, `the one number is the instruction's: ${NEEDS_ADDRESS}`);
    this.access(pid, address, false);
  }

  private noAddress(line: string, nr: number, what: string): never {
    inputError(`page fault without address: ${quoted(line.trim())} (${lineOf(this.path, nr)}); ${what}`);
  }

  private access(pid: number, address: string, store: boolean): void {
    const vpn = Number.parseInt(address.slice(0, -PAGE_DIGITS) || "0", 16);
    if (vpn < USER_PAGES) this.process(pid).access(vpn, store);
  }

  /** Mappings and ends of processes; what else perf tells of tasks changes nothing. */
  private taskEvent(name: string, text: string, line: string, nr: number): void {
    if (name === "EXIT") {
      const pid = Number(/\((\d+):/.exec(text)?.[1]);
      this.processes.get(pid)?.space.exit();
      this.processes.delete(pid);
    } else if (name === "COMM" && text.startsWith(" exec:")) {
      const pid = Number(/:(\d+)\/\d+\s*$/.exec(text)?.[1]);
      this.processes.get(pid)?.space.exit();
      this.processes.delete(pid); // another program, another process of the trace
    } else if (name === "MMAP" || name === "MMAP2") {
      const m = MAPPING.exec(text);
      if (m !== null) this.map(m);
      else if (!text.startsWith(" -1/")) {
        inputError(`no mapping of perf script: ${quoted(line.trim())} (${lineOf(this.path, nr)})`);
      }
    }
  }

  private map([, pid, from, length, offset, protection, file]: RegExpExecArray): void {
    const start = Math.floor(Number.parseInt(from!, 16) / 4096);
    const end = Math.ceil((Number.parseInt(from!, 16) + Number.parseInt(length!, 16)) / 4096);
    if (!(end <= USER_PAGES)) return;
    const id = file!.startsWith("//") ? -1 : this.recorder.files.open(file!);
    const page = Math.floor(Number.parseInt(offset!, 16) / 4096);
    this.process(Number(pid)).space.map({
      start,
      end,
      file: id,
      offset: id < 0 || page > USER_PAGES ? 0 : page,
      isPrivate: protection!.endsWith("p"),
      exec: id >= 0 && protection!.includes("x"),
    });
  }

  private process(pid: number): ProcessRecorder {
    let process = this.processes.get(pid);
    if (process === undefined) {
      if (this.recorder.processes.length === MOST_PROCESSES)
        inputError(`too many processes: over ${MOST_PROCESSES} (${this.path}); record one program`);
      process = this.recorder.process();
      process.space.map(ALL_ANONYMOUS);
      this.processes.set(pid, process);
    }
    return process;
  }
}
