/*
 * libCacheSim's oracleGeneral: binary, 24 bytes a request, little endian, no padding; also as .zst.
 *
 *   offset  0  u32  time, in seconds
 *           4  u64  id of the object
 *          12  u32  size of the object, in bytes
 *          16  i64  index of the next request for the object; -1 if there is none
 *
 * Ids become dense in order of appearance. Time and next are not kept; size is not either: every object is one page.
 * Source: libCacheSim, reader/customizedReader/oracle/oracleGeneralBin.h.
 */
import { closeSync, openSync, statSync, writeSync } from "node:fs";
import { inputError } from "../../util/error.js";
import { SLOT_MASK, type Trace } from "../trace.js";
import { Interner } from "./interner.js";
import { objectTrace, type Placement } from "./object-trace.js";
import { readPieces } from "./source.js";
import { Words } from "./words.js";

/** Bytes of a request. */
const REQUEST = 24;

/**
 * Read requests in the oracleGeneral format, a stream of 24-byte records. Memory: the trace, and 16 to 32 bytes an object.
 * @throws InputError that names the file, and the offset where there is one: missing, empty, damaged, truncated.
 */
export async function readOracleGeneral(path: string, placement: Placement): Promise<Trace> {
  const ids = new Interner();
  const words = new Words(
    path.endsWith(".zst") || path.endsWith(".gz") ? undefined : Math.floor(sizeOf(path) / REQUEST),
  );
  const place = (): string => `${path}, offset ${words.nr * REQUEST}`;
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of readPieces(path)) {
    const data = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    let at = 0;
    for (; at + REQUEST <= data.length; at += REQUEST) {
      words.push(ids.id(view.getUint32(at + 4, true), view.getUint32(at + 8, true), place), place);
    }
    rest = Buffer.from(data.subarray(at));
  }
  if (rest.length > 0) {
    inputError(
      `truncated trace file: ${path} ends ${rest.length} bytes into the request at offset ${words.nr * REQUEST}; ` +
        `a request of oracleGeneral has ${REQUEST} bytes: copy it again, or name another format`,
    );
  }
  return objectTrace(words.take(), ids.nr, path, placement);
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0; // reading says what is wrong
  }
}

/**
 * Write a trace as oracleGeneral: time is the index of the record, the id is the slot, every size 4096. Counts, stores,
 * events and the layout are not kept: the format has no place for them.
 */
export function writeOracleGeneral(path: string, { records }: Trace): void {
  const next = nextAccesses(records);
  const file = openSync(path, "w");
  const nrAtOnce = 1 << 16;
  const bytes = Buffer.alloc(nrAtOnce * REQUEST);
  try {
    for (let from = 0; from < records.length; from += nrAtOnce) {
      const nr = Math.min(nrAtOnce, records.length - from);
      for (let i = 0; i < nr; i++) {
        const at = i * REQUEST;
        const later = next[from + i]!;
        bytes.writeUInt32LE(from + i, at);
        bytes.writeUInt32LE(records[from + i]! & SLOT_MASK, at + 4);
        bytes.writeUInt32LE(0, at + 8);
        bytes.writeUInt32LE(4096, at + 12);
        bytes.writeUInt32LE(later < 0 ? 0xffff_ffff : later, at + 16);
        bytes.writeUInt32LE(later < 0 ? 0xffff_ffff : 0, at + 20);
      }
      writeSync(file, bytes, 0, nr * REQUEST);
    }
  } finally {
    closeSync(file);
  }
}

/** Index of the next record of the same slot; -1 if there is none. */
function nextAccesses(records: Uint32Array): Int32Array {
  const next = new Int32Array(records.length);
  const later = new Map<number, number>();
  for (let i = records.length - 1; i >= 0; i--) {
    const slot = records[i]! & SLOT_MASK;
    next[i] = later.get(slot) ?? -1;
    later.set(slot, i);
  }
  return next;
}
