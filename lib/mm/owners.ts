/*
 * Which memcg a page is charged to: the one of the process that faults on it first, or, for a page read through a
 * descriptor, the one of its file, because a trace does not say who reads.
 */
import type { TraceLayout } from "../trace/trace.js";
import type { Memcg } from "./memcg.js";

export class Owners {
  private readonly byFile: Memcg[];
  private readonly firstPage: Int32Array;

  /**
   * @param byProcess - Memcg of each process of the layout.
   * @param ofFile - Memcg of files by name, where it is not that of the first process that maps them.
   * @param otherwise - Memcg of files that nobody maps.
   */
  constructor(
    layout: TraceLayout,
    private readonly byProcess: readonly Memcg[],
    ofFile: ReadonlyMap<string, Memcg>,
    otherwise: Memcg,
  ) {
    this.firstPage = new Int32Array(layout.files.length + 1);
    this.byFile = layout.files.map(({ name, nr }, file) => {
      this.firstPage[file + 1] = this.firstPage[file]! + nr;
      const named = ofFile.get(name);
      if (named !== undefined) return named;
      const mapping = layout.vmas.find((vma) => vma.kind === "file" && vma.file === file);
      return mapping === undefined ? otherwise : byProcess[mapping.process]!;
    });
  }

  ofProcess(mm: number): Memcg {
    return this.byProcess[mm]!;
  }

  /** Owner of a page of a file. Files come first in the numbering of pages. */
  ofPage(page: number): Memcg {
    let [low, high] = [0, this.byFile.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.firstPage[middle]! <= page) low = middle;
      else high = middle - 1;
    }
    return this.byFile[low]!;
  }
}
