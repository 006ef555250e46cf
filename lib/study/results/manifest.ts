import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ejectionText } from "../../reclaim/eject/policy-fault.js";
import { inputError } from "../../util/error.js";
import type { Labels } from "../grid.js";
import type { Levels } from "../levels.js";
import type { Row } from "../run-grid.js";
import { ownName } from "./owner.js";
import { findResults } from "./read.js";

/*
 * Which cells a named study consists of, studies/<name>.json: labels and hash of each, in order. Results lie under
 * their hashes whatever study asked for them; the manifest makes a table of them again.
 */

const STUDIES = "studies";

/** A cell of a named study. */
export interface StudyCell {
  readonly labels: Labels;
  /** As in its row; left out in studies of before there were any. */
  readonly levels?: Levels;
  /** Null if the cell could not be named. */
  readonly hash: string | null;
  /** Why the last run has no result for it; left out if it has one. */
  readonly error?: string;
}

/** A named study: plain data, the same bytes whenever it is written. */
export interface StudyManifest {
  readonly name: string;
  readonly cells: readonly StudyCell[];
  /** Cells of a design that cannot run, and so are no rows; left out if there are none. */
  readonly invalid?: readonly RefusedCell[];
}

/** A cell that cannot run. */
export interface RefusedCell {
  readonly labels: Labels;
  readonly reason: string;
}

/** A study read back. */
export interface ReadStudy {
  readonly rows: readonly Row[];
  /** Cells of its design that cannot run, with the reason. */
  readonly invalid: readonly RefusedCell[];
}

/** Keep a study's manifest, in place of one of the same name. */
export async function saveManifest(folder: string, manifest: StudyManifest): Promise<void> {
  await mkdir(join(folder, STUDIES), { recursive: true });
  const beside = join(folder, `tmp-${ownName()}`);
  const { name, cells, invalid = [] } = manifest;
  const list = (values: readonly object[]): string =>
    `[\n${values.map((value) => JSON.stringify(value)).join(",\n")}\n]`;
  const refused = invalid.length === 0 ? "" : `,"invalid":${list(invalid)}`;
  await writeFile(beside, `{"name":${JSON.stringify(name)},"cells":${list(cells)}${refused}}\n`);
  await rename(beside, join(folder, STUDIES, `${name}.json`));
}

/** Names of the studies of a results folder, in order. */
export async function listStudies(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, STUDIES)).catch(() => []);
  return names
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length))
    .sort();
}

/**
 * The rows of a named study, as `runGrid` gave them. A cell without a kept result is a row with an error:
 * what went wrong when the study ran.
 * @throws InputError for a name that the folder does not have.
 */
export async function readStudy(folder: string, name: string): Promise<ReadStudy> {
  const known = await listStudies(folder);
  if (!known.includes(name)) {
    const studies = known.length === 0 ? "it has none" : `it has ${known.join(", ")}`;
    inputError(`no study ${name} in ${folder}; ${studies}`);
  }
  const text = await readFile(join(folder, STUDIES, `${name}.json`), "utf8");
  const { cells, invalid = [] } = JSON.parse(text) as StudyManifest;
  const { results } = await findResults(
    folder,
    cells.flatMap(({ hash }) => hash ?? []),
    [],
  );
  return {
    invalid,
    rows: cells.map(({ labels, levels, hash, error }): Row => {
      const own = { labels, ...(levels !== undefined && { levels }), hash };
      const result = hash === null ? undefined : results.get(hash);
      if (result === undefined)
        return {
          ...own,
          status: "error",
          error: error ?? "no result is kept; run the study again",
          counters: {},
        };
      const counters = Object.entries(result.counters).sort(([a], [b]) => (a < b ? -1 : 1));
      return {
        ...own,
        status: result.status,
        error: result.ejected?.map(ejectionText).join("; ") ?? null,
        counters: Object.fromEntries(counters),
      };
    }),
  };
}
