/* A worker's policy modules, unpacked once a process, by the digest of their pack. */
import { randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Redis } from "ioredis";
import { getBlob } from "./blobs.js";
import { unpackModule } from "./module-pack.js";
import type { ModuleRef } from "./protocol.js";
import { askFor } from "./wanted.js";

export interface ModuleShelfOptions {
  readonly client: Redis;
  readonly queue: string;
  readonly cacheDir: string;
  /** False: no module is loaded, cells that need one are refused. */
  readonly allowed: boolean;
  /** How long to wait for a submitter to give a module, in milliseconds. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

export class ModuleShelf {
  readonly #options: ModuleShelfOptions;
  readonly #paths = new Map<string, Promise<string>>();

  constructor(options: ModuleShelfOptions) {
    this.#options = options;
  }

  /** Path of a module's entry. Rejects with the reason if it cannot be had. */
  async get(ref: ModuleRef): Promise<string> {
    if (!this.#options.allowed) throw new Error("this worker runs no policy modules (--no-modules)");
    const key = `${ref.digest} ${ref.entry}`;
    const path = this.#paths.get(key) ?? this.#unpack(ref);
    this.#paths.set(key, path);
    path.catch(() => this.#paths.delete(key));
    return path;
  }

  async #unpack(ref: ModuleRef): Promise<string> {
    const { client, queue, cacheDir, waitMs, signal } = this.#options;
    const name = `policy module ${ref.digest.slice(0, 12)}`;
    if (!(await askFor(client, queue, ref.digest, { waitMs, signal })))
      throw new Error(`no ${name}: no submitter gave it in ${waitMs / 1000} s`);
    const file = join(cacheDir, `${ref.digest}.${randomBytes(4).toString("hex")}.json`);
    try {
      const problem = await getBlob(client, ref.digest, file);
      if (problem !== undefined) throw new Error(`no ${name}: ${problem}`);
      return await unpackModule(await readFile(file, "utf8"), ref, cacheDir);
    } finally {
      await rm(file, { force: true });
    }
  }
}
