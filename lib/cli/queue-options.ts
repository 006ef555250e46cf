/* The options of commands that use a queue. */
import type { QueueStatus } from "../queue/status.js";
import type { OpenExecutor } from "../study/executor.js";
import { inputError } from "../util/error.js";
import { maybeNumber } from "./arguments.js";

/** Shortest time between two lines about the queue, in milliseconds. */
const LINE_MS = 10_000;

/** URL of the Redis: the option; without it, or for "env", the environment's, which no list of processes shows. */
export function redisUrl(option: string | undefined): string {
  const url = option === undefined || option === "env" ? process.env.RECLAIM_LAB_REDIS : option;
  if (url !== undefined && url !== "") return url;
  return inputError(
    option === undefined
      ? "missing option: --redis; give for instance --redis redis://HOST, or see --help"
      : "no Redis: --redis env; set the variable RECLAIM_LAB_REDIS to its URL",
  );
}

/** The executor of a study whose cells are queued; undefined if it has no --redis. */
export async function queueOf(values: {
  readonly redis: string | undefined;
  readonly traces: string | undefined;
  readonly slots: string | undefined;
}): Promise<OpenExecutor | undefined> {
  const { redis, traces } = values;
  if (redis === undefined) {
    for (const option of ["traces", "slots"] as const)
      if (values[option] !== undefined) inputError(`refused: --${option} ${values[option]} without --redis`);
    return undefined;
  }
  const slots = maybeNumber("slots", values.slots, 1, 10_000);
  const [{ queueExecutor }, { queueText }] = [
    await import("../queue/executor.js"),
    await import("../queue/status.js"),
  ];
  return queueExecutor({
    redis: redisUrl(redis),
    ...(traces !== undefined && { traces }),
    ...(slots !== undefined && { slots }),
    onNote: line,
    onStatus: everySoOften((status) => line(queueText(status))),
  });
}

/** A line on stderr; on a terminal, in place of the line of progress, which is then drawn again. */
function line(text: string): void {
  console.error(process.stderr.isTTY ? `\r\x1b[K${text}` : text);
}

function everySoOften(tell: (status: QueueStatus) => void): (status: QueueStatus) => void {
  let toldMs = Number.NEGATIVE_INFINITY;
  return (status) => {
    if (performance.now() - toldMs < LINE_MS) return;
    toldMs = performance.now();
    tell(status);
  };
}
