/*
 * System calls as valgrind prints them (--trace-syscalls=yes), applied to the address space and the descriptors
 * of the process that made them. A call that may block is two lines: its arguments, later its result.
 */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { Descriptors, O_APPEND } from "./descriptors.js";
import type { ProcessRecorder, Recorder } from "./recorder.js";

const AT_FDCWD = 4294967196;
const PROT_EXEC = 4;
const MAP_PRIVATE = 2;
const MAP_ANONYMOUS = 0x20;
const MADV = { random: 1, sequential: 2, dontneed: 4, free: 8 };
const F_DUPFD = 0;
const F_DUPFD_CLOEXEC = 1030;

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

/** First page, and first page behind, of a range of bytes. */
function pages(address: number, length: number): [number, number] {
  return [Math.floor(address / 4096), Math.ceil((address + length) / 4096)];
}

/** One argument: a number (decimal or 0x), or an address with the string behind it in parentheses. */
interface Argument {
  readonly value: number;
  readonly text: string;
}

function parseArguments(text: string): Argument[] {
  const found = text.matchAll(/(0x[0-9a-f]+|\d+)(?:\(([^)]*)\))?/g);
  return [...found].map((m) => ({ value: Number(m[1]), text: m[2] ?? "" }));
}

/** The system calls of one process. */
export class Syscalls {
  private readonly fds = new Descriptors();
  private pending: { name: string; args: Argument[] } | undefined;

  constructor(
    private readonly recorder: Recorder,
    private readonly process: ProcessRecorder,
    private cwd: string,
  ) {}

  /** Takes a line that starts with "SYSCALL[". */
  line(line: string): void {
    const call = /^SYSCALL\[\d+,\d+\]\(\d+\) (?:sys_)?(\w+)[^(]*\((.*?)\) ?(?:\[sync\]|-->|$)/.exec(line);
    const result = /(Success|Failure)\(0x([0-9a-f]+)/.exec(line);
    if (call !== null) this.pending = { name: call[1]!, args: parseArguments(call[2]!) };
    if (result === null || this.pending === undefined) return;
    const { name, args } = this.pending;
    this.pending = undefined;
    if (result[1] === "Success") this.apply(name, args, Number.parseInt(result[2]!, 16));
  }

  private apply(name: string, args: Argument[], result: number): void {
    const arg = (i: number): number => args[i]?.value ?? 0;
    const { space } = this.process;
    if (name === "mmap") this.mmap(arg(1), arg(2), arg(3), arg(4), arg(5), result);
    else if (name === "munmap") space.unmap(...pages(arg(0), arg(1)));
    else if (name === "brk") space.setBrk(Math.ceil(result / 4096));
    else if (name === "mremap") space.move(...pages(arg(0), arg(1)), ...pages(result, arg(2)));
    else if (name === "madvise") this.madvise(arg(0), arg(1), arg(2));
    else if (name === "chdir") this.cwd = resolve(this.cwd, args[0]?.text ?? "");
    else if (name === "rename") this.recorder.files.rename(this.path(args[0]), this.path(args[1]));
    else if (name === "unlink") this.recorder.files.unlink(this.path(args[0]));
    else this.descriptorCall(name, args, result);
  }

  private descriptorCall(name: string, args: Argument[], result: number): void {
    const arg = (i: number): number => args[i]?.value ?? 0;
    if (name === "openat") this.open(result, this.pathAt(arg(0), args[1]), arg(2));
    else if (name === "open") this.open(result, this.path(args[0]), arg(1));
    else if (name === "close") this.fds.close(arg(0));
    else if (name === "dup" || name === "dup2" || name === "dup3") this.fds.dup(arg(0), result);
    else if (name === "fcntl" && (arg(1) === F_DUPFD || arg(1) === F_DUPFD_CLOEXEC))
      this.fds.dup(arg(0), result);
    else if (name === "lseek") {
      const description = this.fds.get(arg(0));
      if (description !== undefined) description.position = result;
    } else if (name === "read" || name === "readv") this.sequential(arg(0), result, false);
    else if (name === "write" || name === "writev") this.sequential(arg(0), result, true);
    else if (name === "pread64") this.at(arg(0), arg(3), result, false);
    else if (name === "pwrite64") this.at(arg(0), arg(3), result, true);
    else if (name === "copy_file_range") {
      this.sequential(arg(0), result, false);
      this.sequential(arg(2), result, true);
    } else if (name === "sendfile") {
      this.sequential(arg(1), result, false);
      this.sequential(arg(0), result, true);
    }
  }

  private mmap(length: number, prot: number, flags: number, fd: number, offset: number, at: number): void {
    const anonymous = (flags & MAP_ANONYMOUS) !== 0;
    const file = anonymous ? -1 : (this.fds.get(fd)?.file ?? -1);
    const [start, end] = pages(at, length);
    this.process.space.map({
      start,
      end,
      file,
      offset: file < 0 ? 0 : offset / 4096,
      isPrivate: (flags & 3) === MAP_PRIVATE,
      exec: file >= 0 && (prot & PROT_EXEC) !== 0,
    });
  }

  private madvise(address: number, length: number, advice: number): void {
    const [start, end] = pages(address, length);
    const { space } = this.process;
    if (advice === MADV.dontneed || advice === MADV.free) space.drop(start, end);
    else if (advice === MADV.random || advice === MADV.sequential) space.advise(start, end, false);
    else if (advice === 0) space.advise(start, end, true);
  }

  private path(argument: Argument | undefined): string {
    return resolve(this.cwd, argument?.text ?? "");
  }

  private pathAt(folder: number, argument: Argument | undefined): string {
    const base = folder === AT_FDCWD ? this.cwd : (this.fds.get(folder)?.path ?? this.cwd);
    return resolve(base, argument?.text ?? "");
  }

  private open(fd: number, path: string, flags: number): void {
    const append = (flags & O_APPEND) !== 0;
    const position = append ? sizeOf(path) : 0;
    this.fds.set(fd, { path, file: this.recorder.files.open(path), position });
  }

  private sequential(fd: number, bytes: number, store: boolean): void {
    const description = this.fds.get(fd);
    if (description === undefined) return;
    const start = description.position;
    description.position += bytes;
    if (description.file >= 0) this.recorder.fileAccess(description.file, start, start + bytes, store);
  }

  private at(fd: number, start: number, bytes: number, store: boolean): void {
    const file = this.fds.get(fd)?.file ?? -1;
    if (file >= 0) this.recorder.fileAccess(file, start, start + bytes, store);
  }
}
