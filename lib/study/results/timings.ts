import { existsSync } from "node:fs";
import { withAll } from "./catalog.js";

/** Mean milliseconds of a cell, by digest of its trace, over all kept results that were timed. */
export async function keptTimings(folder: string): Promise<Map<string, number>> {
  if (!existsSync(folder)) return new Map();
  const rows = await withAll(folder, (database) =>
    database.rows<{ digest: string; ms: number }>(
      `select trace_digest as digest, avg(ms) as ms from entries join made using (hash)
       where ms is not null group by all order by all`,
    ),
  );
  return new Map(rows.map(({ digest, ms }) => [digest, ms]));
}
