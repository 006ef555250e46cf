/* What is read ahead, page by page, on memory without a core: whatever is named comes in. */
import { describe, expect, it } from "vitest";
import { kernelReadahead } from "../../lib/mechanisms/readahead/kernel-readahead.js";
import { leap } from "../../lib/mechanisms/readahead/leap.js";
import type { Readahead } from "../../lib/mechanisms/readahead/readahead.js";
import { NIL } from "../../lib/mm/folio.js";
import { Memory } from "../../lib/mm/memory.js";
import { ABSENT, entryOf, NO_SHADOW } from "../../lib/mm/page-entry.js";
import type { TraceLayout } from "../../lib/trace/trace.js";

/** 600 pages of a file, mapped and open (slots from 2048 on), and 1000 anonymous pages, all in swap. */
const LAYOUT: TraceLayout = {
  nrSlots: 2048,
  vmas: [
    { process: 0, start: 0, nr: 600, kind: "file", file: 0, offset: 0 },
    { process: 1, start: 1024, nr: 1000, kind: "anon" },
  ],
  files: [{ name: "f", nr: 600 }],
};
const FD = 2048;
const ANON = 1024;

function bench(make: (memory: Memory, slowSwap: boolean) => Readahead, slowSwap = true) {
  const memory = new Memory(LAYOUT);
  memory.entry.fill(entryOf(NO_SHADOW, true), 600);
  const readahead = make(memory, slowSwap);
  const bring = (page: number): void => {
    memory.entry[page] = 0;
  };
  return {
    memory,
    readahead,
    /** Access slots; returns what was named for the last one, as first-last runs. Numbers are those of `base`. */
    access(base: number, ...at: number[]): string {
      let named: number[] = [];
      for (const i of at) {
        const page = memory.page(base + i);
        const miss = memory.folio(page) === NIL;
        const nr = miss ? readahead.missed(base + i) : readahead.used(base + i);
        named = [...readahead.pages.subarray(0, nr)];
        for (const other of named) {
          bring(other);
          readahead.broughtIn(other);
        }
        bring(page);
      }
      return runs(named.map((page) => (base === ANON ? page - 600 : page)));
    },
  };
}

function runs(pages: readonly number[]): string {
  const parts: number[][] = [];
  for (const page of pages) {
    if (parts.length > 0 && parts.at(-1)!.at(-1) === page - 1) parts.at(-1)!.push(page);
    else parts.push([page]);
  }
  return parts.map((part) => (part.length === 1 ? `${part[0]}` : `${part[0]}-${part.at(-1)}`)).join(" ");
}

describe("the kernel's, reads through a descriptor", () => {
  /*
   *   read 0    miss at the start: 0-3, mark on 1
   *   read 1    the mark: 4-11, mark on 4         twice as many
   *   read 4    the mark: 12-27                   and again
   *   read 12   28-59                             32 is the most
   */
  it("windows of a stream grow to 32 pages, and are read before the reader comes to them", () => {
    const b = bench(kernelReadahead);
    const at = (...pages: number[]) => b.access(FD, ...pages);
    expect(at(0)).toBe("1-3");
    expect(at(1)).toBe("4-11");
    expect(at(2, 3)).toBe("");
    expect(at(4)).toBe("12-27");
    expect(at(5, 6, 7, 8, 9, 10, 11, 12)).toBe("28-59");
    expect(at(...Array.from({ length: 16 }, (_, i) => 13 + i))).toBe("60-91");
    expect(b.readahead.counters()).toEqual({ file_ra: 91, file_ra_hit: 28, swap_ra: 0, swap_ra_hit: 0 });
  });

  it("a read somewhere else reads its page alone, the one behind it starts a stream", () => {
    const b = bench(kernelReadahead);
    expect(b.access(FD, 0, 300)).toBe("");
    expect(b.access(FD, 301)).toBe("302-304");
  });

  // Pages 100-104 are in memory, the read before was elsewhere: a run of 5 before the miss, so 6 pages, mark on the last.
  it("a miss behind a run of pages in memory goes on with it", () => {
    const b = bench(kernelReadahead);
    for (let page = 100; page < 105; page++) b.memory.entry[page] = 0;
    expect(b.access(FD, 400, 105)).toBe("106-110");
    expect(b.access(FD, 110)).toBe("111-122");
  });
});

describe("the kernel's, mapped files", () => {
  it("a fault reads around, and the mark in the last quarter goes on from there", () => {
    const b = bench(kernelReadahead);
    expect(b.access(0, 100)).toBe("84-99 101-115");
    expect(b.access(0, 107)).toBe("");
    expect(b.access(0, 108)).toBe("116-147");
  });

  it("100 more misses than hits, and the file is not read around any more", () => {
    const b = bench(kernelReadahead);
    const faultAnew = (page: number): string => {
      b.memory.entry.fill(ABSENT);
      return b.access(0, page);
    };
    for (let i = 0; i < 100; i++) expect(faultAnew((i * 37) % 600)).not.toBe("");
    expect(faultAnew(300)).toBe("");
    for (let i = 0; i < 2; i++) b.access(0, 300); // two hits
    expect(faultAnew(500)).not.toBe("");
  });
});

describe("the kernel's, swap", () => {
  /*
   *   fault 100         8 pages, the fault in the middle: 97-104
   *   use 101, 104      two hits; the last was at 104
   *   fault 105         behind it: 4 pages, 105-108
   *   fault 300         no hit, elsewhere: half of the window before, 300-301
   *   fault 299         right before: 2 pages, but 300 is here
   *   fault 500         no hit, elsewhere, half of 2: its page alone
   */
  it("as many pages as were of use, in the direction of the faults", () => {
    const b = bench(kernelReadahead);
    const at = (...pages: number[]) => b.access(ANON, ...pages);
    expect(at(100)).toBe("97-99 101-104");
    expect(at(101, 104, 105)).toBe("106-108");
    expect(at(300)).toBe("301");
    expect(at(299)).toBe("298");
    expect(at(500)).toBe("");
    expect(b.readahead.counters()).toMatchObject({ swap_ra: 12, swap_ra_hit: 2 });
  });

  it("windows end with the page table and the range", () => {
    expect(bench(kernelReadahead).access(ANON, 511)).toBe("508-510");
    expect(bench(kernelReadahead).access(ANON, 999)).toBe("996-998");
  });

  it("what is read at once is not read ahead", () => {
    for (const make of [kernelReadahead, leap]) {
      const b = bench(make, false);
      for (let i = 0; i < 40; i++) expect(b.access(ANON, i)).toBe("");
    }
  });
});

describe("Leap", () => {
  const stride = (from: number, step: number, nr: number) =>
    Array.from({ length: nr }, (_, i) => from + i * step);

  /*
   *   10 faults, 3 apart    9 steps of 3: the majority of 16; a trend, but no window yet
   *   30                    it goes on: 1 page
   *   33 used, 36           one hit: 2 pages;  two hits: 4 pages
   */
  it("reads along the stride of most steps, as far as it was of use", () => {
    const b = bench(leap);
    expect(b.access(ANON, ...stride(0, 3, 10))).toBe("");
    expect(b.access(ANON, 30)).toBe("33");
    expect(b.access(ANON, 33, 36)).toBe("39 42");
    expect(b.access(ANON, 39, 42, 45)).toBe("48 51 54 57");
    expect(b.readahead.counters()).toMatchObject({ swap_ra: 7, swap_ra_hit: 3 });
  });

  it("some steps out of line do not hide the trend", () => {
    const b = bench(leap);
    b.access(ANON, ...stride(0, 3, 13)); // 39 and 42 are here
    expect(b.access(ANON, 900), "half of the window before").toBe("903");
    expect(b.access(ANON, 39, 42, 45)).toBe("48 51 54 57");
  });

  it("streams of a process and of a file do not mix", () => {
    const b = bench(leap);
    for (let i = 0; i < 11; i++) {
      b.access(ANON, 3 * i);
      b.access(FD, 400 - 2 * i);
    }
    expect(b.access(ANON, 33, 36)).toBe("39 42");
    expect(b.access(FD, 378, 376)).toBe("374 372");
  });

  it("goes no further than the file", () => {
    const b = bench(leap);
    b.access(FD, ...stride(24, -2, 12));
    expect(b.access(FD, 0)).toBe("");
  });
});
