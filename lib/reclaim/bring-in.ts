/*
 * A page comes in: charged (which may reclaim), given a folio, told from its shadow if it was here before, sent to the lists.
 *
 * Source: mm/filemap.c, filemap_add_folio(); mm/memory.c, do_swap_page(), do_anonymous_page(); mm/swap_state.c,
 * __read_swap_cache_async(), 6.12.
 */
import { BY_FAULT } from "../mm/access.js";
import { FILE, type Folio, type MemType, NIL, PG_DIRTY, PG_SWAPBACKED } from "../mm/folio.js";
import type { Memcg } from "../mm/memcg.js";
import { isInSwap, NO_SHADOW, shadowOf } from "../mm/page-entry.js";
import { allocPage } from "./alloc-page.js";
import { charge } from "./charge.js";
import type { Core } from "./core.js";

/** A frame that the memcg is charged for. Returns its node, or -1: out of memory. @param optional - See {@link charge}. */
function chargedPage(core: Core, memcg: Memcg, optional = false): number {
  const node = allocPage(core);
  if (node < 0 || charge(core, memcg, 1, optional)) return node;
  core.nodes[node]!.free++;
  return -1;
}

/**
 * Charge pages of the kernel's own, for good. False: out of memory.
 * @param optional - See {@link charge}.
 */
export function chargeKernel(core: Core, memcg: Memcg, nr: number, optional = false): boolean {
  for (let i = 0; i < nr; i++) {
    if (chargedPage(core, memcg, optional) < 0) return false;
    memcg.kernel++;
  }
  return true;
}

/** How a page is wanted. */
export interface Access {
  readonly fault: boolean;
  /** Its mapping has recency. */
  readonly recency: boolean;
  /** Nobody waits for it: rather than run out of memory, do without. */
  readonly ahead?: boolean;
}

/** Charge, allocate and fill a folio for `page`, and send it to the lists. NIL: out of memory. */
export function bringIn(core: Core, memcg: Memcg, page: number, type: MemType, access: Access): Folio {
  const { fault: inFault, recency } = access;
  core.attached[core.table.at(memcg, 0).id]!.ops.missed(page);
  const { memory, folios } = core;
  const node = chargedPage(core, memcg, access.ahead);
  if (node < 0) return NIL;
  const lruvec = core.table.at(memcg, node);
  if (type === FILE) {
    const nr = core.mechanisms.kernelMemory.needForCache(page);
    if (!chargeKernel(core, memcg, nr, access.ahead)) {
      core.mechanisms.kernelMemory.notCharged(nr);
      memcg.uncharge(1);
      core.nodes[node]!.free++;
      return NIL;
    }
  }
  core.stat.nr_alloc++;
  const folio = folios.alloc(page, lruvec.id);
  const before = memory.entry[page]!;
  memory.entry[page] = folio;
  if (type !== FILE) folios.flags[folio]! |= PG_SWAPBACKED | PG_DIRTY;
  const shadow = shadowOf(before);
  if (shadow !== NO_SHADOW) core.refault(folio, shadow, inFault && recency);
  if (isInSwap(before)) core.mechanisms.swapOut.read(folio);
  if (inFault && recency) core.accessed(folio, BY_FAULT);
  core.batches.add(folio);
  if (type === FILE && core.metadataLeft > 0)
    readMetadata(core, memcg, core.metadataLeft, inFault && recency);
  return folio;
}

/**
 * The file system reads `nr` pages of its own into page cache of the disk, which the memcg is charged for, and looks at them twice
 * before they reach the lists. Source: fs/ext4/inode.c, __ext4_get_inode_loc(); fs/ext4/extents.c, read_extent_tree_block();
 * fs/buffer.c, __bread_gfp(), touch_buffer(), 6.12.
 */
export function readMetadata(core: Core, memcg: Memcg, nr: number, inFault: boolean): void {
  const { memory, folios } = core;
  for (const end = core.metadataLeft - nr; core.metadataLeft > Math.max(0, end); ) {
    const node = chargedPage(core, memcg);
    if (node < 0) return;
    const page = memory.nrPages - core.metadataLeft--;
    const folio = folios.alloc(page, core.table.at(memcg, node).id);
    memory.entry[page] = folio;
    if (inFault) core.accessed(folio, BY_FAULT);
    core.batches.add(folio);
    for (let look = 0; look < 2; look++) core.mechanismsOf(folio).fd.accessed(folio);
  }
}

/**
 * Bring in the first `nr` pages that the readahead slot has named, as far as they are not here and memory is to be had. Pages of
 * swap then leave the add batch, as the kernel drains it.
 */
export function readAhead(core: Core, memcg: Memcg, nr: number, type: MemType, access: Access): void {
  if (nr === 0) return;
  const { memory } = core;
  const { readahead } = core.mechanisms;
  for (let i = 0; i < nr; i++) {
    const page = readahead.pages[i]!;
    if (memory.folio(page) !== NIL || (type !== FILE && !memory.swapped(page))) continue;
    if (bringIn(core, memcg, page, type, { ...access, ahead: true }) === NIL) break;
    readahead.broughtIn(page);
  }
  if (type !== FILE) core.batches.drain();
}
