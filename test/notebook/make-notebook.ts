import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A notebook file with these code cells, in a new folder. */
export function makeNotebook(...codeCells: string[]): string {
  const path = join(mkdtempSync(join(tmpdir(), "reclaim-lab-")), "test.ipynb");
  const cells = codeCells.map((source, i) => ({
    cell_type: "code",
    id: `c${i}`,
    metadata: {},
    execution_count: null,
    outputs: [],
    source,
  }));
  writeFileSync(path, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }));
  return path;
}
