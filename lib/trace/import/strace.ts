/*
 * A log of `strace -f -y -o FILE`: what processes read and write through descriptors, one access for each page and call.
 *
 * -y prints the path behind each descriptor; without it, paths are as the program gave them to open. Times (-t, -tt, -ttt, -r, -T)
 * and a process id in front (-f) may be there or not. What a program does in mapped memory no system call tells: by default a
 * mapping of a file touches nothing, with mmap = "read" every page of it is read once.
 */
import { inputError } from "../../util/error.js";
import { FileTable } from "../record/file-table.js";
import { finishTrace } from "../record/finish.js";
import { Recorder } from "../record/recorder.js";
import { StraceLog } from "../record/strace-log.js";
import type { Trace } from "../trace.js";
import { checkRecorded, nameOf } from "./address-space.js";
import { eachLine, lineOf, quoted } from "./lines.js";

/** What a mapping of a file stands for. */
export type MmapReading = "ignore" | "read";

/**
 * Read a log of strace, line by line. Memory: the trace, and the pages that were touched.
 * @throws InputError that names the file, and the line where there is one: one that strace did not write.
 */
export async function readStrace(path: string, mmap: MmapReading = "ignore"): Promise<Trace> {
  const recorder = new Recorder(
    "/",
    { filter: 1, refresh: Number.MAX_SAFE_INTEGER },
    new FileTable("/", false),
  );
  const log = new StraceLog(recorder, mmap === "read");
  await eachLine(path, (line, nr) => {
    if (log.line(line)) return;
    inputError(
      `no line of strace: ${quoted(line)} (${lineOf(path, nr)}); expected a call such as ` +
        'read(3</etc/passwd>, ""..., 4096) = 1024',
    );
  });
  checkRecorded(recorder, path, "read, write, pread64, pwrite64, sendfile or copy_file_range of a file");
  return finishTrace(nameOf(path), recorder);
}
