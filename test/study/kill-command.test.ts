/*
 * `reclaim-lab study` itself under kill -9. Whatever was killed when, the tables of the next run that comes through must
 * be those of a run that nobody disturbed, to the byte, with nothing lost, left behind or still running.
 *
 * - At random: two studies at a time that share a folder and some cells, and `results merge` beside them, killed in the
 *   middle of starting, of cells and of merging. Moments are drawn with a seed, in units of what the undisturbed run took.
 * - At each step: before every change of the file system from the merge on.
 *
 * `npm run kills` draws 200 moments.
 */
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { grid } from "../../lib/study/grid.js";
import { nameCells } from "../../lib/study/name-cells.js";
import { verifyResults } from "../../lib/study/results/catalog.js";
import { findResults } from "../../lib/study/results/read.js";
import { mulberry32 } from "../../lib/util/random.js";
import { tempFolder } from "./fixtures/cells.js";
import { type Death, dieAt, type Life, live } from "./fixtures/life.js";

const KILLS = Number(process.env.KILLS ?? 3);
const NR_CELLS = 8;
const axes = {
  trace: { z: { generated: "zipf", params: { N: 2048, T: 8000, s: 0.8, pw: 0.3 }, seed: 1, region: "anon" } },
  point: { LRU: "lru", MGLRU: "mglru" },
  seed: [0, 1],
} as const;
/** Both have the cells of 0.6. */
const STUDIES = { one: { ...axes, memory: [0.3, 0.6] }, two: { ...axes, memory: [0.6, 0.9] } };
const ALL = 12;
type Name = keyof typeof STUDIES;
const NAMES = Object.keys(STUDIES) as Name[];
const SOUND = { damaged: [], doubled: [], conflicts: [] };

const place = tempFolder();
for (const name of NAMES)
  writeFileSync(join(place, `${name}.json`), JSON.stringify({ name, ...STUDIES[name] }));

const resultsOf = (folder: string): string => join(folder, "results");

function study(name: Name, folder: string): string[] {
  const workers = name === "one" ? "2" : "1";
  const [spec, out] = [join(place, `${name}.json`), join(folder, name)];
  return ["study", spec, "--results", resultsOf(folder), "--workers", workers, "--out", out];
}

/** What a folder holds in the end, by path: all that must not depend on who was killed when. */
function lasting(folder: string, names: readonly Name[]): Readonly<Record<string, string>> {
  const files = [
    ...names.flatMap((name) => [`${name}.csv`, `${name}.parquet`, `results/studies/${name}.json`]),
    "results/current/cells.parquet",
    "results/current/entries.parquet",
  ];
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), "latin1")]));
}

/** Files that nobody needs any more. */
function leftBehind(folder: string): string[] {
  const all = readdirSync(folder, { recursive: true }).map(String);
  return all.filter((path) => /tmp|segments\/.|damaged/.test(path));
}

function expectDone({ end, stderr, survivors }: Life): void {
  expect([end, stderr, survivors]).toEqual([0, stderr, []]);
}

describe("kill -9 of reclaim-lab study", () => {
  it(`${KILLS} times at random, two at once on one folder`, { timeout: 30 * 60_000 }, async () => {
    const calm = join(place, "calm");
    const quiet = await live(study("one", calm));
    expectDone(await live(study("two", calm)));
    const expected = lasting(calm, NAMES);
    const hashes = new Map<Name, string[]>();
    for (const name of NAMES) {
      const { tasks } = await nameCells(await grid(STUDIES[name]));
      const own = tasks.map(({ hash }) => hash);
      hashes.set(name, own);
    }
    const last = `${NR_CELLS}/${NR_CELLS} cells`;
    const [startMs, cellsMs, endMs] = [quiet.seenMs("0/"), quiet.seenMs(last), quiet.endMs];
    const random = mulberry32(4_2026);
    const draw = (): Death => {
      const when = random.int(3);
      if (when === 0) return { delayMs: random.rnd() * startMs };
      if (when === 2) return { after: last, delayMs: random.rnd() * (endMs - cellsMs) };
      const delayMs = (2 * random.rnd() * (cellsMs - startMs)) / NR_CELLS;
      return { after: `${random.int(NR_CELLS)}/${NR_CELLS} cells`, delayMs };
    };

    let [kills, folders] = [0, 0];
    while (kills < KILLS) {
      const folder = join(place, `killed-${folders++}`);
      const results = resultsOf(folder);
      const done = new Set<Name>();
      while (done.size < NAMES.length && kills < KILLS) {
        const lives = NAMES.map((name) => live(study(name, folder), draw()));
        if (existsSync(results) && random.rnd() < 0.3)
          lives.push(live(["results", "merge", "--results", results], { delayMs: random.rnd() * endMs }));
        for (const [i, life] of (await Promise.all(lives)).entries()) {
          if (life.end === "SIGKILL") kills++;
          else expectDone(life);
          expect(life.survivors).toEqual([]);
          const name = NAMES[i];
          if (name === undefined) continue;
          if (life.end === 0) done.add(name);
          // What it said was done is kept, whatever happened then.
          const said = Number([...life.stderr.matchAll(/(\d+)\/\d+ cells/g)].at(-1)?.[1] ?? 0);
          const { size } = (await findResults(results, hashes.get(name)!, [])).results;
          expect(size).toBeGreaterThanOrEqual(said);
          for (const file of [`${name}.csv`, `${name}.parquet`].filter((own) =>
            existsSync(join(folder, own)),
          ))
            expect(readFileSync(join(folder, file), "latin1")).toBe(expected[file]);
        }
        if (existsSync(results)) expect(await verifyResults(results)).toMatchObject(SOUND);
      }
      for (const life of await Promise.all(NAMES.map((name) => live(study(name, folder))))) expectDone(life);
      expect(lasting(folder, NAMES)).toEqual(expected);
      expect(await verifyResults(results)).toEqual({ entries: ALL, ...SOUND });
      expect(leftBehind(folder)).toEqual([]);
    }
    console.log(`${kills} kills in ${folders} folders`);
  });

  it("before each change of the file system from the merge on", { timeout: 10 * 60_000 }, async () => {
    const template = join(place, "unmerged");
    const copy = (name: string): string => {
      cpSync(template, join(place, name), { recursive: true });
      return join(place, name);
    };
    const fresh = await dieAt(study("one", join(place, "fresh")));
    const merge = fresh.changes.findIndex((change) => /^mkdir .*merged/.test(change));
    expect((await dieAt(study("one", template), merge)).end).toBe("SIGKILL");

    const whole = copy("whole");
    const { changes, ...life } = await dieAt(study("one", whole));
    expectDone(life);
    expect(changes.length).toBeGreaterThan(10);
    const expected = lasting(whole, ["one"]);
    expect(leftBehind(whole)).toEqual([]);
    const atOnce = 2;
    for (let n = 0; n < changes.length; n += atOnce) {
      const these = changes.slice(n, n + atOnce).map((change, i) => [change, n + i] as const);
      await Promise.all(
        these.map(async ([change, k]) => {
          const folder = copy(`step-${k}`);
          expect((await dieAt(study("one", folder), k)).end).toBe("SIGKILL");
          expectDone(await live(study("one", folder)));
          expect([change, leftBehind(folder)]).toEqual([change, []]);
          expect(lasting(folder, ["one"])).toEqual(expected);
        }),
      );
    }
  });
});
