import type { Trace } from "../trace/trace.js";
import { inputError } from "../util/error.js";
import type { Cell, OpenTrace } from "./grid.js";

/** Traces in use, by digest: opened for the first cell that needs one, given back after the last. */
export class SharedTraces {
  readonly #open: OpenTrace;
  readonly #left = new Map<string, number>();
  readonly #traces = new Map<string, Promise<Trace>>();

  constructor(cells: readonly Cell[], open: OpenTrace) {
    this.#open = open;
    for (const { traceDigest } of cells) this.#left.set(traceDigest, (this.#left.get(traceDigest) ?? 0) + 1);
  }

  async get({ spec, traceDigest, labels }: Cell): Promise<Trace> {
    const opened = this.#traces.get(traceDigest) ?? this.#open(spec.trace);
    this.#traces.set(traceDigest, opened);
    const { name, digest, synthetic, layout, records, counts, events } = await opened;
    if (digest !== traceDigest)
      inputError(`trace has changed since the grid was made: ${labels.trace}; make the grid again`);
    return { name, digest, synthetic, layout, records, counts, events };
  }

  release(traceDigest: string): void {
    const left = this.#left.get(traceDigest)! - 1;
    this.#left.set(traceDigest, left);
    if (left === 0) this.#traces.delete(traceDigest);
  }
}
