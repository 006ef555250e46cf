/*
 * The way in. Everything that the fast path of the replay loop does not handle comes here: the first touch of
 * a page, the return of an evicted one, a page that is cached but not mapped here, and every access through a
 * descriptor.
 *
 *   charge (may reclaim) -> new folio -> its shadow, if any: refault -> lru_add batch -> map, or mark accessed
 *
 * Source: mm/memory.c, do_anonymous_page(), do_swap_page(), do_fault(); mm/filemap.c, filemap_fault(),
 * filemap_read(), filemap_add_folio(), 6.12. Differs: what comes in ahead does so before the page that is wanted; one page a folio; the
 * first touch of an anonymous page is taken as a write (a read would map the shared zero page).
 */
import { ANON, FILE, type Folio, NIL, PG_DIRTY, PG_EXEC, PG_PRIVATE, PG_SWAPCACHE } from "../mm/folio.js";
import { PTE_DIRTY, PTE_PRESENT, PTE_RO, PTE_TOUCHED, PTE_USED, PTE_YOUNG } from "../mm/memory.js";
import { PTRS_PER_PTE, type Vma } from "../trace/trace.js";
import { type Access, bringIn, chargeKernel, readAhead } from "./bring-in.js";
import type { Core } from "./core.js";

/** A PTE whose access has just been completed. */
const ACCESSED = PTE_PRESENT | PTE_YOUNG | PTE_TOUCHED | PTE_USED;

/** An access to a mapped page whose PTE is not present, or forbids it. False: out of memory. */
export function mappedAccess(core: Core, slot: number, write: boolean): boolean {
  return write && core.params.loadsFirst === true ? loadAndStore(core, slot) : fault(core, slot, write);
}

/** A store that is preceded by a load. The first access to anonymous memory is alone: a load would map the shared zero page. */
function loadAndStore(core: Core, slot: number): boolean {
  const { memory } = core;
  const { pte } = memory;
  if ((pte[slot]! & PTE_PRESENT) !== 0) return fault(core, slot, true);
  const page = memory.page(slot);
  const fresh = memory.folio(page) === NIL && !memory.swapped(page) && memory.vma(slot).kind === "anon";
  if (fresh) return fault(core, slot, true);
  if (!fault(core, slot, false)) return false;
  if ((pte[slot]! & PTE_RO) !== 0) return fault(core, slot, true);
  pte[slot]! |= PTE_DIRTY;
  return true;
}

/** How a fault wants a page, by whether recency means anything in its mapping. */
const FAULT: Access = { fault: true, recency: true };
const FAULT_ONCE: Access = { fault: true, recency: false };
/** How a read or write through a descriptor wants a page. */
const READ: Access = { fault: false, recency: true };

/** Resolve one fault. False: out of memory. */
export function fault(core: Core, slot: number, write: boolean): boolean {
  const { memory, stat } = core;
  const page = memory.page(slot);
  const vma = memory.vma(slot);
  const table = Math.floor(slot / PTRS_PER_PTE);
  const memcg = core.enter(vma.process);
  stat.pgfault++;
  core.timers.tick();
  if (!chargeKernel(core, memcg, core.mechanisms.kernelMemory.needForTable(table))) return false;
  let folio = memory.folio(page);
  const swapsIn = folio !== NIL || memory.swapped(page);
  if ((memory.pte[slot]! & PTE_PRESENT) !== 0) {
    memory.pte[slot] = ACCESSED | PTE_DIRTY; // it was write-protected
    return vma.kind === "anon" || dirty(core, folio);
  }
  core.slot = slot;
  const { readahead } = core.mechanisms;
  const access = vma.recency === false ? FAULT_ONCE : FAULT;
  if (vma.kind === "file" && !write) mapAround(core, slot, vma);
  if (folio !== NIL && readahead.on) {
    readAhead(core, memcg, readahead.used(slot), core.folios.type(folio), access);
    folio = memory.folio(page); // it may have had to go
  }
  if (folio === NIL) {
    const anon = vma.kind === "anon";
    const major = !anon || memory.swapped(page);
    if (major) stat.pgmajfault++;
    const type = anon ? ANON : FILE;
    if (major && readahead.on) readAhead(core, memcg, readahead.missed(slot), type, access);
    folio = bringIn(core, memcg, page, type, access);
    if (folio === NIL) return false;
    if (major && core.params.slowDisk === true) core.timers.workloadWaits();
  }
  if ((core.folios.flags[folio]! & PG_SWAPCACHE) !== 0 && core.mechanisms.swapOut.freesSlot(write))
    dropSwapCache(core, folio);
  const { tracksDirty, swapsInReadOnly } = core.params;
  const learns = vma.kind === "file" ? tracksDirty : swapsIn && swapsInReadOnly;
  const protect = learns === true ? PTE_RO : 0;
  memory.pte[slot] = ACCESSED | (write ? PTE_DIRTY : protect);
  memory.tablePresent[table] = 1;
  memory.noteRun(vma.process);
  if (!core.timers.time.passes) memory.noteSwitch();
  core.folios.mapcount[folio]!++;
  if (vma.exec === true && core.mechanismsOf(folio).settings.exec === "on")
    core.folios.flags[folio]! |= PG_EXEC;
  return write && vma.kind === "file" && tracksDirty === true ? dirty(core, folio) : true;
}

/**
 * A load that faults on a file maps what else is cached of the aligned window around it, without a fault each.
 * Source: mm/memory.c, do_fault_around(); mm/filemap.c, filemap_map_pages(), 6.12 (x86: young, arm64: old).
 */
function mapAround(core: Core, slot: number, vma: Vma): void {
  const { faultAround = 1, tracksDirty } = core.params;
  if (faultAround <= 1) return;
  const { memory, folios } = core;
  const { readahead } = core.mechanisms;
  const accessed = core.mechanisms.settings.faultYoung === "on" ? PTE_YOUNG | PTE_TOUCHED : 0;
  const first = slot - (slot % faultAround);
  const end = Math.min(first + faultAround, vma.start + vma.nr);
  for (let at = Math.max(first, vma.start); at < end; at++) {
    const folio = memory.folio(memory.page(at));
    if (at === slot || folio === NIL || (memory.pte[at]! & PTE_PRESENT) !== 0) continue;
    if (readahead.on && readahead.isMark(memory.page(at))) continue;
    memory.pte[at] = PTE_PRESENT | accessed | (tracksDirty === true ? PTE_RO : 0);
    folios.mapcount[folio]!++;
  }
}

/** The slot of a page that is in memory is given back: the page is dirty. Kernel: should_try_to_free_swap(), folio_free_swap(). */
function dropSwapCache(core: Core, folio: Folio): void {
  core.folios.flags[folio] = (core.folios.flags[folio]! & ~PG_SWAPCACHE) | PG_DIRTY;
  core.swap.release();
}

/** A file page is written to: it is dirty, and the file system makes buffers for it. False: out of memory. */
function dirty(core: Core, folio: Folio): boolean {
  const { flags } = core.folios;
  flags[folio]! |= PG_DIRTY;
  if (core.params.tracksDirty !== true || (flags[folio]! & PG_PRIVATE) !== 0) return true;
  flags[folio]! |= PG_PRIVATE;
  return chargeKernel(core, core.lruvecOf(folio).memcg, core.mechanisms.kernelMemory.needForBuffers());
}

/** A read or write of a file page through a descriptor. False: out of memory. */
export function fdAccess(core: Core, slot: number, write: boolean): boolean {
  const { memory, stat } = core;
  const page = memory.page(slot);
  const memcg = core.enterFile(page);
  stat.nr_fd_access++;
  core.timers.tick();
  core.slot = slot;
  let folio = memory.folio(page);
  const { readahead } = core.mechanisms;
  if (readahead.on && !write) {
    const nr = folio === NIL ? readahead.missed(slot) : readahead.used(slot);
    readAhead(core, memcg, nr, FILE, READ);
    folio = memory.folio(page);
  }
  if (folio === NIL) {
    if (write) memory.forget(page); // a page created by a write is no refault
    folio = bringIn(core, memcg, page, FILE, READ);
    if (folio === NIL) return false;
  }
  if (write) return dirty(core, folio);
  core.mechanismsOf(folio).fd.accessed(folio);
  return true;
}
