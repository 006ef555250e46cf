/*
 * One tslab kernel without ZeroMQ, in a process of its own: the parent sends cells over the fork's channel and
 * gets streams, displays and the end of each cell back.
 *
 * tslab prints errors as text and does not notice what a cell left behind throws later. Here, errors stay
 * objects (tslab takes a console, and gets one that collects), and a late one fails the cell during which it
 * comes up; after the last cell, the process waits until its event loop runs dry.
 */
import { createRequire } from "node:module";
import { inspect } from "node:util";
import { createConverter } from "tslab/dist/converter.js";
import { createExecutor } from "tslab/dist/executor.js";
import { JupyterHandlerImpl } from "tslab/dist/jupyter.js";
import type { CellError, KernelReply, KernelRequest } from "./kernel-messages.js";

/** Time for what a cell has just started (worker output, rejected promises) to arrive, in ms. */
const SETTLE_MS = 20;

let failure: CellError | null = null;

function fail(error: CellError): void {
  failure ??= error;
}

function thrown(error: unknown, prefix = ""): CellError {
  if (error instanceof Error) {
    const stack = (error.stack ?? `${error.name}: ${error.message}`).split("\n");
    return { ename: error.name, evalue: prefix + error.message, traceback: stack };
  }
  const text = typeof error === "string" ? error : inspect(error);
  return { ename: "Error", evalue: prefix + text, traceback: [`thrown: ${text}`] };
}

/**
 * tslab's compiler watches every file that it has read, and folders. A change while a cell runs starts its timer, and a second
 * one ends the kernel ("Unexpected pending rebuildTimer"), be it only of the number of links of a file in node_modules.
 * A run of a notebook takes its imports as they are.
 */
function watchNothing(): void {
  const { sys } = createRequire(import.meta.url)("@tslab/typescript-for-tslab") as {
    sys: Record<"watchFile" | "watchDirectory", () => { close(): void }>;
  };
  sys.watchFile = sys.watchDirectory = () => ({ close() {} });
}

/** tslab reports diagnostics as (format, file, line, column, message) and thrown values as they are. */
function tslabError(...args: unknown[]): void {
  if (args.length === 5) {
    const [, file, line, column, message] = args;
    const text = `${file}${line}:${column} - ${message}`;
    if (failure?.ename === "TypeScriptError") failure.traceback.push(text);
    else fail({ ename: "TypeScriptError", evalue: text, traceback: [text] });
  } else {
    fail(thrown(args[0]));
  }
}

function send(reply: KernelReply): Promise<void> {
  return new Promise((sent) => {
    if (process.connected) process.send!(reply, undefined, undefined, () => sent());
    else sent();
  });
}

watchNothing();
const node = createConverter({ isJS: false, isBrowser: false });
const converters = {
  node,
  get browser(): never {
    throw new Error("browser cells are not supported when a notebook runs without Jupyter");
  },
  close: () => node.close(),
};
const tslabConsole = { log: (...args: unknown[]) => console.log(...args), error: tslabError };
const kernel = new JupyterHandlerImpl(createExecutor(process.cwd(), converters, tslabConsole), false);

async function execute(code: string): Promise<void> {
  const reply = await kernel.handleExecute(
    {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    },
    (name, text) => void send({ type: "stream", name: name as "stdout" | "stderr", text }),
    (content, update) => void send({ type: "display", content, update: update === true }),
  );
  await new Promise((settled) => setTimeout(settled, SETTLE_MS));
  if (reply.status !== "ok") fail({ ename: "Error", evalue: "the cell failed", traceback: [] });
  const error = failure;
  failure = null;
  await send({ type: "done", count: reply.execution_count ?? null, error });
}

const realExit = process.exit.bind(process);
process.exit = (code) => {
  const error = new Error(`process.exit(${code ?? ""}) in a notebook; throw an error to stop it`);
  fail(thrown(error));
  throw error;
};
process.on("uncaughtException", (error) => fail(thrown(error, "thrown late: ")));
process.on("unhandledRejection", (reason) => fail(thrown(reason, "rejected late: ")));
// Ctrl-C reaches the whole process group; the parent decides what it means.
process.on("SIGINT", () => {});
process.on("disconnect", () => realExit(0));
process.on("message", (request: KernelRequest) => {
  if (request.type === "execute") {
    void execute(request.code);
  } else {
    kernel.close();
    process.channel?.unref();
    process.once("beforeExit", () => void send({ type: "bye", error: failure }).then(() => realExit(0)));
  }
});
void send({ type: "ready" });
