/* The memcgs of a cell and who belongs to which, from its spec. */
import { Memcg } from "../mm/memcg.js";
import { Owners } from "../mm/owners.js";
import type { TraceLayout } from "../trace/trace.js";
import { inputError } from "../util/error.js";
import type { MemcgSpec } from "./cell.js";

/** Least memory.max, in pages: a charge batch, an add batch and a reclaim batch must fit beside each other. */
export const MIN_MEMORY = 256;
/** Most memcgs beside the root: lruvecs are numbered in a byte, and there may be eight nodes. */
const MAX_MEMCGS = 30;
const ROOT = "root";

/** A tree of memcgs. */
export interface Groups {
  readonly root: Memcg;
  /** Null if the root owns everything. */
  readonly owners: Owners | null;
  readonly byName: ReadonlyMap<string, Memcg>;
}

/** Build the tree. Throws an InputError for a name, process or file that does not exist, or is given twice. */
export function buildGroups(
  memoryMax: number,
  specs: readonly MemcgSpec[] | undefined,
  layout: TraceLayout,
): Groups {
  const root = new Memcg(ROOT, memoryMax);
  const byName = new Map([[ROOT, root]]);
  if (specs === undefined || specs.length === 0) return { root, owners: null, byName };
  if (specs.length > MAX_MEMCGS) inputError(`too many memcgs: ${specs.length}; give at most ${MAX_MEMCGS}`);
  const processes = layout.vmas.reduce((most, vma) => Math.max(most, vma.process + 1), 0);
  const ofProcess = new Array<Memcg | undefined>(processes).fill(undefined);
  let rest = root;
  const ofFile = new Map<string, Memcg>();
  for (const spec of specs) {
    const memcg = newMemcg(spec, byName);
    if (spec.processes === "all") rest = memcg;
    else
      for (const mm of spec.processes ?? []) {
        if (!Number.isInteger(mm) || mm < 0 || mm >= processes) {
          inputError(`no such process: ${mm} (memcg ${spec.name}); the trace has 0 to ${processes - 1}`);
        }
        if (ofProcess[mm] !== undefined) {
          inputError(`process ${mm} is in two memcgs: ${ofProcess[mm].name} and ${spec.name}; name it once`);
        }
        ofProcess[mm] = memcg;
      }
    for (const file of spec.files ?? []) {
      if (!layout.files.some(({ name }) => name === file)) {
        inputError(`no such file: ${file} (memcg ${spec.name}); see the trace's files`);
      }
      if (ofFile.has(file))
        inputError(`file ${file} is in two memcgs: ${ofFile.get(file)!.name}, ${spec.name}`);
      ofFile.set(file, memcg);
    }
  }
  const byProcess = ofProcess.map((memcg) => memcg ?? rest);
  return { root, owners: new Owners(layout, byProcess, ofFile, rest), byName };
}

function newMemcg(spec: MemcgSpec, byName: Map<string, Memcg>): Memcg {
  const { name, parent = ROOT, max = Number.POSITIVE_INFINITY } = spec;
  if (typeof name !== "string" || name === "") inputError("a memcg has no name; give each one");
  if (byName.has(name)) inputError(`memcg name given twice: ${name}; "${ROOT}" is the root's`);
  const above = byName.get(parent);
  if (above === undefined) {
    inputError(
      `unknown parent: ${parent} (memcg ${name}); list it before; so far ${[...byName.keys()].join(", ")}`,
    );
  }
  checkPages(`max (memcg ${name})`, max, MIN_MEMORY);
  for (const key of ["high", "low", "min"] as const) {
    if (spec[key] !== undefined)
      checkPages(`${key} (memcg ${name})`, spec[key], key === "high" ? MIN_MEMORY : 0);
  }
  const memcg = new Memcg(name, max, above, spec);
  byName.set(name, memcg);
  return memcg;
}

function checkPages(what: string, pages: number, least: number): void {
  if (pages === Number.POSITIVE_INFINITY || (Number.isInteger(pages) && pages >= least)) return;
  inputError(`invalid ${what}: ${pages}; give pages, ${least} or more`);
}
