/*
 * `reclaim-lab COMMAND`: finds the command and loads nothing else, so that a short run starts fast.
 * Exit codes: 0 done (a run that ends out of memory is a result, too), 1 a fault of ours, 2 the input is at fault,
 * 3 a study with cells that failed or a policy that failed its check, 130 interrupted.
 */
import { InputError, inputError } from "../util/error.js";

/** A command: takes its arguments, returns the exit code. */
type Command = (args: readonly string[]) => Promise<number>;

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import("./run-command.js")).runCommand,
  study: async () => (await import("./study-command.js")).studyCommand,
  results: async () => (await import("./results-command.js")).resultsCommand,
  validate: async () => (await import("./validate-command.js")).validateCommand,
  check: async () => (await import("./check-command.js")).checkCommand,
  report: async () => (await import("./report-command.js")).reportCommand,
  worker: async () => (await import("./worker-command.js")).workerCommand,
  trace: async () => (await import("./trace-command.js")).traceCommand,
};

const USAGE = `reclaim-lab: a laboratory for Linux memory reclaim

  reclaim-lab run       replay a trace under a memory limit, print the counters
  reclaim-lab study     run the cells of a study that are not kept yet, and keep them
  reclaim-lab results   list, show, export, check and prune what is kept
  reclaim-lab validate  replay what real kernels were measured on, print how far the counters are apart
  reclaim-lab check     try a policy on small traces: does it keep the rules?
  reclaim-lab report    run notebooks, write what they show as offline pages and tables
  reclaim-lab worker    run cells that studies on other machines have queued on a Redis
  reclaim-lab trace     what a trace holds; import, convert and record traces

reclaim-lab COMMAND --help tells a command's options.
Exit codes: 0 done, 1 a fault of the program, 2 bad input, 3 a study with cells that failed or a policy
that failed its check, 130 interrupted.`;

async function dispatch([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    console.log(USAGE);
    return name === undefined ? 2 : 0;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    inputError(`unknown command: ${name}; use ${Object.keys(COMMANDS).join(" or ")}, or see --help`);
  }
  const command = await COMMANDS[name]!();
  return command(args);
}

function onBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(0); // the reader has seen enough: `| head`
  throw error;
}

/** Run the command line; returns the exit code. Messages go to stderr. Never rejects. */
export async function main(args: readonly string[]): Promise<number> {
  process.stdout.off("error", onBrokenPipe).on("error", onBrokenPipe);
  try {
    return await dispatch(args);
  } catch (error) {
    if (error instanceof InputError) {
      console.error(`error: ${error.message}`);
      return 2;
    }
    console.error(error);
    return 1;
  }
}
