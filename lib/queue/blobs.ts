/*
 * Large things through Redis: a blob is cut into chunks that are compressed and expire, named by what they hold.
 *
 *   <prefix>:blob:<digest>       {"bytes", "chunks", "sha256"}, written last; or {"error"}: it cannot be had
 *   <prefix>:blob:<digest>:<i>   chunk i, deflated
 *
 * Both sides hold one chunk at a time. The reader checks lengths and the sum; what the digest itself is over (the
 * records of a trace) is for its caller to check.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { deflate, inflate } from "node:zlib";
import type { Redis } from "ioredis";
import { z } from "zod";
import { PREFIX } from "./protocol.js";

const pack = promisify(deflate);
const unpack: (chunk: Buffer, options: { maxOutputLength: number }) => Promise<Buffer> = promisify(inflate);

/** Bytes of a chunk before compression. */
const CHUNK = 4 << 20;
/** Largest blob, in bytes. */
export const BLOB_MAX: number = 16 * 2 ** 30;
/** How long a blob stays in Redis after it was written, in seconds. Who needs it later asks for it again. */
const KEEP_S = 600;
/** How long it is remembered that a blob cannot be had. */
const ERROR_S = 30;

const META = z.union([
  z.object({ error: z.string() }),
  z.object({
    bytes: z.int().min(0).max(BLOB_MAX),
    chunks: z
      .int()
      .min(0)
      .max(BLOB_MAX / CHUNK),
    sha256: z.string(),
  }),
]);

const keyOf = (digest: string): string => `${PREFIX}:blob:${digest}`;

/** Write the file at `path` as the blob `digest`. */
export async function putBlob(client: Redis, digest: string, path: string): Promise<void> {
  const file = await open(path);
  try {
    const sum = createHash("sha256");
    const chunk = Buffer.allocUnsafe(CHUNK);
    let [bytes, chunks] = [0, 0];
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK, bytes);
      if (bytesRead === 0) break;
      const part = chunk.subarray(0, bytesRead);
      sum.update(part);
      bytes += bytesRead;
      await client.set(`${keyOf(digest)}:${chunks++}`, await pack(part, { level: 1 }), "EX", KEEP_S);
      if (bytes > BLOB_MAX) throw new Error(`larger than ${BLOB_MAX} bytes: ${path}`);
    }
    const meta = { bytes, chunks, sha256: sum.digest("hex") };
    // The chunks outlive what names them, so that a reader who has just begun can finish.
    await client.set(keyOf(digest), JSON.stringify(meta), "EX", Math.floor(KEEP_S / 2));
  } finally {
    await file.close();
  }
}

/** Say that the blob cannot be had, and why. */
export async function putBlobError(client: Redis, digest: string, error: string): Promise<void> {
  await client.set(keyOf(digest), JSON.stringify({ error }), "EX", ERROR_S);
}

/** True if the blob, or the reason why not, is in Redis. */
export async function hasBlob(client: Redis, digest: string): Promise<boolean> {
  return (await client.exists(keyOf(digest))) === 1;
}

/**
 * Read a blob into the file `path`, whole or not at all.
 * @returns undefined; or why not, as a text: it is not there, damaged, or cannot be had.
 */
export async function getBlob(client: Redis, digest: string, path: string): Promise<string | undefined> {
  const text = await client.get(keyOf(digest));
  if (text === null) return "not in Redis";
  const parsed = META.safeParse(JSON.parse(text));
  if (!parsed.success) return "damaged in Redis";
  const meta = parsed.data;
  if ("error" in meta) return meta.error;
  const beside = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  const file = await open(beside, "wx");
  try {
    const sum = createHash("sha256");
    let bytes = 0;
    for (let i = 0; i < meta.chunks; i++) {
      const chunk = await client.getBuffer(`${keyOf(digest)}:${i}`);
      if (chunk === null) return "expired while it was read";
      const part = await unpack(chunk, { maxOutputLength: CHUNK });
      sum.update(part);
      bytes += part.length;
      await file.write(part);
    }
    if (bytes !== meta.bytes || sum.digest("hex") !== meta.sha256) return "damaged in Redis";
    await file.close();
    await rename(beside, path);
    return undefined;
  } finally {
    await file.close().catch(() => undefined);
    await rm(beside, { force: true });
  }
}
