/*
 * From places (process, virtual page, backing) to the dense numbering of a trace: the leaf tables that hold a
 * place, in address order, processes one after another.
 */
import { PTRS_PER_PTE, type TraceFile, type TraceLayout, type Vma } from "../trace.js";
import { filePage, type Mapping, type Place } from "./address-space.js";
import type { Recorder } from "./recorder.js";

/** The layout, and where each place and each fd page went. */
export interface Numbering {
  readonly layout: TraceLayout;
  /** Slot of each place. */
  readonly slotOf: Uint32Array;
  /** Slot of each fd page id. */
  readonly fdSlotOf: Uint32Array;
}

/** Backing of one slot; `file` -1 is anonymous. */
interface Backing {
  readonly file: number;
  readonly page: number;
  readonly exec: boolean;
  readonly recency: boolean;
}

/** A private file page that was stored to has its own copy: it counts as anonymous all along. */
function backing(mapping: Mapping, vpn: number, written: boolean): Backing {
  const copied = mapping.isPrivate && written;
  const file = mapping.file < 0 || copied ? -1 : mapping.file;
  const page = file < 0 ? 0 : filePage(mapping, vpn);
  return { file, page, exec: file >= 0 && mapping.exec, recency: mapping.recency };
}

/** One leaf table: what backs each entry. */
interface Table {
  readonly process: number;
  readonly nr: number;
  readonly entries: (Backing | undefined)[];
}

/** A mapping, and how far behind its own addresses its places lie. */
interface Painted {
  readonly mapping: Mapping;
  readonly distance: number;
}

/** Paints the mappings, as they were made, and then the places that lie in each touched table. */
function buildTables(places: readonly Place[]): Map<string, Table> {
  const tables = new Map<string, Table>();
  const painted = new Map<Table, Map<string, Painted>>();
  for (const { process, key, vpn, mapping } of places) {
    const nr = Math.floor(key / PTRS_PER_PTE);
    const name = `${process} ${nr}`;
    let table = tables.get(name);
    if (table === undefined) {
      table = { process, nr, entries: new Array<Backing | undefined>(PTRS_PER_PTE).fill(undefined) };
      tables.set(name, table);
      painted.set(table, new Map());
    }
    painted.get(table)!.set(`${mapping.order} ${key - vpn}`, { mapping, distance: key - vpn });
  }
  for (const [table, ranges] of painted) {
    const first = table.nr * PTRS_PER_PTE;
    for (const { mapping, distance } of [...ranges.values()].sort(
      (a, b) => a.mapping.order - b.mapping.order,
    )) {
      const end = Math.min(PTRS_PER_PTE, mapping.whole.end + distance - first);
      for (let i = Math.max(0, mapping.whole.start + distance - first); i < end; i++) {
        table.entries[i] = backing(mapping, first + i - distance, false);
      }
    }
  }
  for (const { process, key, vpn, mapping, written } of places) {
    const table = tables.get(`${process} ${Math.floor(key / PTRS_PER_PTE)}`)!;
    table.entries[key % PTRS_PER_PTE] = backing(mapping, vpn, written);
  }
  return tables;
}

/** True if `next`, the page behind `last`, belongs to the same range. */
function continues(last: Backing, next: Backing): boolean {
  if (last.file !== next.file || last.exec !== next.exec || last.recency !== next.recency) return false;
  return last.file < 0 || next.page === last.page + 1;
}

function buildVmas(tables: readonly Table[], fileIndex: (id: number) => number): Vma[] {
  const vmas: Vma[] = [];
  let open: { start: number; nr: number; process: number; first: Backing; last: Backing } | undefined;
  const close = (): void => {
    if (open === undefined) return;
    const { start, nr, process, first } = open;
    const flags = { ...(first.exec ? { exec: true } : {}), ...(first.recency ? {} : { recency: false }) };
    if (first.file < 0) vmas.push({ process, start, nr, kind: "anon", ...flags });
    else {
      vmas.push({
        process,
        start,
        nr,
        kind: "file",
        file: fileIndex(first.file),
        offset: first.page,
        ...flags,
      });
    }
    open = undefined;
  };
  tables.forEach((table, index) => {
    const before = tables[index - 1];
    if (before === undefined || before.process !== table.process || before.nr + 1 !== table.nr) close();
    table.entries.forEach((entry, i) => {
      if (entry === undefined) close();
      else if (open !== undefined && continues(open.last, entry)) {
        open.nr++;
        open.last = entry;
      } else {
        close();
        open = { start: index * PTRS_PER_PTE + i, nr: 1, process: table.process, first: entry, last: entry };
      }
    });
  });
  close();
  return vmas;
}

/** Numbers the places and files of a recording. Files that no slot and no descriptor access needs are left out. */
export function numberPlaces(recorder: Recorder): Numbering {
  const byName = buildTables(recorder.places);
  const tables = [...byName.values()].sort((a, b) => a.process - b.process || a.nr - b.nr);
  const indexOf = new Map(tables.map((table, index) => [`${table.process} ${table.nr}`, index]));
  const slotOf = Uint32Array.from(recorder.places, ({ process, key }) => {
    return indexOf.get(`${process} ${Math.floor(key / PTRS_PER_PTE)}`)! * PTRS_PER_PTE + (key % PTRS_PER_PTE);
  });
  const lengths = recorder.files.files.map((file) => file.nr);
  const used = new Set(recorder.files.fdPages.map((page) => page.file));
  for (const table of tables) {
    for (const entry of table.entries) {
      if (entry === undefined || entry.file < 0) continue;
      used.add(entry.file);
      lengths[entry.file] = Math.max(lengths[entry.file]!, entry.page + 1);
    }
  }
  const fileIds = [...used].sort((a, b) => a - b);
  const fileIndex = new Map(fileIds.map((id, index) => [id, index]));
  const files: TraceFile[] = fileIds.map((id) => ({
    name: recorder.files.files[id]!.name,
    nr: lengths[id]!,
  }));
  const vmas = buildVmas(tables, (id) => fileIndex.get(id)!);
  const layout: TraceLayout = { nrSlots: tables.length * PTRS_PER_PTE, vmas, files };
  const fileStart = [0];
  for (const file of files) fileStart.push(fileStart.at(-1)! + file.nr);
  const fdSlotOf = Uint32Array.from(recorder.files.fdPages, ({ file, page }) => {
    return layout.nrSlots + fileStart[fileIndex.get(file)!]! + page;
  });
  return { layout, slotOf, fdSlotOf };
}
