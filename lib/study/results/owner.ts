import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync, statSync } from "node:fs";
import { hostname } from "node:os";

/*
 * Files that a process is still writing bear its name, so that others can tell what a dead one left behind:
 *
 *   <place>-<pid>-<start>-<random>
 *
 * place: host, boot and pid namespace, hashed; a pid means nothing elsewhere. start: the process's start time in
 * clock ticks since boot, because pids come again.
 */

/** Age in days from which a file of another place, whose owner cannot be asked, counts as left behind. */
const FOREIGN_DAYS = 7;

const PLACE: string = createHash("sha256")
  .update(`${hostname()} ${read("/proc/sys/kernel/random/boot_id")} ${link("/proc/self/ns/pid")}`)
  .digest("hex")
  .slice(0, 12);

/** A new name for a file of this process. */
export function ownName(): string {
  return `${PLACE}-${process.pid}-${startOf(process.pid)}-${randomBytes(4).toString("hex")}`;
}

/** Whether the owner of a file is gone for sure, or so it seems after seven days without a write. */
export function isLeftBehind(path: string, name: string): boolean {
  const [place, pid, start] = name.split("-");
  if (place === PLACE) return !isAlive(Number(pid)) || startOf(Number(pid)) !== start;
  try {
    return Date.now() - statSync(path).mtimeMs > FOREIGN_DAYS * 86_400_000;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Field 22 of /proc/PID/stat, which follows the name in parentheses; "0" where there is no /proc. */
function startOf(pid: number): string {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "0";
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
