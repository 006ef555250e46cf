/*
 * What one process has mapped, while it runs: the ranges as the kernel would list them, and for every virtual
 * page that was accessed the id of its place in the trace.
 *
 * One virtual address can carry several contents during a run (a file unmapped, a heap mapped there later), but
 * a slot of a trace has one backing for good. So a mapping whose pages are taken gets other places: a range of its
 * own from page 2^36 on, behind the real address space, where such mappings lie one after another.
 */

/** A mapped range. Units: pages. */
export interface Mapping {
  start: number;
  end: number;
  /** Id of the mapped file; -1 for anonymous memory. */
  readonly file: number;
  /** Page of the file behind `base`. */
  readonly offset: number;
  /** First page when the range was mapped; `start` may have been cut since. */
  readonly base: number;
  /** Private and thus copied on the first store; only matters for files. */
  readonly isPrivate: boolean;
  readonly exec: boolean;
  /** False after MADV_SEQUENTIAL or MADV_RANDOM. */
  recency: boolean;
  /** The range as it was mapped, for the layout. */
  readonly whole: { start: number; end: number };
  /** Ordinal of the mmap within its process. */
  readonly order: number;
  /** Whether it grows downwards on an access below it. */
  readonly stack: boolean;
}

/** A page that was accessed, at its place. */
export interface Place {
  readonly process: number;
  /** Virtual page; from {@link SHADOW} on if the address had other contents before. */
  readonly key: number;
  readonly mapping: Mapping;
  /** Virtual page at which it was accessed first. */
  readonly vpn: number;
  /** True while some virtual page maps it. */
  live: boolean;
  written: boolean;
}

/** First page behind all real addresses: 2^36 pages = 48 bits of address. */
export const SHADOW: number = 2 ** 36;

/** Stacks grow to 8 MiB (the usual RLIMIT_STACK). */
const STACK_LIMIT = 2048;

const TABLE = 512;

/** File page behind a virtual page; -1 for anonymous memory. */
export function filePage(mapping: Mapping, vpn: number): number {
  return mapping.file < 0 ? -1 : mapping.offset + (vpn - mapping.base);
}

/** One process's address space. */
export class AddressSpace {
  private mappings: Mapping[] = [];
  /** Leaf tables by number: place id + 1 of each page, 0 if not present. */
  private readonly tables = new Map<number, Int32Array>();
  private readonly byKey = new Map<number, number>();
  /** Starts of the ranges behind {@link SHADOW}, by what they stand in for, and pages used there. */
  private readonly ranges = new Map<string, number[]>();
  private nextRange = 0;
  private nrMapped = 0;
  /** End of the heap (page), once brk was seen. */
  brk = -1;

  constructor(
    readonly process: number,
    private readonly places: Place[],
    private readonly onUnmap: (places: number[]) => void,
  ) {}

  /** The place of a virtual page, or -1 if nothing is mapped there. */
  place(vpn: number): number {
    const table = this.table(vpn);
    const known = table[vpn % TABLE]!;
    if (known > 0) return known - 1;
    const mapping = this.find(vpn) ?? this.growStack(vpn);
    if (mapping === undefined) return -1;
    const id = this.settle(vpn, mapping);
    table[vpn % TABLE] = id + 1;
    this.places[id]!.live = true;
    return id;
  }

  /** Maps a range, replacing what was there. */
  map(range: Omit<Mapping, "base" | "whole" | "recency" | "stack" | "order"> & { stack?: boolean }): void {
    this.unmap(range.start, range.end);
    const whole = { start: range.start, end: range.end };
    const order = this.nrMapped++;
    this.mappings.push({ stack: false, ...range, base: range.start, whole, recency: true, order });
  }

  /** Removes the mappings of a range; live pages in it are reported. */
  unmap(start: number, end: number): void {
    if (end <= start) return;
    const kept: Mapping[] = [];
    for (const m of this.mappings) {
      if (m.end <= start || m.start >= end) kept.push(m);
      else {
        if (m.start < start) kept.push({ ...m, end: start });
        if (m.end > end) kept.push({ ...m, start: end });
      }
    }
    this.mappings = kept;
    this.drop(start, end);
  }

  /** Frees the pages of a range, which stays mapped (MADV_DONTNEED, and the first half of munmap). */
  drop(start: number, end: number): void {
    const gone: number[] = [];
    this.eachTable(start, end, (table, from, to) => {
      for (let i = from; i < to; i++) {
        if (table[i] === 0) continue;
        gone.push(table[i]! - 1);
        this.places[table[i]! - 1]!.live = false;
        table[i] = 0;
      }
    });
    if (gone.length > 0) this.onUnmap(gone);
  }

  /** Moves a range (mremap). Its pages keep their places, as they keep their content. */
  move(start: number, end: number, to: number, toEnd: number): void {
    const source = this.find(start);
    if (source === undefined) return;
    if (to !== start) {
      const moved: [number, number][] = [];
      this.eachTable(start, end, (table, a, b, first) => {
        for (let i = a; i < b; i++) {
          if (table[i]! > 0) moved.push([first + i - start, table[i]!]);
          table[i] = 0;
        }
      });
      this.unmap(start, end);
      this.map({ ...source, start: to, end: toEnd, offset: Math.max(0, filePage(source, start)) });
      for (const [at, id] of moved) if (to + at < toEnd) this.table(to + at)[(to + at) % TABLE] = id;
      return;
    }
    if (toEnd < end) this.unmap(toEnd, end);
    else if (toEnd > end) {
      this.map({ ...source, start: end, end: toEnd, offset: Math.max(0, filePage(source, end)) });
    }
  }

  /** Sets the recency of every mapping that overlaps a range. */
  advise(start: number, end: number, recency: boolean): void {
    for (const m of this.mappings) if (m.start < end && m.end > start) m.recency = recency;
  }

  /** Sets the end of the heap: anonymous memory grows, or pages are given back. */
  setBrk(end: number): void {
    if (this.brk >= 0 && end > this.brk) {
      const anon = { file: -1, offset: 0, isPrivate: true, exec: false };
      this.map({ start: this.brk, end, ...anon });
    } else if (this.brk > end) this.unmap(end, this.brk);
    this.brk = end;
  }

  /** The process ends: every page goes. */
  exit(): void {
    const gone: number[] = [];
    for (const table of this.tables.values()) for (const id of table) if (id > 0) gone.push(id - 1);
    for (const id of gone) this.places[id]!.live = false;
    this.tables.clear();
    this.mappings = [];
    if (gone.length > 0) this.onUnmap(gone);
  }

  private table(vpn: number): Int32Array {
    const nr = Math.floor(vpn / TABLE);
    let table = this.tables.get(nr);
    if (table === undefined) this.tables.set(nr, (table = new Int32Array(TABLE)));
    return table;
  }

  private eachTable(
    start: number,
    end: number,
    visit: (table: Int32Array, from: number, to: number, first: number) => void,
  ): void {
    for (const [nr, table] of this.tables) {
      const first = nr * TABLE;
      if (first + TABLE <= start || first >= end) continue;
      visit(table, Math.max(0, start - first), Math.min(TABLE, end - first), first);
    }
  }

  private find(vpn: number): Mapping | undefined {
    return this.mappings.find((m) => vpn >= m.start && vpn < m.end);
  }

  private growStack(vpn: number): Mapping | undefined {
    const stack = this.mappings.find((m) => m.stack && vpn < m.start && vpn >= m.end - STACK_LIMIT);
    if (stack === undefined) return undefined;
    stack.start = vpn;
    stack.whole.start = Math.min(stack.whole.start, vpn);
    return stack;
  }

  /** The place for a page that is not present: its old one if that is free and has the same backing. */
  private settle(vpn: number, mapping: Mapping): number {
    const own = this.tryKey(vpn, vpn, mapping);
    if (own >= 0) return own;
    const { file, offset, isPrivate, base, whole } = mapping;
    const nr = whole.end - base;
    const signature = `${file} ${offset} ${isPrivate} ${nr}`;
    const ranges = this.ranges.get(signature) ?? [];
    for (const start of ranges) {
      const id = this.tryKey(start + vpn - base, vpn, mapping);
      if (id >= 0) return id;
    }
    const start = SHADOW + this.nextRange;
    this.nextRange += nr;
    this.ranges.set(signature, [...ranges, start]);
    return this.tryKey(start + vpn - base, vpn, mapping);
  }

  /** The place at `key`, made if there is none; -1 if it is in use or has another backing. */
  private tryKey(key: number, vpn: number, mapping: Mapping): number {
    const id = this.byKey.get(key);
    if (id === undefined) {
      this.byKey.set(key, this.places.length);
      return this.places.push({ process: this.process, key, mapping, vpn, live: true, written: false }) - 1;
    }
    const old = this.places[id]!;
    const same = old.mapping.file === mapping.file && old.mapping.isPrivate === mapping.isPrivate;
    return !old.live && same && filePage(old.mapping, old.vpn) === filePage(mapping, vpn) ? id : -1;
  }
}
