/*
 * Traces and modules go through Redis on demand: a worker that has one nowhere else names it in a set, and a
 * submitter that has it writes it as a blob. Where workers find traces in a shared folder, none passes through Redis.
 *
 *   worker     SADD wanted <digest> ... until the blob is there
 *   submitter  SMEMBERS wanted, writes the blobs that it can make, SREM
 */
import type { Redis } from "ioredis";
import { hasBlob, putBlob, putBlobError } from "./blobs.js";
import { PREFIX } from "./protocol.js";

/** A worker asks again while it waits; what nobody asks for any more is forgotten. */
const ASK_S = 60;
const ASK_AGAIN_MS = 2000;

const keyOf = (queue: string): string => `${PREFIX}:wanted:${queue}`;

/** Ask for a blob and wait until it, or the reason why not, is in Redis. @returns false after `waitMs`. */
export async function askFor(
  client: Redis,
  queue: string,
  digest: string,
  { waitMs, signal }: { waitMs: number; signal: AbortSignal },
): Promise<boolean> {
  const start = performance.now();
  let askedMs = Number.NEGATIVE_INFINITY;
  for (let pauseMs = 50; performance.now() - start < waitMs && !signal.aborted; ) {
    if (await hasBlob(client, digest)) return true;
    if (performance.now() - askedMs >= ASK_AGAIN_MS) {
      await client.multi().sadd(keyOf(queue), digest).expire(keyOf(queue), ASK_S).exec();
      askedMs = performance.now();
    }
    await new Promise((done) => setTimeout(done, pauseMs));
    pauseMs = Math.min(pauseMs * 1.5, 500);
  }
  return false;
}

/** Makes the file of a blob; `done` is called when it was written to Redis. */
export type Produce = () => Promise<{ readonly path: string; done(): Promise<void> }>;

/** What a submitter can give to workers, by digest. */
export class Offers {
  readonly #client: Redis;
  readonly #queue: string;
  readonly #offers = new Map<string, { produce: Produce; nr: number }>();

  constructor(client: Redis, queue: string) {
    this.#client = client;
    this.#queue = queue;
  }

  /** Offer a blob for one more cell. */
  add(digest: string, produce: Produce): void {
    const nr = (this.#offers.get(digest)?.nr ?? 0) + 1;
    this.#offers.set(digest, { produce, nr });
  }

  /** One cell less needs it. */
  release(digest: string): void {
    const offer = this.#offers.get(digest);
    if (offer !== undefined && --offer.nr === 0) this.#offers.delete(digest);
  }

  /** Write what is wanted and offered. A blob that cannot be made is told to those who wait for it. */
  async serve(): Promise<void> {
    if (this.#offers.size === 0) return;
    for (const digest of await this.#client.smembers(keyOf(this.#queue))) {
      const offer = this.#offers.get(digest);
      if (offer === undefined) continue;
      if (!(await hasBlob(this.#client, digest))) {
        try {
          const { path, done } = await offer.produce();
          await putBlob(this.#client, digest, path).finally(done);
        } catch (error) {
          await putBlobError(this.#client, digest, `not given by the submitter: ${(error as Error).message}`);
        }
      }
      await this.#client.srem(keyOf(this.#queue), digest);
    }
  }
}
