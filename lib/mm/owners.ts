/*
 * Which memcg a page is charged to: the one of the process that faults on it first, or, for a page read through a
 * descriptor, the one of its file, because a trace does not say who reads.
 */
import type { TraceLayout } from "../trace/trace.js";
import { addressMap } from "./address-map.js";
import type { Memcg } from "./memcg.js";

export class Owners {
  private readonly byFile: Memcg[];
  private readonly fileOf: Uint32Array;

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
    this.fileOf = addressMap(layout).fileOf;
    this.byFile = layout.files.map(({ name }, file) => {
      const named = ofFile.get(name);
      if (named !== undefined) return named;
      const mapping = layout.vmas.find((vma) => vma.kind === "file" && vma.file === file);
      return mapping === undefined ? otherwise : byProcess[mapping.process]!;
    });
  }

  ofProcess(mm: number): Memcg {
    return this.byProcess[mm]!;
  }

  /** Owner of a page of a file. */
  ofPage(page: number): Memcg {
    return this.byFile[this.fileOf[page]!]!;
  }
}
