/*
 * Counters under the names that the measured tables use, where those differ from ours. The faults are all the
 * workload's. What kswapd did not scan or reclaim was direct reclaim, in the faulting task; while only a memcg is full,
 * that is all of it.
 */

type Counters = Readonly<Record<string, number>>;

/** Name in the table, and its value from ours. */
const RENAMED: Readonly<Record<string, (c: Counters) => number | undefined>> = {
  accesses: (c) => c.nr_record,
  minflt: (c) => c.pgfault! - c.pgmajfault!,
  majflt: (c) => c.pgmajfault,
  pgscan_direct: (c) => c.pgscan! - c.pgscan_kswapd!,
  pgsteal_direct: (c) => c.pgsteal! - c.pgsteal_kswapd!,
  vm_pgscan_direct: (c) => c.pgscan! - c.pgscan_kswapd!,
  vm_pgsteal_direct: (c) => c.pgsteal! - c.pgsteal_kswapd!,
  vm_pgscan_kswapd: (c) => c.pgscan_kswapd,
  vm_pgsteal_kswapd: (c) => c.pgsteal_kswapd,
  vm_pgactivate: (c) => c.pgactivate,
  vm_pgdeactivate: (c) => c.pgdeactivate,
  vm_pgrefill: (c) => c.pgrefill,
  vm_pgdemote_direct: (c) => c.pgdemote_direct,
  vm_pgdemote_kswapd: (c) => c.pgdemote_kswapd,
  vm_pswpin: (c) => c.pswpin,
  vm_pswpout: (c) => c.pswpout,
  vm_pgscan_anon: (c) => c.pgscan_anon,
  vm_pgscan_file: (c) => c.pgscan_file,
  vm_pgsteal_anon: (c) => c.pgsteal_anon,
  vm_pgsteal_file: (c) => c.pgsteal_file,
  vm_pgrotated: (c) => c.pgrotated,
  vm_nr_vmscan_write: (c) => c.nr_vmscan_write,
};

/** Our counters, and the same under the tables' names. */
export function withKernelNames(counters: Counters): Record<string, number> {
  const named: Record<string, number> = { ...counters };
  for (const [name, of] of Object.entries(RENAMED)) {
    const value = of(counters);
    if (value !== undefined) named[name] = value;
  }
  return named;
}
