/*
 * Results are kept whatever happens to the process: 50 writers, five at a time on one folder, each killed at a
 * random moment of starting, appending, merging or publishing. Moments are drawn with a seed, in units of the
 * time that a merge takes here and now, so that a busy machine meets the same ones.
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { generationOf, verifyResults } from "../../lib/study/results/catalog.js";
import { openResults } from "../../lib/study/results.js";
import { mulberry32 } from "../../lib/util/random.js";
import { tempFolder } from "./fixtures/cells.js";
import { entryOf } from "./fixtures/entry-of.mjs";

const WRITER = fileURLToPath(new URL("./fixtures/writer.mjs", import.meta.url));
const ROUNDS = 10;
const AT_ONCE = 5;
/** Results that the writer keeps between two merges. */
const PER_MERGE = 6;

describe("kill -9", () => {
  it("at 50 random moments, five writers at a time, costs no acknowledged result, doubles and damages none", {
    timeout: 10 * 60_000,
  }, async () => {
    const folder = tempFolder();
    const random = mulberry32(20_26);
    const acknowledged = new Set<number>();
    let mergeMs = 0;
    for (let round = 0; round <= ROUNDS; round++) {
      // Neighbours have seeds in common: the same result twice is one result. Round 0 measures a merge.
      const lives = Array.from({ length: AT_ONCE }, (_, i) => {
        const inMerge = random.rnd() < 0.7;
        const lines = round === 0 ? PER_MERGE + 1 : inMerge ? PER_MERGE : 1 + random.int(2 * PER_MERGE);
        return live(folder, (round * AT_ONCE + i) * 4, lines, random.rnd() * (inMerge ? mergeMs : 3));
      });
      for (const { code, seeds, lastGapMs } of await Promise.all(lives)) {
        expect(code).toBe("SIGKILL");
        for (const seed of seeds) acknowledged.add(seed);
        if (round === 0) mergeMs = Math.max(mergeMs, 1.3 * lastGapMs);
      }
      const found = await verifyResults(folder);
      expect(found).toMatchObject({ damaged: [], doubled: [], conflicts: [] });
      expect(found.entries).toBeGreaterThanOrEqual(acknowledged.size);
      // A kill may meet a result that was kept, but not yet acknowledged.
      expect(found.entries).toBeLessThanOrEqual(acknowledged.size + AT_ONCE * (round + 1));
    }
    const store = await openResults(folder);
    const wanted = [...acknowledged].map((seed) => entryOf(seed));
    const { results, stale } = await store.load(
      wanted.map(({ hash, key: { spec, traceDigest } }) => ({ hash, spec, traceDigest })),
    );
    expect(stale).toEqual([]);
    for (const { hash, result } of wanted) expect(results.get(hash)).toEqual(result);
    expect(await generationOf(folder)).toBeGreaterThanOrEqual(ROUNDS); // merges came through, too
    await store.close();
    expect(readdirSync(join(folder, "segments"))).toEqual([]);
    expect(readdirSync(join(folder, "merged")).length).toBeLessThanOrEqual(2);
  });
});

/** A writer that is killed so long after so many lines. */
function live(
  folder: string,
  seed: number,
  lines: number,
  delayMs: number,
): Promise<{ code: string | number | null; seeds: number[]; lastGapMs: number }> {
  const child = spawn(process.execPath, [WRITER, folder, String(seed)]);
  let [out, err] = ["", ""];
  let [lastMs, lastGapMs, dying] = [0, 0, false];
  // The last line may be cut; without its line feed it acknowledges nothing.
  const whole = (): string[] => out.split("\n").slice(0, -1);
  child.stdout.on("data", (text) => {
    out += text;
    if (!dying) lastGapMs = performance.now() - lastMs;
    lastMs = performance.now();
    if (whole().length < lines || dying) return;
    dying = true;
    setTimeout(() => child.kill("SIGKILL"), delayMs);
  });
  child.stderr.on("data", (text) => {
    err += text;
  });
  return new Promise((done) =>
    child.on("close", (code, signal) => {
      done({ code: err || (signal ?? code), seeds: whole().map(Number), lastGapMs });
    }),
  );
}
