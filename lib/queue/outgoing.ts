/* What a submitter's cells need on other hosts: their traces, and the modules of their policies. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Redis } from "ioredis";
import type { CellSpec } from "../sim/cell.js";
import { cellCode, moduleDigest } from "../study/code-digest.js";
import type { CellJob } from "../study/executor.js";
import { writeRaw } from "../trace/raw-cache.js";
import type { Trace } from "../trace/trace.js";
import { inputError } from "../util/error.js";
import { type PackedModule, packModule } from "./module-pack.js";
import type { ModuleRef } from "./protocol.js";
import { rawPath } from "./trace-shelf.js";
import { Offers } from "./wanted.js";

export interface OutgoingOptions {
  readonly client: Redis;
  readonly queue: string;
  /** Digest of the simulator. */
  readonly code: string;
  readonly cacheDir: string;
  /** Shared folder of traces. */
  readonly folder: string | undefined;
}

export class Outgoing {
  readonly #options: OutgoingOptions;
  readonly #offers: Offers;
  readonly #modules = new Map<string, Promise<PackedModule & { codeDigest: string }>>();
  readonly #shared = new Map<string, Promise<void>>();

  constructor(options: OutgoingOptions) {
    this.#options = options;
    this.#offers = new Offers(options.client, options.queue);
  }

  /** Write what workers have asked for. */
  serve(): Promise<void> {
    return this.#offers.serve();
  }

  /**
   * Pack the module of a cell's policy, if it has one, and offer it to workers.
   * @throws InputError if it cannot be sent, or has changed since the study began.
   */
  async module({ policy }: CellSpec, codeDigest: string): Promise<ModuleRef | undefined> {
    const { module } = policy;
    if (module === undefined) {
      if (codeDigest !== this.#options.code)
        inputError("the simulator changed while the study ran; run it again");
      return undefined;
    }
    const packing = this.#modules.get(module) ?? this.#pack(module);
    this.#modules.set(module, packing);
    const { digest, entry, codeDigest: packed } = await packing;
    if (packed !== codeDigest)
      inputError(`policy module changed while the study ran: ${module}; run it again`);
    return { digest, entry };
  }

  async #pack(module: string): Promise<PackedModule & { codeDigest: string }> {
    const packed = await packModule(module);
    const codeDigest = cellCode(this.#options.code, await moduleDigest(module));
    this.#offers.add(packed.digest, async () => {
      const path = this.#temporary();
      await writeFile(path, packed.text);
      return { path, done: () => rm(path, { force: true }) };
    });
    return { ...packed, codeDigest };
  }

  /**
   * Offer a cell's trace; with a shared folder, see that it is there.
   * @param broken - told why, if the trace cannot be opened when it is wanted.
   * @returns what to call when the cell has ended.
   */
  async trace({ traceDigest, trace }: CellJob, broken: (error: unknown) => void): Promise<() => void> {
    const { folder } = this.#options;
    if (folder !== undefined) {
      const sharing = this.#shared.get(traceDigest) ?? this.#share(folder, traceDigest, trace);
      this.#shared.set(traceDigest, sharing);
      await sharing;
    }
    this.#offers.add(traceDigest, async () => {
      const path = this.#temporary();
      const opened = await trace().catch((error: unknown) => {
        broken(error);
        throw error;
      });
      write(path, opened);
      return { path, done: () => rm(path, { force: true }) };
    });
    return () => this.#offers.release(traceDigest);
  }

  async #share(folder: string, digest: string, trace: () => Promise<Trace>): Promise<void> {
    const path = rawPath(folder, digest);
    await mkdir(folder, { recursive: true });
    if (!existsSync(path)) write(path, await trace());
  }

  #temporary(): string {
    return join(this.#options.cacheDir, `${randomBytes(8).toString("hex")}.tmp`);
  }
}

/** Write a trace whole, and say so if it could not be. */
function write(path: string, trace: Trace): void {
  writeRaw(path, trace);
  if (!existsSync(path)) inputError(`cannot write a trace: ${path}; free space, or name another folder`);
}
