/*
 * The rig's records: what our measurements on real kernels replay, and any tool can write.
 *
 *   uint32, little endian   bit 31 the access stores | bit 30 region: 0 anonymous, 1 file | bits 0 to 27 page of the region
 *
 * A file is records and nothing else. The replayer maps one anonymous region from a 2 MiB boundary on, page p at slot
 * p * stride, and one file behind it, mapped (also from a boundary on) or only open. One process; every record is one access.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { inputError } from "../util/error.js";
import { traceDigest } from "./digest.js";
import type { PageFile } from "./spec.js";
import { nrSlotsAll, PTRS_PER_PTE, SLOT_MASK, type Trace, type TraceLayout, WRITE } from "./trace.js";

/** Bit of a record: the page is of the file. */
export const IN_FILE: number = 0x4000_0000;
/** Bits of a record that hold the page. */
export const PAGE_MASK: number = 0x0fff_ffff;
/** Bits that no record has. */
const UNUSED = 0x3000_0000;

const RECORD_BYTES = 4;
/** Most records: the digest hashes them in one piece, which may have up to 2^31 - 1 bytes. */
const MAX_RECORDS = 2 ** 28;
/** Largest part of a file that is read at once, in bytes. */
const CHUNK = 1 << 26;

/** Where a record stands in its file, for messages. */
export type PlaceOf = (index: number) => string;

/** The rig's checksum of records: h = h * 31 + record, in 32 bits. */
export function sum32(records: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < records.length; i++) sum = (Math.imul(sum, 31) + records[i]!) >>> 0;
  return sum;
}

/**
 * Read a file in the rig's format.
 * @throws InputError that names the file, and the offset where there is one: missing, empty, truncated, too long, a record
 * with unknown bits or a page outside its region, a bad layout.
 */
export function readRigFile(path: string, pages: PageFile): Trace {
  const place: PlaceOf = (index) => `record ${index} at offset ${index * RECORD_BYTES}`;
  return traceOfRecords(readRecords(path), pages, path, place);
}

/** All records of a file, in shared memory: no second copy, so a long trace takes its arrays and no more. */
function readRecords(path: string): Uint32Array {
  const file = openFile(path);
  try {
    const { size } = fstatSync(file);
    if (size === 0) inputError(`empty trace file: ${path}; give a file with at least one record`);
    if (size % RECORD_BYTES !== 0) {
      const whole = size - (size % RECORD_BYTES);
      inputError(
        `truncated trace file: ${path} has ${size} bytes, no multiple of ${RECORD_BYTES}: ` +
          `its last record begins at offset ${whole}; copy or write it again`,
      );
    }
    if (size / RECORD_BYTES > MAX_RECORDS)
      inputError(`too long a trace file: ${path} has ${size / RECORD_BYTES} records; at most ${MAX_RECORDS}`);
    const bytes = new Uint8Array(new SharedArrayBuffer(size));
    for (let at = 0; at < size; ) {
      const nr = readSync(file, bytes, at, Math.min(CHUNK, size - at), at);
      if (nr === 0)
        inputError(`truncated trace file: ${path} ended at offset ${at} of ${size}; copy it again`);
      at += nr;
    }
    return new Uint32Array(bytes.buffer);
  } finally {
    closeSync(file);
  }
}

function openFile(path: string): number {
  try {
    const file = openSync(path, "r");
    if (fstatSync(file).isFile()) return file;
    closeSync(file);
  } catch (error) {
    inputError(`cannot read trace file: ${path} (${(error as Error).message}); check the path`);
  }
  inputError(`cannot read trace file: ${path} is no regular file; give the path of one`);
}

/**
 * The trace that records and a layout come to. The records become the trace's in place.
 * @param records - On a SharedArrayBuffer.
 * @param path - For the name and for messages.
 * @throws InputError as {@link readRigFile}.
 */
export function traceOfRecords(records: Uint32Array, pages: PageFile, path: string, place: PlaceOf): Trace {
  const highest = highestPages(records, path, place);
  const anonPages = lengthOf("anonPages", pages.anonPages, highest.anon, path);
  const filePages = lengthOf("filePages", pages.filePages, highest.file, path);
  const { fileAccess = "mmap", stride = 1 } = pages;
  if (fileAccess !== "mmap" && fileAccess !== "pread")
    inputError(`unknown file access: ${String(fileAccess)} (${path}); use mmap or pread`);
  if (!Number.isInteger(stride) || stride < 1)
    inputError(`invalid stride: ${stride} (${path}); use a whole number of pages, 1 or more`);
  const layout = layoutOf(anonPages * stride, filePages, fileAccess === "mmap");
  if (nrSlotsAll(layout) > SLOT_MASK)
    inputError(
      `footprint beyond the slot range: ${nrSlotsAll(layout)} slots (${path}); at most ${SLOT_MASK}, ` +
        "with anonymous pages times stride, and mapped file pages counted twice",
    );
  const fileFirst = layout.vmas.find((vma) => vma.kind === "file")?.start ?? layout.nrSlots;
  for (let i = 0; i < records.length; i++) {
    const record = records[i]!;
    const page = record & PAGE_MASK;
    records[i] = (record & WRITE) | ((record & IN_FILE) !== 0 ? fileFirst + page : page * stride);
  }
  const words = new SharedArrayBuffer(records.length * Uint32Array.BYTES_PER_ELEMENT);
  const content = { layout, records, counts: new Uint32Array(words).fill(1), events: [] };
  return { name: basename(path), digest: traceDigest(content), synthetic: false, ...content };
}

/** The highest page of each region; -1 where there is none. */
function highestPages(records: Uint32Array, path: string, place: PlaceOf): { anon: number; file: number } {
  let anon = -1;
  let file = -1;
  for (let i = 0; i < records.length; i++) {
    const record = records[i]!;
    if ((record & UNUSED) !== 0) {
      const hex = record.toString(16).padStart(8, "0");
      inputError(
        `unknown bits in a record: 0x${hex} (${path}, ${place(i)}); bits 28 and 29 are 0 in the rig's format`,
      );
    }
    const page = record & PAGE_MASK;
    if ((record & IN_FILE) === 0) anon = Math.max(anon, page);
    else file = Math.max(file, page);
  }
  return { anon, file };
}

/** Pages of a region: as given, if the trace fits into that. */
function lengthOf(name: string, given: number | undefined, highest: number, path: string): number {
  if (given === undefined) return highest + 1;
  if (!Number.isInteger(given) || given < 0 || given > PAGE_MASK + 1)
    inputError(`invalid ${name}: ${given} (${path}); use a whole number of pages, at most ${PAGE_MASK + 1}`);
  if (highest >= given)
    inputError(
      `page outside its region: ${highest} (${path}); ${name} is ${given}, give ${highest + 1} or more`,
    );
  return given;
}

/** One anonymous range and one file, either of which may be empty. Each range begins a leaf table. */
function layoutOf(anonSlots: number, filePages: number, mapped: boolean): TraceLayout {
  const roundUp = (nr: number): number => Math.ceil(nr / PTRS_PER_PTE) * PTRS_PER_PTE;
  const start = roundUp(anonSlots);
  const isMapped = mapped && filePages > 0;
  return {
    nrSlots: isMapped ? roundUp(start + filePages) : start,
    vmas: [
      ...(anonSlots > 0 ? [{ process: 0, start: 0, nr: anonSlots, kind: "anon" } as const] : []),
      ...(isMapped ? [{ process: 0, start, nr: filePages, kind: "file", file: 0, offset: 0 } as const] : []),
    ],
    files: filePages > 0 ? [{ name: "file", nr: filePages }] : [],
  };
}
