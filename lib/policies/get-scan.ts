/*
 * GET-SCAN: the application says which of its accesses are scans. What a scan brings in goes first; all else is ranked by LFU.
 *
 *   new, by a scan -----> [ SCAN, by uses ] --> out, while it holds more than its share
 *   new, by a request --> [ GET,  by uses ] --> out, else
 *
 * A policy that has to guess needs to see a page twice before it knows; one that is told knows at once. A folio stays on the
 * list of the access that brought it in, whoever uses it later.
 *
 * `scans` says what is a scan, as a list with commas; what any of them covers is one:
 *   advice        the range was declared sequential or random (MADV_SEQUENTIAL, MADV_RANDOM)
 *   fd            read or written through a descriptor
 *   process:N     by process N of the trace, the first is 0 (mapped accesses; a trace has no process for the others)
 *   file:NAME     of the file NAME
 * `share` is the share of memory that SCAN may keep.
 *
 * Differs from cache_ext's policy: it knows threads; a trace has processes, files and advice. The least used folio goes,
 * there the least used of five drawn; SCAN keeps a share, there 5000 pages; the last page of a file (LevelDB's index) is one
 * like the others. Where only accessed bits can be seen, a look that finds a use counts one; in a kernel the first use is
 * forgotten (`firstUse`).
 * Source: Zussman et al., cache_ext: customizing the page cache with eBPF, SOSP 2025 (its GET-SCAN policy).
 */
import { VictimHeap } from "../mechanisms/victim-heap.js";
import { NIL } from "../mm/folio.js";
import type { Origin } from "../mm/origin.js";
import type { Policy } from "../reclaim/ops.js";
import { inputError } from "../util/error.js";
import { shareOption } from "./option.js";

export interface GetScanOptions {
  /** What is a scan: any of advice, fd, process:N, file:NAME, with commas between. Default: "advice". */
  readonly scans?: string;
  /** Share of memory that pages of scans may keep, 0 to 1. Default: 0.01. */
  readonly share?: number;
}

const GET = 0;
const SCAN = 1;

export const getScan = ({ scans = "advice", share = 0.01 }: GetScanOptions = {}): Policy => {
  const isScan = scanTest(scans);
  return {
    name: "get-scan",
    options: { scans, share: shareOption("get-scan", "share", share, 0, 1) },
    mechanisms: { firstUse: "forgotten" },
    asks: ["hits"],

    attach(ctx) {
      const lists = ctx.newLists(2, { mixed: true });
      /** Memos: the list of a page that is coming in. No page is listed. */
      const coming = ctx.newGhosts();
      const scanMax = Math.floor(ctx.nrFrames * share);
      /** Uses of each folio, and when the last was seen. Shape: Uint32Array[nrFolios]. */
      const uses = new Uint32Array(ctx.nrFolios);
      const lastUse = new Uint32Array(ctx.nrFolios);
      const heaps = [new VictimHeap(uses, lastUse), new VictimHeap(uses, lastUse)];
      /** GET or SCAN. Shape: Uint8Array[nrFolios]. */
      const list = new Uint8Array(ctx.nrFolios);
      let now = 0;

      return {
        missed(page) {
          coming.setMemo(page, isScan(ctx.origin()) ? SCAN : GET);
        },
        place(folio, why) {
          if (why === "new") {
            list[folio] = coming.memo(ctx.page(folio));
            uses[folio] = 1;
          } else if (why === "activated") uses[folio]!++;
          if (why !== "rotated") lastUse[folio] = ++now;
          lists.add(folio, list[folio]!);
          heaps[list[folio]!]!.add(folio);
        },
        hit(folio) {
          uses[folio]!++;
          lastUse[folio] = ++now;
        },
        isolate(sc) {
          while (sc.more()) {
            const from = lists.nr[SCAN]! > scanMax || lists.nr[GET] === 0 ? SCAN : GET;
            const folio = heaps[from]!.first();
            if (folio === NIL) return;
            if (sc.take(folio, lists)) heaps[from]!.remove(folio);
            else uses[folio]!++; // or it would be the next again
          }
        },
        checkReferences(folio) {
          if (ctx.references(folio).vmas === 0) return "reclaim";
          uses[folio]!++;
          return "keep";
        },
        removed: (folio) => heaps[list[folio]!]!.remove(folio),
        inspect: () => ({ get: lists.nr[GET], scan: lists.nr[SCAN] }),
      };
    },
  };
};

/** Whether an access is a scan, by the option `scans`. */
function scanTest(scans: unknown): (origin: Origin) => boolean {
  const marks = typeof scans === "string" ? scans.split(",").map((mark) => mark.trim()) : [""];
  const processes = new Set<number>();
  const files = new Set<string>();
  for (const mark of marks) {
    if (/^process:\d+$/.test(mark)) processes.add(Number(mark.slice("process:".length)));
    else if (/^file:./.test(mark)) files.add(mark.slice("file:".length));
    else if (mark !== "advice" && mark !== "fd") {
      inputError(
        `invalid scans: ${JSON.stringify(scans)} (policy get-scan); give any of advice, fd, process:N, file:NAME, with commas between`,
      );
    }
  }
  const [advice, fd] = [marks.includes("advice"), marks.includes("fd")];
  return (origin) =>
    (advice && !origin.recency) ||
    (fd && origin.fd) ||
    processes.has(origin.process) ||
    files.has(origin.file);
}
