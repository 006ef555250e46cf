/*
 * Leap: find the stride that most of the last steps between misses have in common, and read along it.
 *
 *   steps, newest first   3  3  9  3  3  3 -7  3 ...      majority of the last 16, or else of the last 32: 3
 *   page wanted: p                                        read p + 3, p + 6, ...
 *
 * A few steps out of line do not hide a stream, as they do from a rule that compares with the last access only. The window is
 * as wide as the last one was of use: hits + 1, up to a power of two, 8 at most, and never less than half of the one before;
 * with no hit it is one page while the trend goes on, and none else. Where there is no majority the last trend is used.
 *
 * Each process has a history of its own, and so has each file that is read through descriptors. Steps are in pages of the
 * virtual address space, or of the file; a hit is a step, too.
 *
 * Differs from the paper: it is asked for files and for swap on a disk; of swap on compressed memory a page is read when it is
 * wanted. Pages outside of the range or file are left out. Where there is no majority the paper reads around the page.
 * Source: Al Maruf and Chowdhury, Effectively prefetching remote memory with Leap, USENIX ATC 2020.
 */
import { NIL } from "../../mm/folio.js";
import type { Memory } from "../../mm/memory.js";
import { type Readahead, readaheadBy, type Spot } from "./readahead.js";

const MAX_WINDOW = 8;
/** Steps remembered, and the share of them that is looked at first. */
const HISTORY = 32;
const SPLIT = 2;

/** Boyer and Moore's majority vote over the last `nr` steps. @returns the step, or 0 if none has the majority. */
function majority(steps: Int32Array, newest: number, nr: number): number {
  let candidate = 0;
  let votes = 0;
  for (let i = 0; i < nr; i++) {
    const step = steps[(newest - i + HISTORY) % HISTORY]!;
    if (votes === 0) candidate = step;
    votes += step === candidate ? 1 : -1;
  }
  let found = 0;
  for (let i = 0; i < nr; i++) if (steps[(newest - i + HISTORY) % HISTORY] === candidate) found++;
  return 2 * found > nr ? candidate : 0;
}

/** One process, or one file. */
class Stream {
  private readonly steps = new Int32Array(HISTORY);
  private newest = 0;
  private last = NIL;
  private step = 0;
  private trend = 0;
  private window = 0;
  hits = 0;

  /** @param at - Number of the page in its address space or file. */
  note(at: number): void {
    if (this.last !== NIL) {
      this.step = at - this.last;
      this.newest = (this.newest + 1) % HISTORY;
      this.steps[this.newest] = this.step;
    }
    this.last = at;
  }

  /** Pages to read, and the stride between them. */
  plan(): { readonly nr: number; readonly stride: number } {
    const follows = this.step !== 0 && this.step === this.trend;
    let nr = this.hits > 0 ? Math.min(2 ** Math.ceil(Math.log2(this.hits + 1)), MAX_WINDOW) : follows ? 1 : 0;
    nr = Math.max(nr, this.window >> 1);
    this.hits = 0;
    this.window = nr;
    for (let looked = HISTORY / SPLIT; looked <= HISTORY; looked *= 2) {
      const stride = majority(this.steps, this.newest, looked);
      if (stride === 0) continue;
      this.trend = stride;
      break;
    }
    return { nr, stride: this.trend };
  }
}

/** @param slowSwap - A read from swap takes time. */
export function leap(memory: Memory, slowSwap: boolean): Readahead {
  const pages = new Int32Array(MAX_WINDOW);
  const ofProcess: Stream[] = [];
  const ofFile: Stream[] = [];

  function streamOf({ vma, file }: Spot): Stream {
    const [streams, index] = vma === NIL ? [ofFile, file] : [ofProcess, memory.vmas[vma]!.process];
    streams[index] ??= new Stream();
    return streams[index]!;
  }

  const reads = ({ file }: Spot): boolean => file !== NIL || slowSwap;

  return readaheadBy(memory, pages, {
    missed(spot) {
      if (!reads(spot)) return 0;
      const stream = streamOf(spot);
      stream.note(spot.slot);
      const { nr, stride } = stream.plan();
      if (stride === 0) return 0;
      let named = 0;
      for (let i = 1; i <= nr; i++) {
        const page = spot.page + i * stride;
        if (page >= spot.low && page < spot.end) pages[named++] = page;
      }
      return named;
    },
    used(spot, first) {
      if (!first) return 0;
      const stream = streamOf(spot);
      stream.hits++;
      stream.note(spot.slot);
      return 0;
    },
    isMark: () => false,
  });
}
