import { type Folio, NIL, NO_CLASS, PG_LRU, PG_SWAPCACHE } from "../mm/folio.js";
import { PTE_PRESENT } from "../mm/memory.js";
import type { Core } from "../reclaim/core.js";

/**
 * Recount a machine from scratch and compare with what it says of itself: every resident page has one folio
 * and every folio one page; each folio stands on exactly one list or waits in a batch; lists are whole; class
 * sizes, memory.stat gauges, map counts, the charge and the swap slots add up. Run after every cell.
 * @throws Error naming the first thing that does not add up.
 */
export function checkInvariants(core: Core): void {
  const standing = standingOn(core);
  let resident = 0;
  let swapped = 0;
  let unlisted = 0;
  for (let page = 0; page < core.memory.nrPages; page++) {
    if (core.memory.swapped(page)) swapped++;
    const folio = core.memory.folio(page);
    if (folio === NIL) continue;
    resident++;
    if ((core.folios.flags[folio]! & PG_SWAPCACHE) !== 0) swapped++;
    expectEqual(core.folios.page[folio]!, page, `page of folio ${folio}`);
    expectEqual(core.folios.mapcount[folio]!, presentMappings(core, page), `mapcount of folio ${folio}`);
    const listed = (core.folios.flags[folio]! & PG_LRU) !== 0;
    expectEqual(standing[folio]!, listed ? 1 : 0, `lists that hold folio ${folio}`);
    if (!listed) unlisted++;
  }
  expectEqual(core.folios.nr, resident, "folios in use");
  expectEqual(core.batches.nrPending, unlisted, "folios in the add batch");
  checkCharges(core);
  checkFrames(core);
  expectEqual(core.swap.used, swapped, "swap slots in use");
}

/** Each memcg is charged for its folios, what it has in stock and the kernel's own, with those of all below it. */
function checkCharges(core: Core): void {
  for (const memcg of core.memcg.subtree()) {
    const below = new Set(memcg.subtree());
    let pages = 0;
    for (const one of below) pages += one.stock + one.kernel;
    for (let page = 0; page < core.memory.nrPages; page++) {
      const folio = core.memory.folio(page);
      if (folio !== NIL && below.has(core.lruvecOf(folio).memcg)) pages += core.folios.nrPages[folio]!;
    }
    expectEqual(
      memcg.usage,
      pages,
      memcg === core.memcg ? "pages charged" : `pages charged to ${memcg.name}`,
    );
  }
}

/** Frames in use and free of each node are all it had; a lruvec's tree sizes are the sums of those below it. */
function checkFrames(core: Core): void {
  const used = core.nodes.map(() => 0);
  for (let page = 0; page < core.memory.nrPages; page++) {
    const folio = core.memory.folio(page);
    if (folio !== NIL) used[core.lruvecOf(folio).node]! += core.folios.nrPages[folio]!;
  }
  const kernel = core.memcg.subtree().reduce((sum, { kernel }) => sum + kernel, 0);
  let [had, has] = [0, kernel];
  for (const node of core.nodes) {
    had += node.frames;
    has += node.free + used[node.id]!;
  }
  if (core.nodes.every(({ frames }) => frames !== Number.POSITIVE_INFINITY)) expectEqual(has, had, "frames");
  for (const lruvec of core.lruvecs) {
    const below = core.table.under(lruvec.memcg, lruvec.node);
    for (let i = 0; i < 4; i++) {
      const sum = below.reduce((total, { size }) => total + size[i]!, 0);
      expectEqual(lruvec.tree.size[i]!, sum, `gauge ${i} of ${lruvec.memcg.name} and below`);
    }
  }
}

/** On how many lists each folio stands. Checks links and sizes on the way. Shape: [capacity]. */
function standingOn(core: Core): Uint8Array {
  const { folios } = core;
  const standing = new Uint8Array(folios.capacity);
  for (const [id, { lists }] of core.attached.entries()) {
    if (lists === null) continue;
    const size = new Int32Array(lists.nr.length);
    const gauge = new Int32Array(4);
    for (let index = 0; index < (lists.mixed ? 1 : 2) * lists.nrClasses; index++) {
      const type = Math.floor(index / lists.nrClasses);
      let folio: Folio = lists.tail(type, index % lists.nrClasses);
      for (let steps = 0; folio !== NIL; folio = lists.newer(folio)) {
        if (steps++ > folios.capacity) throw new Error(`list ${index} is a loop`);
        if (folios.klass[folio] === NO_CLASS)
          throw new Error(`folio ${folio} stands on list ${index} without a class`);
        standing[folio]!++;
        const of = folios.type(folio);
        size[(lists.mixed ? 0 : of * lists.nrClasses) + folios.klass[folio]!]! += folios.nrPages[folio]!;
        gauge[of * 2 + (lists.isActive(folios.klass[folio]!) ? 1 : 0)]! += folios.nrPages[folio]!;
      }
    }
    for (let i = 0; i < size.length; i++) expectEqual(lists.nr[i]!, size[i]!, `size of class ${i}`);
    for (let i = 0; i < 4; i++) expectEqual(core.lruvecs[id]!.size[i]!, gauge[i]!, `lruvec gauge ${i}`);
  }
  return standing;
}

function presentMappings({ memory }: Core, page: number): number {
  let present = 0;
  for (let slot = memory.firstMapping(page); slot >= 0; slot = memory.nextMapping(slot)) {
    if ((memory.pte[slot]! & PTE_PRESENT) !== 0) present++;
  }
  return present;
}

function expectEqual(said: number, counted: number, what: string): void {
  if (said !== counted) throw new Error(`${what}: the machine says ${said}, a recount ${counted}`);
}
