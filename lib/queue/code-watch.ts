import { statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { PARTS } from "../study/code-digest.js";
import { BUILT } from "../study/pool.js";
import { RUNNER } from "./paths.js";

/** Tells whether a file of the running code was written since: its threads may then run other code than it says. */
export class CodeWatch {
  readonly #files: readonly string[];
  readonly #before: string;

  private constructor(files: readonly string[]) {
    this.#files = files;
    this.#before = stamps(files);
  }

  /** Watch the files behind a runner. */
  static async of(runner: string): Promise<CodeWatch> {
    if (runner !== RUNNER) return new CodeWatch([fileURLToPath(runner)]);
    const root = fileURLToPath(BUILT);
    const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith(".js"));
    const parts = [...PARTS, join("study", "cell-worker.js")];
    return new CodeWatch(
      files
        .filter((name) => parts.some((part) => name === part || name.startsWith(part + sep)))
        .map((name) => join(root, name)),
    );
  }

  /** True if a file was written, replaced or removed. */
  changed(): boolean {
    return stamps(this.#files) !== this.#before;
  }
}

function stamps(files: readonly string[]): string {
  return files
    .map((file) => {
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat === undefined ? "none" : `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
    })
    .join("\n");
}
