/*
 * What a change costs: this checkout and another one (built: its dist/ is used) replay the same stream in turns, each replay in a
 * process of its own, CPU seconds of the replay only. Medians of the rounds, and the ratio with the range of the rounds.
 *
 *   npm run bench:against -- FOLDER [rounds]      e.g. a `git worktree` of an older commit, after `npm run build` in it
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [other, rounds = "5"] = process.argv.slice(2);
if (other === undefined || !existsSync(join(other, "dist", "index.js"))) {
  console.error(`usage: npm run bench:against -- FOLDER [rounds]; no dist/index.js in ${other ?? "FOLDER"}`);
  process.exit(2);
}

const PAGES = 1 << 16;
const ACCESSES = 2_000_000;
const SHARES = [0.1, 0.5, 1.1];
const POLICIES = ["fifo", "lru", "mglru"];

/** Runs in the child: prints CPU seconds of the second replay (the first warms up), and the misses. */
const CHILD = `
  const [index, policy, share] = process.argv.slice(1);
  const lab = await import(index);
  const trace = lab.generateTrace({ generated: "zipf", params: { N: ${PAGES}, T: ${ACCESSES}, s: 1, pw: 0.3 }, seed: 1, region: "anon" });
  const cell = { memoryMax: Math.round(${PAGES} * share), profile: "6.12", set: {}, swap: "zram", swappiness: 60, seed: 1 };
  const once = () => {
    const start = process.cpuUsage();
    const { counters } = lab.simulate(cell, trace, lab.policies[policy]());
    return [process.cpuUsage(start).user / 1e6, counters.pgfault];
  };
  once();
  console.log(JSON.stringify(once()));
`;

const index = (folder: string): string => pathToFileURL(resolve(folder, "dist", "index.js")).href;
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

function replay(folder: string, policy: string, share: number): readonly [number, number] {
  const args = ["--input-type=module", "-e", CHILD, index(folder), policy, String(share)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

const HEAD = ["", "memory", "faults", "here", "there", "here / there"];
console.log("M accesses a CPU second, medians; ratio of medians (range of the rounds)");
console.log(HEAD.map((name, i) => (i === 0 ? name.padEnd(8) : name.padStart(9))).join(" "));
for (const share of SHARES) {
  for (const policy of POLICIES) {
    const here: number[] = [];
    const there: number[] = [];
    let faults = 0;
    for (let round = 0; round < Number(rounds); round++) {
      const [seconds, nr] = replay(".", policy, share);
      here.push(seconds);
      there.push(replay(other, policy, share)[0]);
      faults = nr;
    }
    const ratios = here.map((seconds, i) => there[i]! / seconds);
    const speed = (seconds: readonly number[]): string =>
      (ACCESSES / median(seconds) / 1e6).toFixed(1).padStart(9);
    const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
    console.log(
      `${policy.padEnd(8)} ${`${Math.round(100 * share)} %`.padStart(9)} ${String(faults).padStart(9)} ${speed(here)} ${speed(there)} ` +
        `${(median(there) / median(here)).toFixed(2).padStart(9)} (${range})`,
    );
  }
}
