/*
 * The conformance scenarios of the traditional LRU: small enough to be followed by hand, in the kernels 6.1, 6.12 and
 * 7.3, whose rules are the same here unless a scenario says otherwise. Those of MGLRU: scenarios-mglru.test.ts.
 * One page a folio, one CPU, one memcg. Lists are drawn head first; the tail, on the right, is scanned next.
 */
import { describe, expect, it } from "vitest";
import { ANON, FILE, PG_ACTIVE, PG_EXEC, PG_REFERENCED, PG_WORKINGSET } from "../lib/mm/folio.js";
import { PTE_YOUNG } from "../lib/mm/memory.js";
import { lru, mglru } from "../lib/policies/index.js";
import { profile } from "../lib/sim/profiles.js";
import { simulate } from "../lib/sim/run-cell.js";
import { KERNELS, machine, run } from "./scenarios.js";
import { anonLayout, CELL, fileLayout, traceOf } from "./tiny.js";

const [INACTIVE, ACTIVE] = [0, 1];

describe.each(KERNELS)("traditional LRU, %s", (kernel) => {
  /*
   * Source: mm/swap.c (7.3: mm/folio.c), folio_mark_accessed(), folio_add_lru(), folio_activate().
   *
   *   read old, drain      I old              A
   *   read page            I old              A              page in the add batch, REFERENCED
   *   drain                I page old         A
   *   read page            I page old         A              in the activate batch; REFERENCED off, age +1
   *   drain                I old              A page
   */
  it("1: a first read marks a page, a second one activates it, both when the batch drains", () => {
    const m = machine(lru(), fileLayout(8), kernel);
    const [old, page] = [7, 3];
    m.read(old);
    m.drain();
    m.read(page);
    expect([m.flags(page), m.core.batches.nrPending]).toEqual([PG_REFERENCED, 1]);
    expect(m.pages(FILE, INACTIVE)).toEqual([old]);
    m.drain();
    expect([m.flags(page), m.pages(FILE, INACTIVE)]).toEqual([PG_REFERENCED, [page, old]]);
    m.read(page);
    expect([m.flags(page), m.pages(FILE, ACTIVE), m.lruvec.nonresidentAge]).toEqual([0, [], 1]);
    m.drain();
    expect([m.pages(FILE, ACTIVE), m.pages(FILE, INACTIVE)]).toEqual([[page], [old]]);
    expect([m.flags(page), m.core.stat.pgactivate, m.lruvec.nonresidentAge]).toEqual([PG_ACTIVE, 1, 1]);
    m.check();
  });

  // Source: include/linux/pagevec.h, PAGEVEC_SIZE (6.1), FOLIO_BATCH_SIZE (6.12, 7.3).
  it("1: the batch drains by itself when it is full, before its last page has been marked", () => {
    const size = kernel === "6.1" ? 15 : 31;
    expect(profile(kernel).batchSize).toBe(size);
    const m = machine(lru(), fileLayout(64), kernel);
    m.read(...run(0, size - 1));
    expect([m.core.batches.nrPending, m.core.stat.lru_lock]).toEqual([size - 1, 0]);
    m.read(size - 1);
    expect([m.core.batches.nrPending, m.core.stat.lru_lock]).toEqual([0, 1]);
    expect(m.pages(FILE, INACTIVE).length).toBe(size);
  });

  /*
   * Source: mm/swap.c, __lru_cache_activate_folio(); mm/workingset.c, workingset_activation(). The page is found in
   * the add batch of this CPU, and no activation is counted: it never was on the inactive list.
   */
  it("2: two reads before the drain put a page on the active list at once", () => {
    const m = machine(lru(), fileLayout(8), kernel);
    m.read(3, 3);
    expect([m.flags(3), m.lruvec.nonresidentAge]).toEqual([PG_ACTIVE, 1]);
    m.drain();
    expect([m.pages(FILE, ACTIVE), m.pages(FILE, INACTIVE)]).toEqual([[3], []]);
    expect([m.core.stat.pgactivate, m.lruvec.nonresidentAge]).toEqual([0, 1]);
  });

  /*
   * Source: mm/vmscan.c, folio_check_references(). The fault itself has left a young PTE, so a mapped page goes round
   * at least once.
   *
   *   touch 2, touch 5     I 5+ 2+
   *   pass                 I 5r 2r             r REFERENCED, PTEs old
   *   touch 5, pass        I           A 5r    2 out
   */
  it("3: a page touched once goes round once, then out; one touched again is activated", () => {
    const m = machine(lru(), fileLayout(8), kernel);
    m.touch(2, 5);
    expect(m.pass(0).scanned, "get_scan_count() does not drain: nothing is listed yet").toBe(0);
    m.drain();
    expect(m.pass(0)).toEqual({ scanned: 2, freed: 0, batches: [2] });
    expect([m.flags(2), m.core.memory.pte[2]! & PTE_YOUNG]).toEqual([PG_REFERENCED, 0]);
    expect(m.pages(FILE, INACTIVE)).toEqual([5, 2]);
    m.touch(5);
    expect(m.pass(0)).toEqual({ scanned: 2, freed: 1, batches: [2] });
    expect([m.pages(FILE, ACTIVE), m.pages(FILE, INACTIVE)]).toEqual([[5], []]);
    expect(m.flags(5)).toBe(PG_ACTIVE | PG_REFERENCED);
    expect(m.lruvec.nonresidentAge, "an eviction and an activation").toBe(2);
  });

  it("3: an executable file page is activated when it is first found young", () => {
    const m = machine(lru(), fileLayout(8, true), kernel);
    m.touch(2);
    m.drain();
    m.pass(0);
    expect([m.pages(FILE, ACTIVE), m.flags(2) & ~PG_EXEC]).toEqual([[2], PG_ACTIVE | PG_REFERENCED]);
  });

  /*
   * Source: mm/workingset.c, workingset_eviction(), workingset_refault(). `active` pages are read twice, the others
   * once; then the clock counts
   *
   *   age   active     activations
   *         100        100 - active fillers evicted
   *         101        the page goes, token 100
   *         141        40 more go
   *
   * and the distance is 141 - 100 = 41: the page's own eviction and the 40. It is held against what is active, with
   * swap also against anonymous memory.
   */
  it.each([
    [41, 0, "none", true],
    [40, 0, "none", false],
    [40, 1, "none", false],
    [40, 1, "zram", true],
  ] as const)(
    "4: a refault at distance 41, %i pages active, %i anonymous, swap %s: activated %s",
    (active, anon, swap, activates) => {
      const layout = { ...fileLayout(512), nrSlots: 1024, vmas: anonLayout(512).vmas };
      const m = machine(lru(), layout, kernel, { swap });
      const page = 500;
      m.read(...run(0, active), ...run(0, active));
      m.drain();
      m.read(...run(100, 100 - active), page, ...run(200, 200));
      m.touch(...run(0, anon));
      m.evict(100 - active);
      expect(m.lruvec.nonresidentAge).toBe(100);
      m.evict(1);
      expect([m.folio(layout.nrSlots + page) < 0, m.lruvec.nonresidentAge]).toEqual([true, 101]);
      m.evict(40);
      expect([m.lruvec.nonresidentAge, m.lruvec.active(FILE)]).toEqual([141, active]);
      m.read(page);
      expect((m.flags(layout.nrSlots + page) & PG_ACTIVE) !== 0).toBe(activates);
      expect(m.lruvec.nonresidentAge).toBe(activates ? 142 : 141);
      expect([m.core.stat.workingset_refault_file, m.core.stat.workingset_activate_file]).toEqual([
        1,
        activates ? 1 : 0,
      ]);
      m.check();
    },
  );

  /*
   * Source: mm/vmscan.c, shrink_active_list(). It clears the accessed bits, does not act on them, and leaves REFERENCED
   * alone, which only the page that was activated at the tail has.
   *
   *   touch t, pass, touch t, pass         I             A tr
   *   read f twice; touch f and t          I             A f+ tr+
   *   pass: nothing inactive               I f tr        A            both WORKINGSET, both old
   *   touch f and t, pass                  I fr          A tr
   */
  it("5: the active scan sends down what is young; one more touch brings back what the tail had activated", () => {
    const m = machine(lru(), fileLayout(8), kernel);
    const [t, f] = [1, 2];
    m.touch(t);
    m.drain();
    m.pass(0);
    m.touch(t);
    m.pass(0);
    m.read(f, f);
    m.drain();
    m.touch(t, f);
    expect(m.pages(FILE, ACTIVE)).toEqual([f, t]);
    expect(m.pass(0).scanned).toBe(0);
    expect([m.pages(FILE, ACTIVE), m.pages(FILE, INACTIVE)]).toEqual([[], [f, t]]);
    expect([m.flags(t), m.flags(f)]).toEqual([PG_WORKINGSET | PG_REFERENCED, PG_WORKINGSET]);
    expect([m.core.memory.pte[t]! & PTE_YOUNG, m.core.stat.pgdeactivate]).toEqual([0, 2]);
    m.touch(t, f);
    m.pass(0);
    expect([m.pages(FILE, ACTIVE), m.pages(FILE, INACTIVE)]).toEqual([[t], [f]]);
  });

  /*
   * Source: mm/vmscan.c, get_scan_count(), shrink_lruvec(). 100,000 >> 12 = 24, 100,000 >> 11 = 48, SWAP_CLUSTER_MAX 32.
   * Pages in use are all kept; where they can go, a pass that has its 32 ends after that batch, and 24 gone leave
   * 99,976 >> 11 = 48.
   */
  it("6: of 100,000 inactive file pages a pass looks at 24 at priority 12, at 48 as 32 + 16 at 11", () => {
    const nr = 100_000;
    const used = machine(lru(), fileLayout(nr), kernel);
    for (const slot of run(0, nr)) used.touch(slot);
    expect(used.pass(12)).toEqual({ scanned: 24, freed: 0, batches: [24] });
    expect(used.pass(11)).toEqual({ scanned: 48, freed: 0, batches: [32, 16] });
    const idle = machine(lru(), fileLayout(nr), kernel);
    for (const page of run(0, nr)) idle.read(page);
    expect(idle.pass(12)).toEqual({ scanned: 24, freed: 24, batches: [24] });
    expect(idle.pass(11)).toEqual({ scanned: 32, freed: 32, batches: [32] });
    expect(idle.pass(11, 48)).toEqual({ scanned: 48, freed: 48, batches: [32, 16] });
  });

  /*
   * Source: mm/vmscan.c, get_scan_count(), the fractions; costs: mm/swap.c, lru_note_cost() (6.1, 6.12), vmscan.c,
   * prepare_scan_control() (7.3). At swappiness 60:
   *
   *   cost anon, file     weight anon                   weight file                    of 100 inactive pages each
   *   0, 0                60 * 1/1 = 60                 140 * 1/1 = 140                 30 and  70
   *   100, 0              60 * 301/201 = 89             140 * 301/101 = 417             17 and  82
   *
   * More file pages are active than inactive, or else file alone would be scanned.
   */
  it("7: anonymous memory gets 30 % of the scan at no cost, 17.6 % at a cost of 100", () => {
    for (const [cost, anon, file] of [
      [0, 30, 70],
      [100, 17, 82],
    ] as const) {
      const layout = {
        nrSlots: 4096,
        vmas: [
          { process: 0, start: 0, nr: 1600, kind: "anon" },
          { process: 0, start: 2048, nr: 1600, kind: "file", file: 0, offset: 0 },
        ],
        files: [{ name: "file", nr: 4000 }],
      } as const;
      const m = machine(lru(), layout, kernel, { swap: "zram" });
      m.touch(...run(0, 1600), ...run(2048, 1600));
      for (const page of run(2000, 1601)) m.read(page, page);
      m.drain();
      expect(Array.from(m.lruvec.size)).toEqual([1600, 0, 1600, 1601]);
      const { balance } = m.core.mechanisms;
      // 6.1 counts pages of I/O; the others also pages scanned in vain, at 1 each.
      if (kernel === "6.1") balance.noteBatch(m.lruvec, ANON, cost, 0);
      else balance.noteBatch(m.lruvec, ANON, 0, cost);
      m.pass(4);
      expect([m.core.stat.pgscan_anon, m.core.stat.pgscan_file]).toEqual([anon, file]);
    }
  });

  /*
   * Source: mm/memcontrol.c, try_charge_memcg(). 256 pages fit, all anonymous, no swap. For the 257th reclaim runs
   * once, once more because the stock was drained, and 16 times as retries: 18 runs, then out of memory.
   */
  it.each([
    ["lru", lru],
    ["mglru", mglru],
  ] as const)("15: 16 fruitless retries of a charge, then out of memory (%s)", (_name, policy) => {
    const spec = { ...CELL, profile: kernel, swap: "none" as const };
    const { status, counters } = simulate(spec, traceOf(anonLayout(300), run(0, 300)), policy());
    expect([status, counters.nr_alloc, counters.allocstall, counters.oom_kill]).toEqual(["oom", 256, 18, 1]);
  });
});
