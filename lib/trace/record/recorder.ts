/*
 * Collects the accesses of several processes in the order in which they are heard of, and makes a trace of them.
 *
 * Two reductions keep a trace small; both keep the sum of counts equal to the number of accesses.
 *
 *   run      consecutive accesses of one process to one page are one record
 *   filter   a process remembers its K most recently used pages; an access to one of them is added to the
 *            record that brought the page in (and makes it a write, if it stores). As in a TLB, nothing after
 *            the first access is seen until the page leaves the filter. The filter is emptied every P accesses,
 *            so that the hottest pages keep showing up, as they do in a kernel that flushes the TLB at every
 *            switch of address spaces.
 */
import { AddressSpace, type Place } from "./address-space.js";
import { FileTable } from "./file-table.js";
import { Growable } from "./growable.js";

/** Bit of a raw record: the access stores. */
export const STORE: number = 0x8000_0000;
/** Bit of a raw record: the rest is an id of an fd page, not of a place. */
export const FD: number = 0x4000_0000;

/** How accesses are folded into records. */
export interface Reduction {
  /** K: pages that a process's filter holds. At least 1; 1 collapses runs only. */
  readonly filter: number;
  /** P: accesses of a process after which its filter is emptied. */
  readonly refresh: number;
}

/** One process while it is recorded. */
export class ProcessRecorder {
  readonly space: AddressSpace;
  /** Virtual pages in the filter, most recent first, and the record of each. */
  private readonly pages: Int32Array;
  private readonly kept: Int32Array;
  private used = 0;
  private untilRefresh: number;
  /** Accesses to addresses that nothing maps as far as we know. Left out. */
  nrUnmapped = 0;

  constructor(
    readonly index: number,
    private readonly recorder: Recorder,
    private readonly reduction: Reduction,
  ) {
    this.pages = new Int32Array(reduction.filter);
    this.kept = new Int32Array(reduction.filter);
    this.untilRefresh = reduction.refresh;
    this.space = new AddressSpace(index, recorder.places, (ids) => {
      this.used = 0;
      recorder.unmapped(ids);
    });
  }

  /** An access to a virtual page. */
  access(vpn: number, store: boolean): void {
    const { pages, kept } = this;
    if (--this.untilRefresh <= 0) this.refresh();
    let i = 0;
    while (i < this.used && pages[i] !== vpn) i++;
    if (i === this.used) {
      const id = this.space.place(vpn);
      if (id < 0) {
        this.nrUnmapped++;
        return;
      }
      if (this.used < pages.length) this.used++;
      else i--;
      kept[i] = this.recorder.add(id);
    }
    const record = kept[i]!;
    for (; i > 0; i--) {
      pages[i] = pages[i - 1]!;
      kept[i] = kept[i - 1]!;
    }
    pages[0] = vpn;
    kept[0] = record;
    this.recorder.count(record, store);
  }

  private refresh(): void {
    this.used = 0;
    this.untilRefresh = this.reduction.refresh;
  }
}

/** All processes of one recording. */
export class Recorder {
  readonly places: Place[] = [];
  readonly files: FileTable;
  readonly processes: ProcessRecorder[] = [];
  readonly records: Growable = new Growable();
  readonly counts: Growable = new Growable();
  /** Places that were given back, each list before the record `at`. */
  readonly gone: { readonly at: number; readonly places: number[] }[] = [];

  /** @param folder Folder of the workload; names of files below it are kept relative to it. */
  constructor(
    folder: string,
    private readonly reduction: Reduction,
    files: FileTable = new FileTable(folder),
  ) {
    this.files = files;
  }

  process(): ProcessRecorder {
    const process = new ProcessRecorder(this.processes.length, this, this.reduction);
    this.processes.push(process);
    return process;
  }

  /** Adds a record of a place, with a count of 0; returns its index. */
  add(id: number): number {
    this.counts.push(0);
    return this.records.push(id);
  }

  /** Adds one access to a record. */
  count(record: number, store: boolean): void {
    this.counts.data[record]!++;
    if (!store) return;
    const word = this.records.data[record]!;
    this.records.data[record] = word | STORE;
    this.places[word & ~STORE]!.written = true;
  }

  /** A read or write of bytes `start` to `end` (not included) of a file through a descriptor. */
  fileAccess(file: number, start: number, end: number, store: boolean): void {
    for (let page = Math.floor(start / 4096); page * 4096 < end; page++) {
      const id = (FD | this.files.fdPage(file, page)) >>> 0;
      const last = this.records.length - 1;
      if (last >= 0 && (this.records.data[last]! & ~STORE) >>> 0 === id) {
        this.counts.data[last]!++;
        if (store) this.records.data[last]! |= STORE;
      } else {
        this.records.push(store ? (id | STORE) >>> 0 : id);
        this.counts.push(1);
      }
    }
  }

  unmapped(places: number[]): void {
    this.gone.push({ at: this.records.length, places });
  }
}
