/*
 * The mappings that a process starts with (program, loader, first heap page, stack), from /proc/PID/maps.
 *
 * Under valgrind that list holds valgrind as well. Its program and its heap lie between 0x58000000 and the
 * client's stack (0x1ffe...): the client never has anything there, so that window is left out.
 */
import type { FileTable } from "./file-table.js";
import type { ProcessRecorder } from "./recorder.js";

const VALGRIND_START = 0x58000;
const CLIENT_STACK_START = 0x1ff_0000;
const CLIENT_END = 0x200_0000;

/** Maps what a `/proc/PID/maps` text lists for the client into `process`. */
export function applyProcMaps(text: string, process: ProcessRecorder, files: FileTable): void {
  for (const line of text.split("\n")) {
    const m = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) ([0-9a-f]+) \S+ \d+\s*(.*)$/.exec(line);
    if (m === null) continue;
    const start = Number.parseInt(m[1]!, 16) / 4096;
    const end = Number.parseInt(m[2]!, 16) / 4096;
    if (start >= CLIENT_END || (start >= VALGRIND_START && start < CLIENT_STACK_START)) continue;
    const file = m[5]!.startsWith("/") ? files.open(m[5]!) : -1;
    process.space.map({
      start,
      end,
      file,
      offset: file < 0 ? 0 : Number.parseInt(m[4]!, 16) / 4096,
      isPrivate: m[3]![3] === "p",
      exec: file >= 0 && m[3]![2] === "x",
      stack: start >= CLIENT_STACK_START,
    });
  }
}
