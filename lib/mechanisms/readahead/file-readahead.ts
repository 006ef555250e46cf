/*
 * The kernel's on-demand readahead of files: windows that grow while a stream goes on.
 *
 *   |<------------- size ------------->|
 *   |----------------#-----------------|        read it, and the window behind it is read, too: the reader never waits
 *   start            `- mark, async pages before the end
 *
 *   first window: 4 pages; then 4 times as many up to max / 16, twice as many up to max / 2, then max (32 pages, 128 KiB)
 *
 * A read through a descriptor starts a stream at the first page of a file, behind the read before, or behind pages in memory
 * that a stream has left. A fault in a mapping reads around instead, half before and half behind, its mark in the last quarter,
 * until misses outnumber hits by 100.
 *
 * Source: mm/readahead.c, page_cache_sync_ra(), page_cache_async_ra(), get_init_ra_size(), get_next_ra_size(); mm/filemap.c,
 * do_sync_mmap_readahead(), do_async_mmap_readahead(), 6.12. Differs: one state a file, where the kernel has one for each open
 * file; a read is one page; a range without recency is read page by page, as MADV_RANDOM is (a trace does not tell it from
 * MADV_SEQUENTIAL); a page that fault-around maps is no hit.
 */
import { NIL } from "../../mm/folio.js";
import type { Memory } from "../../mm/memory.js";
import type { Spot } from "./readahead.js";

/** Pages of the largest window: 128 KiB. */
export const MAX_WINDOW = 32;
/** MMAP_LOTSAMISS: so many more misses than hits, and mappings of the file are not read around any more. */
const LOTS_OF_MISSES = 100;

/** Where windows are asked for: fills `pages` from the spot's file, at most {@link MAX_WINDOW}. Returns their number. */
export interface FileReadahead {
  missed(spot: Spot): number;
  used(spot: Spot): number;
  isMark(page: number): boolean;
}

export function fileReadahead(memory: Memory, pages: Int32Array): FileReadahead {
  const { entry, map, vmas } = memory;
  const nrFiles = map.layout.files.length;
  // The window of each file: its first page, its size, the pages behind its mark. Shape: Int32Array[files].
  const start = new Int32Array(nrFiles).fill(NIL);
  const size = new Int32Array(nrFiles);
  const async = new Int32Array(nrFiles);
  /** The page behind the last read through a descriptor. The file has not been read: its first page. */
  const next = Int32Array.from(map.layout.files, () => NIL);
  const misses = new Int32Array(nrFiles);
  /** Pages that carry a mark (PG_readahead). Shape: Uint8Array[nrPages]. */
  const marked = new Uint8Array(map.nrPages);

  const nextSize = (of: number): number =>
    of < MAX_WINDOW / 16 ? 4 * of : of <= MAX_WINDOW / 2 ? 2 * of : MAX_WINDOW;

  /** Name the pages of a file's window that are not here; the mark goes onto its page if that is one of them. */
  function window({ file, low, end, page: wanted }: Spot): number {
    const from = Math.max(low, start[file]!);
    const to = Math.min(end, start[file]! + size[file]!);
    const mark = start[file]! + size[file]! - async[file]!;
    let nr = 0;
    for (let page = from; page < to; page++) {
      if (entry[page]! >= 0) continue;
      marked[page] = page === mark && async[file]! > 0 ? 1 : 0;
      if (page !== wanted) pages[nr++] = page;
    }
    return nr;
  }

  function set(file: number, first: number, nr: number, behindMark: number): void {
    start[file] = first;
    size[file] = nr;
    async[file] = behindMark;
  }

  /** Pages in memory right before a page, up to a window of them. */
  function runBefore({ page, low }: Spot): number {
    let nr = 0;
    while (nr < MAX_WINDOW && page - nr > low && entry[page - nr - 1]! >= 0) nr++;
    return nr;
  }

  function readMissed(spot: Spot): number {
    const { page, file, low } = spot;
    const behind = page - next[file]!;
    const continues = next[file] !== NIL && (behind === 0 || behind === 1);
    next[file] = page + 1;
    if (page === low || continues) set(file, page, 4, 3);
    else {
      const run = runBefore(spot);
      if (run <= 1) return 0;
      const fromStart = page - run === low;
      set(file, page, Math.min((fromStart ? 2 * run : run) + 1, MAX_WINDOW), 1);
    }
    return window(spot);
  }

  /** @param request - Pages that the reader asks for at once. */
  function markMet(spot: Spot, request: number): number {
    const { page, file, end } = spot;
    marked[page] = 0;
    if (page === start[file]! + size[file]! - async[file]!) {
      set(file, start[file]! + size[file]!, nextSize(size[file]!), 0);
    } else {
      let gap = page + 1;
      while (gap < end && gap - page <= MAX_WINDOW && entry[gap]! >= 0) gap++;
      if (gap - page > MAX_WINDOW) return 0;
      set(file, gap, nextSize(gap - page + request), 0);
    }
    async[file] = size[file]!;
    return window(spot);
  }

  return {
    isMark: (page) => marked[page] === 1,
    missed(spot) {
      const { page, file, vma } = spot;
      marked[page] = 0;
      if (vma === NIL) return readMissed(spot);
      if (vmas[vma]!.recency === false) return 0;
      if (misses[file]! < 10 * LOTS_OF_MISSES) misses[file]!++;
      if (misses[file]! > LOTS_OF_MISSES) return 0;
      const first = Math.max(spot.low, page - MAX_WINDOW / 2);
      set(file, first, MAX_WINDOW, MAX_WINDOW / 4);
      return window(spot);
    },
    used(spot) {
      const { page, file, vma } = spot;
      if (vma === NIL) next[file] = page + 1;
      else if (vmas[vma]!.recency === false) return 0;
      else if (misses[file]! > 0) misses[file]!--;
      return marked[page] === 1 ? markMet(spot, vma === NIL ? 1 : MAX_WINDOW) : 0;
    },
  };
}
