import { basename } from "node:path";
import { inputError } from "../../util/error.js";
import { traceDigest } from "../digest.js";
import { PTRS_PER_PTE, SLOT_MASK, type Trace, type Vma } from "../trace.js";
import { Interner, idsByKey } from "./interner.js";
import { MAX_RECORDS, Words } from "./words.js";

const TABLE_BITS = 9;

/**
 * Collects accesses to virtual pages of several processes, all anonymous memory, and makes a trace of them: slots in address
 * order, the leaf tables in which anything was accessed and no others. Memory: the trace, and 16 to 32 bytes a page.
 */
export class AddressRecords {
  private readonly ids = new Interner();
  private readonly words = new Words();
  private readonly counts = new Words();

  constructor(private readonly path: string) {}

  /** Records `count` accesses to a page. @param vpn - Below 2^36. @param process - Below 2^16. */
  access(process: number, vpn: number, count: number, place: () => string): void {
    const id = this.ids.id(vpn >>> 0, process * 16 + Math.floor(vpn / 2 ** 32), place);
    this.words.push(id, place);
    this.counts.push(count, place);
  }

  get nr(): number {
    return this.words.nr;
  }

  /** True if `nr` more records fit. */
  hasRoom(nr: number): boolean {
    return this.words.nr + nr <= MAX_RECORDS;
  }

  finish(): Trace {
    const slotOf = new Uint32Array(this.ids.nr);
    const vmas: { process: number; start: number; nr: number }[] = [];
    let nrTables = 0;
    let [table, hi] = [-1, -1];
    for (const id of idsByKey(this.ids)) {
      const [lo, high] = [this.ids.lo[id]!, this.ids.hi[id]!];
      if (lo >>> TABLE_BITS !== table || high !== hi) {
        const last = vmas.at(-1);
        const follows = high === hi && lo >>> TABLE_BITS === table + 1;
        if (last !== undefined && follows) last.nr += PTRS_PER_PTE;
        else vmas.push({ process: high >>> 4, start: nrTables * PTRS_PER_PTE, nr: PTRS_PER_PTE });
        [table, hi] = [lo >>> TABLE_BITS, high];
        nrTables++;
      }
      slotOf[id] = (nrTables - 1) * PTRS_PER_PTE + (lo & (PTRS_PER_PTE - 1));
    }
    const nrSlots = nrTables * PTRS_PER_PTE;
    if (nrSlots > SLOT_MASK)
      inputError(`footprint beyond the slot range: ${nrSlots} slots (${this.path}); at most ${SLOT_MASK}`);
    const records = this.words.take();
    for (let i = 0; i < records.length; i++) records[i] = slotOf[records[i]!]!;
    const layout = { nrSlots, vmas: vmas.map((vma): Vma => ({ ...vma, kind: "anon" })), files: [] };
    const content = { layout, records, counts: this.counts.take(), events: [] };
    return { name: basename(this.path), digest: traceDigest(content), synthetic: false, ...content };
  }
}
