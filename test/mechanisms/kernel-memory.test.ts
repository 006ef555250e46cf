/*
 * The kernel's own pages against `kernel_now` of the measuring rig (data/kernel, runs that touched every page of their regions).
 * One page of it is the rig's pipe, which is no business of the mechanism.
 */
import { describe, expect, it } from "vitest";
import { chargedKernelMemory } from "../../lib/mechanisms/kernel-memory.js";
import { Memory } from "../../lib/mm/memory.js";
import { PTRS_PER_PTE, type TraceLayout } from "../../lib/trace/trace.js";
import { anonLayout, fileLayout } from "../tiny.js";

const PIPE = 1;

/** All pages of the kernel's when every page has been faulted in; `mapped` false: read through a descriptor. */
function chargedFor(layout: TraceLayout, mapped = true): number {
  const memory = new Memory(layout);
  const kernel = chargedKernelMemory(memory);
  let nr = kernel.needAtStart() + PIPE;
  if (mapped) for (let table = 0; table < memory.map.nrTables; table++) nr += kernel.needForTable(table);
  for (let page = 0; page < (layout.files[0]?.nr ?? 0); page++) nr += kernel.needForCache(page);
  return nr;
}

describe("the kernel's own memory", () => {
  it("is page tables and two pages for anonymous memory", () => {
    expect([8192, 16384, 32768, 65536].map((nr) => chargedFor(anonLayout(nr)))).toEqual([18, 34, 66, 130]);
  });

  it("has a table for each further 1 GiB: pages 2 MiB apart (pmd1_a)", () => {
    expect(chargedFor(anonLayout(4096 * PTRS_PER_PTE))).toBe(4106);
  });

  it("is tables, nodes and the open file for a mapped file", () => {
    expect([12288, 16384, 24576].map((nr) => chargedFor(fileLayout(nr)))).toEqual([55, 73, 108]);
  });

  it("asks again for what could not be charged", () => {
    const kernel = chargedKernelMemory(new Memory(fileLayout(4096)));
    kernel.needAtStart();
    let [page, need] = [0, 0];
    while (need === 0) need = kernel.needForCache(page++);
    kernel.notCharged(need);
    expect([kernel.needForCache(page), kernel.needForCache(page + 1)]).toEqual([need, 0]);
  });

  it("is nodes and the open file for a descriptor's", () => {
    expect([16384, 36864, 49152].map((nr) => chargedFor(fileLayout(nr), false))).toEqual([41, 88, 116]);
  });
});
