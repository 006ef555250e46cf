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
import { Ahead, type Readahead, spotFinder } from "./readahead.js";
import { swapReadahead } from "./swap-readahead.js";

/** @param slowSwap - A read from swap takes time. */
export function kernelReadahead(memory: Memory, slowSwap: boolean): Readahead {
  const { layout, nrPages, pageOf, vmaOf } = memory.map;
  const pages = new Int32Array(MAX_WINDOW);
  const ahead = new Ahead(layout, nrPages);
  const spotAt = spotFinder(layout, pageOf, vmaOf);
  const files = fileReadahead(memory, pages);
  const swap = swapReadahead(memory, pages);
  return {
    on: true,
    pages,
    missed(slot) {
      const spot = spotAt(slot);
      ahead.miss(spot.page);
      if (spot.file !== NIL) return files.missed(spot);
      return slowSwap ? swap.missed(spot) : 0;
    },
    used(slot) {
      const spot = spotAt(slot);
      const first = ahead.use(spot.page);
      if (spot.file !== NIL) return files.used(spot);
      return slowSwap ? swap.used(spot, first) : 0;
    },
    isMark: (page) => files.isMark(page),
    broughtIn: (page) => ahead.broughtIn(page),
    counters: () => ahead.counters(),
  };
}
