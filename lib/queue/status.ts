/* How a queued study stands, and who waits for whom, for people. */
import type { QueueList } from "./list.js";
import type { SubmitterSeen, WorkerSeen } from "./registry.js";

/** How a queued study stands. */
export interface QueueStatus {
  /** Digest of the simulator that these cells need. */
  readonly codeDigest: string;
  /** Cells in Redis, of this submitter, without a result. */
  readonly waiting: number;
  /** Cells that workers of this code have under way, for any submitter. */
  readonly running: number;
  /** Results taken since the start. */
  readonly taken: number;
  /** Cells that an earlier submitter had queued, and that were not queued again. */
  readonly attached: number;
  /** Results a second, over the last minute. */
  readonly perSecond: number;
  /** Workers of this code. */
  readonly workers: readonly WorkerSeen[];
  /** Workers of other code: they leave these cells alone. */
  readonly otherWorkers: readonly WorkerSeen[];
  /** Other submitters, of any code. */
  readonly submitters: readonly SubmitterSeen[];
}

/** One line: `3 workers on 2 hosts, 5 cells running, 120 queued, 8.4 cells/s`. */
export function queueText({ workers, running, waiting, perSecond, attached }: QueueStatus): string {
  const hosts = new Set(workers.map(({ host }) => host)).size;
  const parts = [
    `${plural(workers.length, "worker")} on ${plural(hosts, "host")}`,
    `${plural(running, "cell")} running`,
    `${waiting} queued`,
    `${perSecond.toFixed(1)} cells/s`,
  ];
  if (attached > 0) parts.push(`${attached} were queued already`);
  return parts.join(", ");
}

/** A line for each worker and submitter. */
export function listText({ workers, submitters }: QueueList): string {
  const lines = [
    ...workers.map(
      ({ host, pid, codeDigest, concurrency, running, done, failed }) =>
        `worker     ${host}:${pid}  code ${codeDigest.slice(0, 12)}  ` +
        `${running} of ${concurrency} running, ${done} done, ${failed} failed`,
    ),
    ...submitters.map(
      ({ host, pid, codeDigest, waiting }) =>
        `submitter  ${host}:${pid}  code ${codeDigest.slice(0, 12)}  ${waiting} cells wait`,
    ),
  ];
  return lines.length === 0 ? "no workers and no submitters" : lines.join("\n");
}

/** Who waits for whom: what to tell the user of a study that no worker serves; undefined if one does. */
export function waitingText({ codeDigest, waiting, workers, otherWorkers }: QueueStatus): string | undefined {
  if (waiting === 0 || workers.length > 0) return undefined;
  const need = `${plural(waiting, "cell")} wait for a worker with code ${codeDigest.slice(0, 12)}`;
  if (otherWorkers.length === 0) return `${need}; none is there: run reclaim-lab worker --redis URL`;
  const seen = otherWorkers
    .slice(0, 5)
    .map(({ host, pid, codeDigest: code }) => `${host}:${pid} (code ${code.slice(0, 12)})`);
  const more = otherWorkers.length > 5 ? ` and ${otherWorkers.length - 5} more` : "";
  return `${need}; those there have other code: ${seen.join(", ")}${more}; build the same commit on their hosts and start them again`;
}

function plural(nr: number, word: string): string {
  return `${nr} ${word}${nr === 1 ? "" : "s"}`;
}
