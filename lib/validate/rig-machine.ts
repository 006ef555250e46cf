/*
 * The measuring rig as a machine: what its replayer holds in memory beside the workload (data/kernel/rig/wl.c and
 * replay.h), and how often it stops to read the counters.
 */
import type { MachineSpec } from "../sim/cell.js";

const PAGE = 4096;
/** Buffer of trace records: 16 KiB. */
const TRACE_BUFFER = 4;
/** Buffer of descriptor accesses. */
const IO_BUFFER = 1;

/**
 * Pages of ext4 that come with the file: that of its extent block (`debugfs -R "dump_extents data.bin"` shows one) and that of the directory and
 * inode that led to it. Their buffers are among the last 16 that the CPU looked up, which hold a reference (bh_lrus), and nothing
 * else is looked up during a run: in every measured run with a file two pages are scanned, activated and never freed.
 */
const METADATA = 2;

/**
 * The page of the pipe through which the replayer announces a checkpoint: charged to the writer, and kept for the next write when
 * it has been read (fs/pipe.c, pipe_write(), anon_pipe_buf_release()).
 */
const PIPE = 1;

/**
 * Pages that stay with the replayer: those that it locks, which are its buffers and one bit for each anonymous page, rounded up by up
 * to a page; and its pipe's.
 */
export function pinnedPages(anonPages: number): number {
  return TRACE_BUFFER + IO_BUFFER + Math.floor((Math.floor(anonPages / 8) + PAGE) / PAGE) + PIPE;
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
