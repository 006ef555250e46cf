/* One cell on a worker: its trace by digest, its policy's module, the code checked, a thread that runs it. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Redis } from "ioredis";
import type { CellSpec } from "../sim/cell.js";
import type { Outcome } from "../study/cell-worker.js";
import { cellCode, moduleDigest } from "../study/code-digest.js";
import type { CellPool } from "../study/pool.js";
import type { Trace } from "../trace/trace.js";
import type { CodeWatch } from "./code-watch.js";
import { ModuleShelf } from "./module-shelf.js";
import { type JobData, queueName } from "./protocol.js";
import { TraceShelf } from "./trace-shelf.js";
import type { CheckedOptions } from "./worker-options.js";

/** What a worker runs cells with. */
export interface RunnerParts {
  readonly client: Redis;
  readonly pool: CellPool;
  /** Digest of the simulator, and what tells that it changed. */
  readonly code: string;
  readonly watch: CodeWatch;
  /** Raised when the worker ends; raised here when its code has changed. */
  readonly ending: AbortController;
}

export class CellRunner {
  readonly #options: CheckedOptions;
  readonly #parts: RunnerParts;
  readonly #traces: TraceShelf;
  readonly #modules: ModuleShelf;

  constructor(options: CheckedOptions, parts: RunnerParts) {
    this.#options = options;
    this.#parts = parts;
    const { traces, cacheDir, traceMemoryMb, cacheMaxMb, modules, leaseMs } = options;
    const { client, code, ending } = parts;
    const ask = { client, queue: queueName(code), waitMs: 4 * leaseMs, signal: ending.signal };
    this.#traces = new TraceShelf({
      ...ask,
      cacheDir: join(cacheDir, "traces"),
      folder: traces,
      memoryMax: traceMemoryMb * 2 ** 20,
      diskMax: cacheMaxMb * 2 ** 20,
    });
    this.#modules = new ModuleShelf({ ...ask, cacheDir: join(cacheDir, "modules"), allowed: modules });
  }

  /** How a cell ended; `undefined`: it did not, as the worker is ending; a text: why this worker cannot run it. */
  async run(data: JobData): Promise<Outcome | undefined | string> {
    let [spec, trace]: [CellSpec, Trace | undefined] = [data.spec, undefined];
    try {
      spec = await this.#checkedSpec(data);
      trace = await this.#traces.get(data.spec.trace, data.traceDigest);
    } catch (error) {
      if (this.#parts.ending.signal.aborted) return undefined;
      this.#options.onNote(`cell ${data.hash.slice(0, 12)} refused: ${(error as Error).message}`);
      await pause(1000, this.#parts.ending.signal); // so that a worker that can run nothing does not eat the queue
      return (error as Error).message;
    }
    const outcome = await this.#parts.pool.run({ spec, trace, runner: this.#options.runner });
    // The threads load code when they start: code that changed under the worker may have computed this.
    if (!this.#parts.watch.changed()) return outcome;
    this.#options.onNote("the code on this host changed under the worker; start it again");
    this.#parts.ending.abort();
    return undefined;
  }

  /** The spec with its policy's module on this host, whose code is what the cell says. */
  async #checkedSpec({ spec, module, codeDigest }: JobData): Promise<CellSpec> {
    const path = module === undefined ? undefined : await this.#modules.get(module);
    const code = cellCode(this.#parts.code, path === undefined ? undefined : await moduleDigest(path));
    if (code !== codeDigest)
      throw new Error(`cell of other code: ${codeDigest.slice(0, 12)}, not ${code.slice(0, 12)}`);
    if (path === undefined) return spec;
    return { ...spec, policy: { ...spec.policy, module: pathToFileURL(path).href } };
  }
}

/** Wait, but not beyond an abort. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(end, ms);
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      done();
    }
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
