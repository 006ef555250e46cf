/*
 * The measuring rig as a machine: what its replayer locks in memory beside the workload (data/kernel/rig/wl.c and
 * replay.h), and how often it stops to read the counters.
 */
import type { MachineSpec } from "../sim/cell.js";

const PAGE = 4096;
/** Buffer of trace records: 16 KiB. */
const TRACE_BUFFER = 4;
/** Buffer of descriptor accesses. */
const IO_BUFFER = 1;

/**
 * Pages of ext4 that come with the file. Its blocks are 1 KiB, so a page of the disk's cache holds four, and some of them are always in
 * use: in every measured run with a file two pages are scanned and activated each time that they reach the tail, and never freed.
 */
const METADATA = 2;

/** Pages that the replayer locks: its buffers, and one bit for each anonymous page, rounded up by up to a page. */
export function pinnedPages(anonPages: number): number {
  return TRACE_BUFFER + IO_BUFFER + Math.floor((Math.floor(anonPages / 8) + PAGE) / PAGE);
}

/** The rig's machine for a workload of so many anonymous pages. */
export function rigMachine(anonPages: number): MachineSpec {
  // A store is `*word = *word + 1`, through a volatile pointer.
  return {
    kernelMemory: true,
    loadsFirst: true,
    metadata: METADATA,
    pinned: pinnedPages(anonPages),
    pace: 1,
    checkpoints: 10,
  };
}
