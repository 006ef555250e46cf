import type { Reduction } from "./recorder.js";

/** A program run that is recorded. Its input is made by `data/record/setup/<name>.sh`. */
export interface Workload {
  readonly name: string;
  readonly tool: "lackey" | "strace";
  /** What runs, one line for people. */
  readonly about: string;
  /** Commands, run one after another in the workload's folder. */
  readonly steps: readonly (readonly string[])[];
  /** Prints the version of the program; its first line is kept. */
  readonly version: readonly string[];
  readonly reduction: Reduction;
}

/** The usual reduction: a page counts as accessed again after 64 other pages, or after 200,000 accesses. */
const USUAL: Reduction = { filter: 64, refresh: 200_000 };

const GIT = [
  "/usr/bin/git",
  "-C",
  "repo",
  "-c",
  "pack.threads=1",
  "-c",
  "gc.auto=0",
  "-c",
  "pack.window=4",
  "--no-pager",
];

/** Every workload, in the order of the tables. */
export const WORKLOADS: readonly Workload[] = [
  {
    name: "sqlite",
    tool: "lackey",
    about: "B-tree inserts into two indexed tables, then point queries, then range queries; database mapped",
    steps: [["/usr/bin/sqlite3", "-batch", "db.sqlite", ".read work.sql"]],
    version: ["/usr/bin/sqlite3", "--version"],
    reduction: USUAL,
  },
  {
    name: "compile",
    tool: "lackey",
    about: "compile and link one C program: gcc runs cc1, as, collect2 and ld",
    steps: [["/usr/bin/gcc", "-O0", "-o", "program", "program.c"]],
    version: ["/usr/bin/gcc", "--version"],
    reduction: USUAL,
  },
  {
    name: "python",
    tool: "lackey",
    about: "dicts, lists of objects, sorting and strings, in rounds over the same data",
    steps: [["/usr/bin/python3", "-S", "-E", "work.py"]],
    version: ["/usr/bin/python3", "--version"],
    reduction: USUAL,
  },
  {
    name: "git",
    tool: "lackey",
    about: "log with diffs, blame of a large file and a full repack of a generated repository",
    steps: [
      [...GIT, "log", "--stat", "--oneline"],
      [...GIT, "blame", "--porcelain", "big.txt"],
      [...GIT, "gc", "--prune=now", "--quiet"],
    ],
    version: ["/usr/bin/git", "--version"],
    reduction: USUAL,
  },
  {
    name: "sort",
    tool: "lackey",
    about:
      "sort of a text file with a buffer smaller than the file: sorted runs in temporary files, then a merge",
    steps: [["/usr/bin/sort", "--parallel=1", "-S", "4M", "-T", ".", "-o", "sorted.txt", "lines.txt"]],
    version: ["/usr/bin/sort", "--version"],
    reduction: USUAL,
  },
  {
    name: "grep",
    tool: "strace",
    about: "grep -r over a source tree, 16 times, every second time over one third of it",
    steps: Array.from({ length: 16 }, (_, i) => i + 1).map((round) => [
      "/usr/bin/grep",
      "-rc",
      `needle${round}`,
      round % 2 === 0 ? "tree/part0" : "tree",
    ]),
    version: ["/usr/bin/grep", "--version"],
    reduction: USUAL,
  },
  {
    name: "copytar",
    tool: "strace",
    about:
      "copy of a tree, tar of the copy, listing and extraction of the archive, comparisons, and a second round",
    steps: [
      ["/usr/bin/cp", "-r", "--reflink=never", "tree", "copy"],
      ["/usr/bin/tar", "-cf", "copy.tar", "copy"],
      ["/usr/bin/tar", "-tf", "copy.tar"],
      ["/usr/bin/mkdir", "out"],
      ["/usr/bin/tar", "-xf", "copy.tar", "-C", "out"],
      ["/usr/bin/diff", "-r", "tree", "out/copy"],
      ["/usr/bin/tar", "-df", "copy.tar"],
      ["/usr/bin/cp", "-r", "--reflink=never", "out/copy", "again"],
      ["/usr/bin/tar", "-cf", "again.tar", "again"],
      ["/usr/bin/diff", "-r", "copy", "again"],
    ],
    version: ["/usr/bin/tar", "--version"],
    reduction: USUAL,
  },
];
