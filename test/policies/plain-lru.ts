/*
 * Traditional LRU told from nothing, for one process, one range and one type of memory: pages are objects, lists
 * are arrays (newest first), and charge, priority loop, scan targets, reference check, costs and refault distance
 * are written out in a row. Shares no code with lib/. Slow on purpose.
 */

interface Page {
  slot: number;
  young: boolean;
  referenced: boolean;
  active: boolean;
  workingset: boolean;
}

export interface PlainCounters {
  readonly [name: string]: number;
}

/** @param type - "anon" on zram, or "file": mapped, only read. Records are slots. */
export function plainLru(
  type: "anon" | "file",
  records: readonly number[],
  max: number,
  swappiness: number,
): PlainCounters {
  const resident = new Map<number, Page>();
  const shadows = new Map<number, { age: number; workingset: boolean }>();
  const list: Record<"inactive" | "active", Page[]> = { inactive: [], active: [] };
  let pending: Page[] = [];
  let usage = 0;
  let stock = 0;
  let age = 0;
  let challenge = false;
  let cost = 0;
  const n = {
    major: 0,
    scan: 0,
    steal: 0,
    activate: 0,
    deactivate: 0,
    refault: 0,
    recent: 0,
    restore: 0,
    runs: 0,
  };

  const listed = (): number => list.inactive.length + list.active.length;
  const isLow = (): boolean => list.inactive.length < list.active.length;

  function addCost(more: number): void {
    cost += more;
    if (cost > Math.floor(listed() / 4)) cost = Math.floor(cost / 2);
  }

  function drain(): void {
    for (const page of pending) list[page.active ? "active" : "inactive"].unshift(page);
    pending = [];
  }

  /** Of 1, how much of this type is scanned at a priority above 0. */
  function share(scan: number): number {
    const own = Math.floor(
      ((type === "anon" ? swappiness : 200 - swappiness) * (3 * cost + 1)) / (2 * cost + 1),
    );
    const other = Math.floor(
      ((type === "anon" ? 200 - swappiness : swappiness) * (3 * cost + 1)) / (cost + 1),
    );
    return Math.floor((scan * own) / (own + other));
  }

  function shrinkInactive(nr: number): number {
    drain();
    const taken = list.inactive.splice(-nr).reverse();
    let freed = 0;
    const kept: Page[] = [];
    for (const page of taken) {
      n.scan++;
      const before = page.referenced;
      page.referenced = false;
      if (!page.young) {
        resident.delete(page.slot);
        shadows.set(page.slot, { age: age++, workingset: page.workingset });
        usage--;
        freed++;
        continue;
      }
      page.young = false;
      page.referenced = true;
      if (before) {
        page.active = true;
        n.activate++;
      }
      kept.push(page);
    }
    for (const page of kept) {
      list[page.active ? "active" : "inactive"].unshift(page);
      if (page.active) age++;
    }
    addCost(32 * (type === "anon" ? freed : 0) + kept.length);
    n.steal += freed;
    return freed;
  }

  function shrinkActive(nr: number): void {
    drain();
    for (const page of list.active.splice(-nr).reverse()) {
      page.young = false;
      page.active = false;
      page.workingset = true;
      n.deactivate++;
      list.inactive.unshift(page);
    }
  }

  /** One pass. Returns pages freed, and whether active pages were spared. What waits in the batch has no say in the targets. */
  function shrink(priority: number, force: boolean): { freed: number; spared: boolean } {
    const may = force || challenge || isLow();
    const trim = type === "file" && list.inactive.length >> priority > 0 && !may;
    const part = (length: number): number =>
      priority === 0 || trim ? length >> priority : share(length >> priority);
    let inactive = part(list.inactive.length);
    let active = part(list.active.length);
    let freed = 0;
    let spared = false;
    while (inactive > 0 || (type === "file" && active > 0)) {
      const take = Math.min(32, inactive);
      inactive -= take;
      if (take > 0) freed += shrinkInactive(take);
      const down = Math.min(32, active);
      active -= down;
      if (down > 0 && may) shrinkActive(down);
      else if (down > 0) spared = true;
      if (freed >= 32) break; // there is no other type to keep the proportion with
    }
    if (type === "anon" && isLow()) shrinkActive(32);
    return { freed, spared };
  }

  function reclaim(): number {
    n.runs++;
    let freed = 0;
    let spared = false;
    for (const round of ["first", "all memcgs", "force"] as const) {
      if (round === "force" && !spared) break;
      for (let priority = 12; priority >= 0 && freed < 32; priority--) {
        const pass = shrink(priority, round === "force");
        freed += pass.freed;
        spared ||= pass.spared;
      }
      challenge = false;
      if (freed > 0) break;
    }
    return freed;
  }

  function charge(): void {
    if (stock > 0) {
      stock--;
      return;
    }
    if (usage + 64 <= max) {
      usage += 64;
      stock = 63;
      return;
    }
    for (let fruitless = 0; usage + 1 > max; ) {
      if (reclaim() === 0 && ++fruitless > 18) throw new Error("out of memory");
    }
    usage++;
  }

  function bringIn(slot: number): void {
    charge();
    const page = { slot, young: true, referenced: false, active: false, workingset: false };
    const shadow = shadows.get(slot);
    if (type === "file" || shadow !== undefined) n.major++;
    if (shadow !== undefined) {
      shadows.delete(slot);
      n.refault++;
      if (age - shadow.age <= list.active.length) {
        page.active = true;
        age++;
        n.recent++;
        challenge = true;
        if (shadow.workingset) {
          page.workingset = true;
          addCost(32);
          n.restore++;
        }
      }
    }
    resident.set(slot, page);
    pending.push(page);
    if (pending.length === 31) drain();
  }

  for (const slot of records) {
    const page = resident.get(slot);
    if (page) page.young = true;
    else bringIn(slot);
  }
  return {
    pgmajfault: n.major,
    pgscan: n.scan,
    pgsteal: n.steal,
    pgactivate: n.activate,
    pgdeactivate: n.deactivate,
    workingset_refault: n.refault,
    [`workingset_activate_${type}`]: n.recent,
    [`workingset_restore_${type}`]: n.restore,
    allocstall: n.runs,
    [`inactive_${type}_now`]: list.inactive.length,
    [`active_${type}_now`]: list.active.length,
    mem_current_now: usage,
  };
}
