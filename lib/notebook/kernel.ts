import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { CellError, KernelReply } from "./kernel-messages.js";

/** The child is always the compiled one, also when this file runs from source in a test. */
const CHILD = fileURLToPath(new URL("../../dist/notebook/kernel-child.js", import.meta.url));

/** How long to wait for timers and promises that the cells have left behind, in ms. */
const GRACE_MS = 1500;

/** Options of a kernel process. */
export interface KernelOptions {
  /** Working folder: the notebook's, from which tslab resolves imports. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Aborting kills the process. */
  readonly signal?: AbortSignal | undefined;
  /** Heap of the process in MiB. Default: Node's. */
  readonly heapMb?: number | undefined;
  onReply(reply: KernelReply): void;
}

/** How a cell, or the whole kernel, ended. */
export interface CellEnd {
  readonly count: number | null;
  readonly error: CellError | null;
}

/** A tslab kernel in a child process. It dies with the first request that it cannot answer; then all others fail too. */
export class Kernel {
  readonly #child: ChildProcess;
  readonly #options: KernelOptions;
  #settle: ((end: CellEnd) => void) | undefined;
  #death: CellError | undefined;
  #stderrTail = "";

  constructor(options: KernelOptions) {
    this.#options = options;
    const execArgv = ["--disable-warning=ExperimentalWarning", "--enable-source-maps=false"];
    if (options.heapMb !== undefined) execArgv.push(`--max-old-space-size=${options.heapMb}`);
    this.#child = fork(CHILD, [], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env, NO_COLOR: "1", FORCE_COLOR: "0" },
      execArgv,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#stderrTail = (this.#stderrTail + chunk.toString()).slice(-4000);
    });
    this.#child.on("message", (reply: KernelReply) => this.#onReply(reply));
    this.#child.on("error", (error) => this.#die(error.message));
    this.#child.on("close", (code, signal) => this.#die(this.#whyItEnded(code, signal)));
    options.signal?.addEventListener("abort", this.#interrupt);
    if (options.signal?.aborted) this.#interrupt();
  }

  /** Wait until the kernel can run cells. */
  ready(timeoutMs: number): Promise<CellEnd> {
    return this.#request(timeoutMs);
  }

  /** Run one cell. Always resolves; an error that ended the cell or the kernel is in the result. */
  execute(code: string, timeoutMs: number): Promise<CellEnd> {
    const end = this.#request(timeoutMs);
    if (this.#child.connected) this.#child.send({ type: "execute", code }, () => {});
    return end;
  }

  /** Let the kernel finish what the cells have left behind, and end it. Resolves with what was thrown meanwhile. */
  async close(): Promise<CellEnd> {
    if (this.#death) return { count: null, error: null };
    const end = this.#request(GRACE_MS);
    if (this.#child.connected) this.#child.send({ type: "shutdown" }, () => {});
    const { error } = await end;
    this.kill();
    return { count: null, error: error?.ename === "CellTimeout" ? null : error };
  }

  kill(): void {
    this.#options.signal?.removeEventListener("abort", this.#interrupt);
    this.#child.kill("SIGKILL");
  }

  readonly #interrupt = (): void => {
    this.#die("interrupted", "Interrupted");
    this.kill();
  };

  #request(timeoutMs: number): Promise<CellEnd> {
    if (this.#death) return Promise.resolve({ count: null, error: this.#death });
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#die(`no end after ${timeoutMs} ms; raise timeoutMs or make the cell smaller`, "CellTimeout");
        this.kill();
      }, timeoutMs);
      this.#settle = (end) => {
        clearTimeout(timer);
        this.#settle = undefined;
        resolve(end);
      };
    });
  }

  #onReply(reply: KernelReply): void {
    if (reply.type === "ready") this.#settle?.({ count: null, error: null });
    else if (reply.type === "done") this.#settle?.({ count: reply.count, error: reply.error });
    else if (reply.type === "bye") this.#settle?.({ count: null, error: reply.error });
    else this.#options.onReply(reply);
  }

  #die(why: string, ename = "KernelDied"): void {
    this.#death ??= { ename, evalue: why, traceback: [`${ename}: ${why}`] };
    this.#settle?.({ count: null, error: this.#death });
  }

  #whyItEnded(code: number | null, signal: string | null): string {
    if (this.#stderrTail.includes("heap out of memory")) {
      return "the notebook's process ran out of memory (JavaScript heap); use smaller inputs or raise heapMb";
    }
    const tail = this.#stderrTail.trim().split("\n").at(-1) ?? "";
    return `the notebook's process ended (${signal ?? `exit code ${code}`})${tail && `: ${tail}`}`;
  }
}
