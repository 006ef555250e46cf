/*
 * A decoded trace as one flat file, because decoding Parquet takes longer than most simulations.
 *
 *   "RLTRACE1" · length of header (u32) · records (u32) · events (u32) · 0 (u32)
 *   records u32[] · counts u32[] · events u32[3] each (at, start, nr) · header (JSON) · sha256 of all before
 *
 * The file is named by the sha256 of the Parquet file, so a trace that was recorded again has another one. It is
 * a cache only: whatever is wrong with it, the Parquet file is decoded again.
 */
import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { canonicalLayout } from "./digest.js";
import type { Trace, TraceEvent, TraceLayout } from "./trace.js";

const MAGIC = "RLTRACE1";
const HEAD = 24;
const SUM = 32;

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

/** Writes a trace to `path`, atomically. A folder that cannot be written is no error: the trace is not cached. */
export function writeRaw(path: string, trace: Trace): void {
  const { name, digest, synthetic, records, counts, events } = trace;
  const header = Buffer.from(
    JSON.stringify({ name, digest, synthetic, layout: canonicalLayout(trace.layout) }),
  );
  const nr = records.length;
  const head = Buffer.alloc(HEAD);
  head.write(MAGIC, "latin1");
  head.writeUInt32LE(header.length, 8);
  head.writeUInt32LE(nr, 12);
  head.writeUInt32LE(events.length, 16);
  const words = new Uint32Array(nr * 2 + events.length * 3);
  words.set(records);
  words.set(counts, nr);
  events.forEach(({ at, start, nr: length }, i) => {
    words.set([at, start, length], nr * 2 + i * 3);
  });
  const body = Buffer.concat([head, Buffer.from(words.buffer), header]);
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, Buffer.concat([body, sha256(body)]));
    renameSync(temporary, path);
  } catch {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // The folder is not ours to write: there is nothing to remove.
    }
  }
}

/** All bytes of a file, in shared memory; undefined if it cannot be read. */
function readShared(path: string): Uint8Array | undefined {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return undefined;
  }
  try {
    const size = fstatSync(fd).size;
    const bytes = new Uint8Array(new SharedArrayBuffer(size));
    let at = 0;
    while (at < size) {
      const nr = readSync(fd, bytes, at, size - at, at);
      if (nr === 0) return undefined;
      at += nr;
    }
    return bytes;
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}

/** Reads a trace that {@link writeRaw} wrote; undefined if it is missing, truncated or damaged. */
export function readRaw(path: string): Trace | undefined {
  const bytes = readShared(path);
  if (bytes === undefined || bytes.length < HEAD + SUM) return undefined;
  const body = bytes.subarray(0, bytes.length - SUM);
  if (!sha256(body).equals(bytes.subarray(bytes.length - SUM))) return undefined;
  const view = new DataView(bytes.buffer);
  const [headerLength, nr, nrEvents] = [8, 12, 16].map((at) => view.getUint32(at, true)) as [
    number,
    number,
    number,
  ];
  const magic = String.fromCharCode(...bytes.subarray(0, MAGIC.length));
  if (magic !== MAGIC || body.length !== HEAD + nr * 8 + nrEvents * 12 + headerLength) return undefined;
  const words = new Uint32Array(bytes.buffer, HEAD, nr * 2 + nrEvents * 3);
  const events: TraceEvent[] = [];
  for (let i = 0; i < nrEvents; i++) {
    const at = nr * 2 + i * 3;
    events.push({ at: words[at]!, op: "unmap", start: words[at + 1]!, nr: words[at + 2]! });
  }
  const text = Buffer.from(body.subarray(body.length - headerLength)).toString("utf8");
  const header = JSON.parse(text) as {
    name: string;
    digest: string;
    synthetic: boolean;
    layout: TraceLayout;
  };
  return { ...header, records: words.subarray(0, nr), counts: words.subarray(nr, nr * 2), events };
}
