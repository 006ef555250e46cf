/*
 * What a kernel reads ahead: files on demand, swap by address where reading takes time. Swap on compressed memory is read
 * page by page.
 *
 * Source: mm/readahead.c, mm/filemap.c, mm/swap_state.c; mm/memory.c, do_swap_page() with SWP_SYNCHRONOUS_IO, 6.12.
 * Differs: see file-readahead.ts and swap-readahead.ts.
 */
import { NIL } from "../../mm/folio.js";
import type { Memory } from "../../mm/memory.js";
import { fileReadahead, MAX_WINDOW } from "./file-readahead.js";
import { type Readahead, readaheadBy } from "./readahead.js";
import { swapReadahead } from "./swap-readahead.js";

/** @param slowSwap - A read from swap takes time. */
export function kernelReadahead(memory: Memory, slowSwap: boolean): Readahead {
  const pages = new Int32Array(MAX_WINDOW);
  const files = fileReadahead(memory, pages);
  const swap = swapReadahead(memory, pages);
  return readaheadBy(memory, pages, {
    missed: (spot) => (spot.file !== NIL ? files.missed(spot) : slowSwap ? swap.missed(spot) : 0),
    used: (spot, first) => (spot.file !== NIL ? files.used(spot) : slowSwap ? swap.used(spot, first) : 0),
    isMark: (page) => files.isMark(page),
  });
}
