/*
 * Block traces: a line an I/O of `size` bytes at `offset` of a device, split into the 4 KiB pages that it touches.
 *
 *   128166372003061629,usr,0,Read,7014609920,24576,41286      the default: the csv of the MSR Cambridge traces
 *   disk-col=3,op-col=4,offset-col=5,size-col=6,unit=1        with host-col=2: one device for each host and disk
 *
 * A device is a file of the page cache in front of it, read and written through descriptors unless said otherwise. It holds the
 * pages that were touched, in the order of their offsets, and no others: distances between far pages are not kept.
 * Sources: Narayanan et al., Write Off-Loading, FAST 2008; the format of SNIA's copy of its traces.
 */
import { inputError } from "../../util/error.js";
import { SLOT_MASK, type Trace, type TraceFile, WRITE } from "../trace.js";
import { type Columns, Fields, readColumns } from "./columns.js";
import { storesOf } from "./csv.js";
import { Interner, idsByKey } from "./interner.js";
import { eachLineBytes, lineOf, quoted } from "./lines.js";
import { objectTrace, type Placement } from "./object-trace.js";
import { Words } from "./words.js";

const KEYS = ["host-col", "disk-col", "op-col", "offset-col", "size-col", "unit"] as const;
type Key = (typeof KEYS)[number];

const MSR: Readonly<Record<Key, number>> = {
  "host-col": 2,
  "disk-col": 3,
  "op-col": 4,
  "offset-col": 5,
  "size-col": 6,
  unit: 1,
};

const PAGE = 4096;
/** Most pages of one I/O: 1 GiB. A longer one is a column that was taken for another. */
const MOST_PAGES = 2 ** 18;
const MOST_DEVICES = 2 ** 12;
/** Pages of a device: 2^36, its offsets then take 48 bits. The key of a page holds the device above it. */
const DEVICE_PAGES = 2 ** 36;

/**
 * Read a block trace, line by line.
 * @param columns - See `columns.ts`; "" is the MSR layout. `unit` is the bytes that an offset and a size count, such as 512.
 * @throws InputError that names the file, and the line where there is one.
 */
export async function readBlockTrace(path: string, columns: string, placement: Placement): Promise<Trace> {
  const reader = new BlockReader(path, readColumns<Key>(columns, KEYS, columns === "" ? MSR : { unit: 1 }));
  await eachLineBytes(path, (data, start, end, nr) => reader.line(data, start, end, nr));
  const { words, files, ids } = reader.finish();
  return objectTrace(words, ids, path, { ...placement, fileAccess: placement.fileAccess ?? "pread" }, files);
}

class BlockReader {
  private readonly words = new Words();
  private readonly ids = new Interner();
  private readonly devices = new Map<string, number>();
  private readonly fields = new Fields();
  private readonly most: number;
  private readonly unit: number;

  constructor(
    private readonly path: string,
    private readonly columns: Columns<Key>,
  ) {
    const { unit = 1, ...at } = columns.at;
    for (const key of ["offset-col", "size-col"] as const) {
      if (at[key] === undefined) inputError(`missing ${key} in the columns; give ${key}=NUMBER`);
    }
    this.unit = unit;
    this.most = Math.max(...Object.values(at));
  }

  line(data: Buffer, start: number, end: number, nr: number): void {
    if (end === start) return;
    const { fields, columns } = this;
    const { at } = columns;
    fields.cut(data, start, end, columns.delimiter, this.most);
    if (nr === 1 && (columns.hasHeader ?? !/\d/.test(fields.text(data, at["offset-col"]!)))) return;
    const place = (): string => lineOf(this.path, nr);
    if (fields.nr < this.most) {
      const text = quoted(data.toString("latin1", start, end));
      inputError(`too few columns: ${fields.nr} in ${text} (${place()}); expected ${this.most} or more`);
    }
    const offset = this.bytes(data, "offset-col", place);
    const size = this.bytes(data, "size-col", place);
    const store =
      at["op-col"] !== undefined && storesOf(fields.text(data, at["op-col"]), at["op-col"], place);
    const first = Math.floor(offset / PAGE);
    const last = Math.floor(Math.max(offset, offset + size - 1) / PAGE);
    if (last - first >= MOST_PAGES || last >= DEVICE_PAGES)
      inputError(
        `too large an I/O: ${size} bytes at ${offset} (${place()}); at most ${MOST_PAGES} pages, below page ${DEVICE_PAGES}`,
      );
    const device = this.device(data, place) * 16;
    for (let page = first; page <= last; page++) {
      const id = this.ids.id(page >>> 0, device + Math.floor(page / 2 ** 32), place);
      this.words.push((id | (store ? WRITE : 0)) >>> 0, place);
    }
  }

  /** The records by rank of their pages, and the devices as files. */
  finish(): { words: Uint32Array; files: TraceFile[]; ids: number } {
    const order = idsByKey(this.ids);
    const rank = new Uint32Array(order.length);
    const names = [...this.devices.keys()];
    const lengths = new Array<number>(Math.max(1, names.length)).fill(0);
    for (const [at, id] of order.entries()) {
      rank[id] = at;
      lengths[Math.floor(this.ids.hi[id]! / 16)]!++;
    }
    const words = this.words.take();
    for (let i = 0; i < words.length; i++) words[i] = (words[i]! & WRITE) | rank[words[i]! & SLOT_MASK]!;
    return { words, files: lengths.map((nr, i) => ({ name: names[i] || "device", nr })), ids: order.length };
  }

  private bytes(data: Buffer, key: "offset-col" | "size-col", place: () => string): number {
    const column = this.columns.at[key]!;
    const text = this.fields.text(data, column);
    const value = /^\d+$/.test(text) ? Number(text) * this.unit : Number.NaN;
    if (value <= Number.MAX_SAFE_INTEGER) return value;
    inputError(
      `no whole number in column ${column}: ${quoted(text)} (${place()}); expected the ${key.slice(0, -4)}`,
    );
  }

  private device(data: Buffer, place: () => string): number {
    const { "host-col": host, "disk-col": disk } = this.columns.at;
    const parts = [host, disk].filter((column) => column !== undefined);
    const name = parts.map((column) => this.fields.text(data, column)).join("-");
    let device = this.devices.get(name);
    if (device === undefined) {
      device = this.devices.size;
      if (device === MOST_DEVICES)
        inputError(`too many devices: over ${MOST_DEVICES} (${place()}); check disk-col`);
      this.devices.set(name, device);
    }
    return device;
  }
}
