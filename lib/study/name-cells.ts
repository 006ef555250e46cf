import { cellCode, codeDigest, moduleDigest } from "./code-digest.js";
import type { Cell } from "./grid.js";
import { cellHash } from "./hash.js";
import { BUILT } from "./pool.js";

/** A result to be found or computed, and the cells that it is for. */
export interface Task {
  /** The first of the cells. */
  readonly cell: Cell;
  readonly hash: string;
  readonly codeDigest: string;
  /** Of all cells with this result, in the list of cells. */
  readonly indices: number[];
}

/** The distinct results that cells need. */
export interface NamedCells {
  readonly tasks: readonly Task[];
  /** Cells that cannot be named, such as those of a policy module that is not there. */
  readonly unnamed: readonly { readonly index: number; readonly error: unknown }[];
}

/**
 * Name the results of cells: content hash of spec, trace digest and code digest. Equal cells share a task.
 * @param runner - URL of the module that runs cells. Default: the simulator of this package.
 */
export async function nameCells(cells: readonly Cell[], runner?: string): Promise<NamedCells> {
  const simulator = runner === undefined ? await codeDigest(BUILT) : await moduleDigest(runner);
  const modules = new Map<string, Promise<string>>();
  const tasks = new Map<string, Task>();
  const unnamed: { index: number; error: unknown }[] = [];
  for (const [index, cell] of cells.entries()) {
    try {
      const { module } = cell.spec.policy;
      if (module !== undefined && !modules.has(module)) modules.set(module, moduleDigest(module));
      const code = cellCode(simulator, module === undefined ? undefined : await modules.get(module));
      const hash = cellHash(cell.spec, cell.traceDigest, code);
      const task = tasks.get(hash) ?? { cell, hash, codeDigest: code, indices: [] };
      task.indices.push(index);
      tasks.set(hash, task);
    } catch (error) {
      unnamed.push({ index, error });
    }
  }
  return { tasks: [...tasks.values()], unnamed };
}
