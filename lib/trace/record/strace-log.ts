/*
 * Lines of strace, as calls: reads and writes through descriptors become accesses of the pages that they touch.
 *
 *   1234 10:13:04.086242 read(3</etc/passwd>, ""..., 4096) = 1024 <0.000010>
 *   |    |               |    |                                   ` time that it took (-T)
 *   |    |               |    ` descriptor, with its path (-y)
 *   |    ` time (-t, -tt, -ttt, -r)
 *   ` process (-f)
 */
import { Descriptors } from "./descriptors.js";
import type { Recorder } from "./recorder.js";

/** Process and time in front of a call. */
const FRONT = /^\s*(?:\[pid +(\d+)\] +|(\d+) +)?(?:(?:\d+:\d+:\d+(?:\.\d+)?|\d+\.\d+) +)?(.*)$/;
/** Lines that are no calls: a signal, an exit, a remark of strace's. */
const NO_CALL = /^(?:\+\+\+ .* \+\+\+|--- .* ---|strace: .*|)$/;

/** Most bytes of one call: what read() and mmap() of a mapping in one piece are seen to do. */
const MOST_BYTES = 2 ** 38;
/** Longest file, in bytes: 4 TiB is more pages than a trace can name. */
const LONGEST_FILE = 2 ** 42;

/** Descriptors of every process that strace follows, fed line by line. */
export class StraceLog {
  private readonly processes = new Map<number, Descriptors>();
  private readonly unfinished = new Map<number, string>();

  /** @param mmapReads - A mapping of a file reads all its pages once. */
  constructor(
    private readonly recorder: Recorder,
    private readonly mmapReads = false,
  ) {}

  /** Takes one line. False if strace does not write such lines. */
  line(line: string): boolean {
    const [, followed, pidText, text = ""] = FRONT.exec(line) ?? [];
    const pid = Number(followed ?? pidText ?? 0);
    let call = text.trimEnd();
    if (NO_CALL.test(call)) return true;
    if (call.endsWith("<unfinished ...>")) {
      this.unfinished.set(pid, call.slice(0, -"<unfinished ...>".length));
      return /^\w+\(/.test(call);
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(call);
    if (resumed !== null) call = (this.unfinished.get(pid) ?? "") + resumed[1]!;
    const parts = /^(\w+)\((.*)\)\s+= (\d+|0x[0-9a-f]+)(?:<(.*?)>(?:\(deleted\))?(?=\s|$))?/.exec(call);
    if (parts !== null) return this.call(this.fds(pid), parts[1]!, parts[2]!, Number(parts[3]), parts[4]);
    return resumed !== null || /^\w+\(.*\)\s+= (?:-\d+|\?)/.test(call);
  }

  private fds(pid: number): Descriptors {
    let fds = this.processes.get(pid);
    if (fds === undefined) this.processes.set(pid, (fds = new Descriptors()));
    return fds;
  }

  /** False if it tells of more bytes than a call or a file can have. */
  private call(
    fds: Descriptors,
    name: string,
    text: string,
    result: number,
    path: string | undefined,
  ): boolean {
    const [fd, other] = descriptorsIn(name, text);
    if (name === "openat" || name === "open" || name === "creat") this.open(fds, text, result, path);
    else if (name === "close") fds.close(fd);
    else if (name.startsWith("dup") || (name === "fcntl" && text.includes("F_DUPFD"))) fds.dup(fd, result);
    else if (name === "lseek") this.seek(fds, fd, result);
    else if (name === "read" || name === "readv") return this.sequential(fds, fd, result, false);
    else if (name === "write" || name === "writev") return this.sequential(fds, fd, result, true);
    else if (name === "pread64" || name === "pwrite64") {
      const start = Number(/(\d+)$/.exec(text)?.[1]);
      return this.access(fds.get(fd)?.file ?? -1, start, result, name === "pwrite64");
    } else if (name === "copy_file_range") return this.copy(fds, fd, other, result);
    else if (name === "sendfile") return this.copy(fds, other, fd, result);
    else if (name === "mmap" && this.mmapReads) return this.mmap(fds, text);
    return true;
  }

  private open(fds: Descriptors, text: string, fd: number, shown: string | undefined): void {
    const given = /"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
    const path = shown ?? given;
    if (path === undefined) return;
    const file = text.includes("O_DIRECTORY") ? -1 : this.recorder.files.open(path);
    fds.set(fd, { path, file, position: 0 });
  }

  /** mmap(address, length, protection, flags, fd, offset). */
  private mmap(fds: Descriptors, text: string): boolean {
    const m = /, (\d+), [^,]+, [^,]+, (\d+)(?:<.*>)?, (0x[0-9a-f]+|\d+)$/.exec(text);
    return m === null || this.access(fds.get(Number(m[2]))?.file ?? -1, Number(m[3]), Number(m[1]), false);
  }

  private seek(fds: Descriptors, fd: number, position: number): void {
    const description = fds.get(fd);
    if (description !== undefined) description.position = position;
  }

  private sequential(fds: Descriptors, fd: number, bytes: number, store: boolean): boolean {
    const description = fds.get(fd);
    if (description === undefined) return true;
    const start = description.position;
    description.position += bytes;
    return this.access(description.file, start, bytes, store);
  }

  private copy(fds: Descriptors, from: number, to: number, bytes: number): boolean {
    return this.sequential(fds, from, bytes, false) && this.sequential(fds, to, bytes, true);
  }

  private access(file: number, start: number, bytes: number, store: boolean): boolean {
    if (file < 0) return true;
    if (!(bytes <= MOST_BYTES && start + bytes <= LONGEST_FILE)) return false;
    this.recorder.fileAccess(file, start, start + bytes, store);
    return true;
  }
}

/** The first two descriptors among the arguments of a call, with their paths behind them (-y) or not; -1 where there is none. */
function descriptorsIn(name: string, text: string): [number, number] {
  if (!/^\d/.test(text)) return [-1, -1];
  if (/^\d+</.test(text)) {
    const [fd = -1, other = -1] = [...text.matchAll(/(\d+)</g)].map((m) => Number(m[1]));
    return [fd, other];
  }
  const parts = text.split(", ", 3);
  const other = parts[name === "copy_file_range" ? 2 : 1] ?? "";
  return [Number.parseInt(parts[0]!, 10), /^\d+$/.test(other) ? Number(other) : -1];
}
