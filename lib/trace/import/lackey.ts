/*
 * A log of `valgrind --tool=lackey --trace-mem=yes`, of one process, written with --log-file.
 *
 * With --trace-syscalls=yes the log says what is mapped where, and which files are read and written: it then is a trace with
 * files. What the process has mapped at its start (program, loader, stack) is in no log, so it counts as anonymous memory, as does
 * all of a log without system calls. `reclaim-lab trace record` knows better: it asks /proc while the process runs.
 *
 * Accesses are folded into records as in the recorded traces (data/README.md): a process remembers its `filter` most recently
 * used pages, and forgets them every 200,000 accesses.
 */
import { inputError } from "../../util/error.js";
import { FileTable } from "../record/file-table.js";
import { finishTrace } from "../record/finish.js";
import { LackeyLog } from "../record/lackey-log.js";
import { LackeyProcess } from "../record/lackey-process.js";
import { Recorder } from "../record/recorder.js";
import type { Trace } from "../trace.js";
import { checkRecorded, nameOf } from "./address-space.js";
import { quoted } from "./lines.js";
import { readPieces } from "./source.js";

/** Pages in the filter of a process, unless said otherwise. */
const FILTER = 64;
/** Accesses after which the filter is emptied. */
const REFRESH = 200_000;

/** All of the address space below the kernel, as /proc/PID/maps would say it. */
const EVERYTHING = "0-800000000000 rw-p 00000000 00:00 0\n";

/** Lines that are no accesses: valgrind's own, and system calls. */
const OTHER = /^(?:==\d+==|--\d+--|\*\*\d+\*\*|SYSCALL\[\d+,\d+\]|\s*-->|\s*$)/;

/**
 * Read a lackey log as a stream of bytes. Memory: the trace, and the pages that were touched.
 * @param filter - Pages in the filter; 1 folds only runs on one page.
 * @throws InputError that names the file, and the line where there is one: one that neither lackey nor valgrind wrote.
 */
export async function readLackey(path: string, filter: number = FILTER): Promise<Trace> {
  const recorder = new Recorder("/", { filter, refresh: REFRESH }, new FileTable("/", false));
  const process = new LackeyProcess(recorder, () => ({ maps: EVERYTHING, cwd: "/" }));
  process.text("==0== Lackey"); // a log may have been cut: its process has begun
  const log: LackeyLog = new LackeyLog({
    access: (vpn, offset, size, store) => process.access(vpn, offset, size, store),
    text(line) {
      if (!OTHER.test(line)) {
        inputError(
          `no line of lackey: ${quoted(line)} (${path}, line ${log.nrLines}); expected an access such as ` +
            '" L 1fff000768,8", ==PID== or SYSCALL[...]: keep the output of the program out of the log with --log-file',
        );
      }
      if (process.nrAccesses > 0 || !line.startsWith("==")) process.text(line);
    },
  });
  for await (const piece of readPieces(path)) log.push(piece);
  log.end();
  process.end();
  checkRecorded(recorder, path, "an access of lackey");
  return finishTrace(nameOf(path), recorder);
}
