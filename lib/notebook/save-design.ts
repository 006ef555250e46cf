import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cell, Labels } from "../study/grid.js";
import { canonicalJson, sha256 } from "../study/hash.js";
import { inputError } from "../util/error.js";
import { REPORT_ENV } from "./save-table.js";

/** What a notebook ran, as its report tells it. Plain data. */
export interface SavedDesign {
  readonly name: string;
  readonly cells: number;
  /** Values of each axis that was given or varies, in order of appearance. */
  readonly axes: Readonly<Partial<Record<Axis, readonly (string | number)[]>>>;
  /** sha256 of each trace that was replayed, recorded or generated: whole or in windows, by seed. */
  readonly traces: Readonly<Record<string, readonly string[]>>;
  /** sha256 over all cells: policies, switches, limits, and the digests of their traces. */
  readonly digest: string;
}

type Axis = Exclude<keyof Labels, "synthetic" | "base" | "memory_max" | "footprint">;

const AXES: readonly Axis[] = ["trace", "memory", "point", "seed", "profile", "swap", "swappiness"];
const FILE = "designs.json";

/**
 * Hand the design of a study over to the report, which shows it beside commit and data: `designs.json` under the folder that
 * RECLAIM_LAB_REPORT names. Does nothing where that is not set, as in Jupyter.
 *
 * @param name - letters, digits, `-` and `_`; a design of the same name is replaced.
 */
export function saveDesign(name: string, cells: readonly Cell[]): void {
  if (!/^[\w-]+$/.test(name)) inputError(`not a name of a design: ${name}; use letters, digits, - and _`);
  const folder = process.env[REPORT_ENV];
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  const designs = [...savedDesigns(folder).filter((other) => other.name !== name), designOf(name, cells)];
  writeFileSync(join(folder, FILE), `${JSON.stringify(designs, null, 1)}\n`);
}

function designOf(name: string, cells: readonly Cell[]): SavedDesign {
  const valuesOf = (axis: Axis): (string | number)[] => [...new Set(cells.map(({ labels }) => labels[axis]))];
  const traces: Record<string, string[]> = {};
  for (const { labels, traceDigest } of cells) {
    traces[labels.trace] ??= [];
    if (!traces[labels.trace]!.includes(traceDigest)) traces[labels.trace]!.push(traceDigest);
  }
  return {
    name,
    cells: cells.length,
    axes: Object.fromEntries(AXES.map((axis) => [axis, valuesOf(axis)])),
    traces,
    digest: sha256(canonicalJson(cells.map(({ spec, traceDigest }) => ({ spec, traceDigest })))),
  };
}

/** The designs that stand beside a report, in the order in which they were saved. */
export function savedDesigns(folder: string): SavedDesign[] {
  const list = join(folder, FILE);
  return existsSync(list) ? (JSON.parse(readFileSync(list, "utf8")) as SavedDesign[]) : [];
}

/** Remove the designs of an earlier report. */
export function clearDesigns(folder: string): void {
  rmSync(join(folder, FILE), { force: true });
}
