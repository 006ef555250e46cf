import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { finishTrace } from "../../lib/trace/record/finish.js";
import { LackeyLog } from "../../lib/trace/record/lackey-log.js";
import { LackeyProcess, type ProcessStart } from "../../lib/trace/record/lackey-process.js";
import { Recorder, type Reduction } from "../../lib/trace/record/recorder.js";
import { refilter } from "../../lib/trace/record/refilter.js";
import { StraceLog } from "../../lib/trace/record/strace-log.js";
import { pageOfSlot, SLOT_MASK, type Trace, WRITE } from "../../lib/trace/trace.js";
import { traceOf, traces } from "./sample.js";

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "record-test-")));
  writeFileSync(join(folder, "a"), Buffer.alloc(5 * 4096));
  writeFileSync(join(folder, "b"), Buffer.alloc(2 * 4096 + 1));
});
afterAll(() => rmSync(folder, { recursive: true }));

const EVERY: Reduction = { filter: 1, refresh: 1e9 };
const START = "==7== Lackey, an example Valgrind tool\n==7== Command: /bin/x\n";
/** The program, the first heap page, valgrind itself (to be left out) and the stack. */
const MAPS = `00400000-00402000 r-xp 00001000 fe:00 11 FOLDER/a
00402000-00403000 rw-p 00003000 fe:00 11 FOLDER/a
04035000-04036000 rwxp 00000000 00:00 0
58000000-58001000 r--p 00000000 fe:00 12 FOLDER/b
1ffefff000-1fff001000 rw-p 00000000 00:00 0
`;

function look(): ProcessStart {
  return { maps: MAPS.replaceAll("FOLDER", folder), cwd: folder };
}

function record(log: string, reduction = EVERY): { trace: Trace; recorder: Recorder } {
  const recorder = new Recorder(folder, reduction);
  const process = new LackeyProcess(recorder, look);
  new LackeyLog(process).push(Buffer.from(START + log));
  process.end();
  return { trace: finishTrace("x", recorder), recorder };
}

/** Records as text: r or w, kind, page of the file or virtual table offset, times count. */
function show({ layout, records, counts }: Trace): string[] {
  return [...records].map((word, i) => {
    const slot = word & SLOT_MASK;
    const op = (word & WRITE) !== 0 ? "w" : "r";
    if (slot >= layout.nrSlots) return `${op} fd ${slot - layout.nrSlots} x${counts[i]}`;
    const vma = layout.vmas.find((v) => slot >= v.start && slot < v.start + v.nr);
    const page = vma?.kind === "file" ? (vma.offset ?? 0) + slot - vma.start : slot;
    return `${op} ${vma?.kind} ${page} x${counts[i]}`;
  });
}

describe("a lackey log", () => {
  test("becomes records: runs collapse, a store makes a write, page crossings count twice", () => {
    const log =
      "I  00400010,3\nI  00400013,5\n L 00401000,8\n S 00401008,8\n M 1fff000770,1\nI  00400ffe,4\n";
    expect(show(record(log).trace)).toEqual([
      "r file 1 x2",
      "w anon 1 x2", // page 2 of the file, private and stored to: a copy
      "w anon 512 x1",
      "r file 1 x1",
      "r anon 1 x1",
    ]);
  });

  test("is the same however it is cut into pieces", () => {
    const log = `${START}I  00400010,3\n S 1fff000770,8\nSYSCALL[7,1](12) sys_brk ( 0x0 ) --> [pre-success] Success(0x4035000) \n L 04035008,8\n`;
    const whole = show(record(log.slice(START.length)).trace);
    fc.assert(
      fc.property(fc.array(fc.nat(log.length), { maxLength: 12 }), (cuts) => {
        const recorder = new Recorder(folder, EVERY);
        const process = new LackeyProcess(recorder, look);
        const reader = new LackeyLog(process);
        const ends = [...cuts, log.length].sort((a, b) => a - b);
        for (const [i, end] of ends.entries()) reader.push(Buffer.from(log.slice(ends[i - 1] ?? 0, end)));
        process.end();
        expect(show(finishTrace("x", recorder))).toEqual(whole);
      }),
    );
  });

  test("maps, unmaps and moves with the system calls in it", () => {
    const { trace, recorder } = record(
      [
        "I  00400000,3",
        `SYSCALL[7,1](257) sys_openat ( 4294967196, 0x4834(${folder}/b), 524288 ) --> [async] ... `,
        "SYSCALL[7,1](257) ... [async] --> Success(0x3) ",
        "SYSCALL[7,1](9) sys_mmap ( 0x0, 8193, 1, 2, 3, 0 ) --> [pre-success] Success(0x4843000) ",
        " L 04844000,8",
        "SYSCALL[7,1](11) sys_munmap ( 0x4843000, 8193 )[sync] --> Success(0x0) ",
        "SYSCALL[7,1](9) sys_mmap ( 0x0, 8192, 3, 34, 4294967295, 0 ) --> [pre-success] Success(0x4843000) ",
        " S 04844000,8",
        "SYSCALL[7,1](25) sys_mremap ( 0x4843000, 8192, 16384, 0x1 ) --> [pre-success] Success(0x4900000) ",
        " L 04901000,8",
        " L 09999000,8",
        "SYSCALL[7,1](17) sys_pread64 ( 3, 0x4901000, 10, 4090 ) --> [async] ... ",
        "SYSCALL[7,1](17) ... [async] --> Success(0xa) ",
        "SYSCALL[7,1](231) exit_group( 0 ) --> [pre-success] Success(0x0) ",
        " L 04901000,8",
        "",
      ].join("\n"),
    );
    // 0x4844 is page 68 of its table, the second one. The heap page at the same address has its own slot, page 1 of
    // the last table, and keeps it where mremap moves it. The unknown address and all after exit are left out.
    expect(show(trace)).toEqual([
      "r file 1 x1",
      "r file 1 x1",
      `w anon ${1024 + 1} x1`,
      `r anon ${1024 + 1} x1`,
      "r fd 5 x1",
      "r fd 6 x1",
    ]);
    expect(recorder.processes[0]!.nrUnmapped).toBe(1);
    expect(trace.layout.files.map(({ name, nr }) => `${name} ${nr}`)).toEqual(["a 5", "b 3"]);
    expect(trace.events).toEqual([
      { at: 2, op: "unmap", start: 512 + 68, nr: 1 },
      { at: 6, op: "unmap", start: 0, nr: 1 },
      { at: 6, op: "unmap", start: 1024 + 1, nr: 1 },
    ]);
  });

  test("lets the stack grow down, and the heap by brk", () => {
    const { trace, recorder } = record(
      [
        " S 1ffeffe000,8",
        " S 1ffeff0000,8",
        " S 04036000,8",
        "SYSCALL[7,1](12) sys_brk ( 0x0 ) --> [pre-success] Success(0x4035000) ",
        "SYSCALL[7,1](12) sys_brk ( 0x4038000 ) --> [pre-success] Success(0x4038000) ",
        " S 04036000,8",
        "SYSCALL[7,1](12) sys_brk ( 0x4036000 ) --> [pre-success] Success(0x4036000) ",
        " L 04036000,8",
        "",
      ].join("\n"),
    );
    expect(trace.records.length).toBe(3);
    expect(recorder.processes[0]!.nrUnmapped).toBe(2);
    expect(trace.events[0]).toEqual({ at: 3, op: "unmap", start: 0x36, nr: 1 });
  });

  test("has a process for each exec", () => {
    const { trace } = record(` L 00400000,8\n${START} L 00400000,8\n`);
    expect(trace.layout.vmas.map((vma) => vma.process)).toEqual([0, 1]);
    const pages = pageOfSlot(trace.layout);
    expect(pages[trace.records[0]!]).toBe(pages[trace.records[1]!]);
  });
});

describe("the filter", () => {
  const accesses = fc.array(fc.record({ page: fc.nat(40), store: fc.boolean() }), {
    minLength: 1,
    maxLength: 300,
  });
  const line = ({ page, store }: { page: number; store: boolean }): string => {
    return ` ${store ? "S" : "L"} ${(0x4100 + page).toString(16).padStart(5, "0")}008,8\n`;
  };
  const HEAP =
    "SYSCALL[7,1](9) sys_mmap ( 0x0, 1048576, 3, 34, 4294967295, 0 ) --> [pre-success] Success(0x4100000) \n";

  test("keeps the number of accesses, the pages, and which pages are written", () => {
    fc.assert(
      fc.property(
        accesses,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 60 }),
        (list, filter, refresh) => {
          // An instruction first, so that the mappings at the start are known before the mmap.
          const log = `I  00400000,1\n${HEAP}${list.map(line).join("")}`;
          const { trace } = record(log, { filter, refresh });
          const total = trace.counts.reduce((sum, count) => sum + count, 0);
          expect(total).toBe(list.length + 1);
          expect(trace.records.length).toBeLessThanOrEqual(list.length + 1);
          const written = new Set<number>();
          const seen = new Set<number>();
          for (const word of trace.records) {
            seen.add(word & SLOT_MASK);
            if ((word & WRITE) !== 0) written.add(word & SLOT_MASK);
          }
          expect(seen.size).toBe(new Set(list.map(({ page }) => page)).size + 1);
          expect(written.size).toBe(new Set(list.filter(({ store }) => store).map(({ page }) => page)).size);
        },
      ),
    );
  });

  test("is an LRU list of K pages that is emptied after P accesses", () => {
    const pages = (list: number[], filter: number, refresh: number): string => {
      const log = HEAP + list.map((page) => line({ page, store: false })).join("");
      return show(record(`I  00400000,1\n${log}`, { filter, refresh }).trace)
        .slice(1)
        .map((text) => text.replace(/^r anon (\d+)/, (_, slot: string) => `${Number(slot) % 256}`))
        .join(", ");
    };
    // 1 2 1 stay; 3 pushes 2 out (1 is more recent); 2 comes in again.
    expect(pages([1, 2, 1, 3, 1, 2], 2, 1e9)).toBe("1 x3, 2 x1, 3 x1, 2 x1");
    // The instruction fetch is the first access; the filter is emptied before the fourth.
    expect(pages([1, 1, 1, 1, 1, 1], 4, 4)).toBe("1 x2, 1 x4");
  });
});

test("an strace log becomes accesses of file pages, one for each page and call", () => {
  const recorder = new Recorder(folder, EVERY);
  const log = new StraceLog(recorder);
  for (const line of [
    `9 openat(AT_FDCWD<${folder}>, "a", O_RDONLY) = 3<${folder}/a>`,
    `9 read(3<${folder}/a>, ""..., 6000) = 6000`,
    `9 read(3<${folder}/a>, ""..., 100) = 100`,
    `9 lseek(3<${folder}/a>, 16384, SEEK_SET) = 16384`,
    `9 read(3<${folder}/a>,  <unfinished ...>`,
    "10 close(3) = 0",
    '9 <... read resumed>""..., 4096) = 4096',
    `9 openat(AT_FDCWD<${folder}>, "b", O_WRONLY|O_CREAT, 0666) = 4<${folder}/b>`,
    `9 copy_file_range(3<${folder}/a>, NULL, 4<${folder}/b>, NULL, 8192, 0) = 0`,
    `9 pwrite64(4<${folder}/b>, ""..., 10, 4090) = 10`,
    '9 write(1</dev/null>, "", 5) = 5',
    "9 +++ exited with 0 +++",
  ]) {
    log.line(line);
  }
  const trace = finishTrace("x", recorder);
  expect(trace.layout.files.map((file) => file.name)).toEqual(["a", "b"]);
  expect(show(trace)).toEqual(["r fd 0 x1", "r fd 1 x2", "r fd 4 x1", "w fd 5 x1", "w fd 6 x1"]);
});

describe("the second filter", () => {
  test("folds records, moves events, and leaves descriptors alone", () => {
    const at = (i: number) => ({ at: i, op: "unmap" as const, start: 600, nr: 1 });
    // Process 0: slots 1 2 3. Process 1: slot 700. Descriptors: slot 1024.
    const trace = traceOf(
      [1, 2, 700, 1024, (WRITE | 1) >>> 0, 1024, 700, 3, 2],
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
      [at(6), at(9)],
    );
    const smaller = refilter(trace, 2, 1e9);
    // Slot 1 is folded; 700 is not, as the unmap has emptied the list of process 1; 3 pushes 2 out.
    expect([...smaller.records]).toEqual([(WRITE | 1) >>> 0, 2, 700, 1024, 1024, 700, 3, 2]);
    expect([...smaller.counts]).toEqual([6, 2, 3, 4, 6, 7, 8, 9]);
    expect(smaller.events).toEqual([at(5), at(8)]);
    expect(smaller.digest).not.toBe(trace.digest);
  });

  test("keeps accesses, pages and written pages of any trace", () => {
    const facts = (trace: Trace): unknown[] => {
      const set = (words: Uint32Array): number[] => [...new Set(words)].sort((a, b) => a - b);
      const writes = trace.records.filter((word) => (word & WRITE) !== 0);
      const total = trace.counts.reduce((sum, count) => sum + count, 0);
      return [total, set(trace.records.map((word) => word & SLOT_MASK)), set(writes), trace.events.length];
    };
    const small = traces.filter((trace) => trace.counts.every((count) => count < 1000));
    fc.assert(
      fc.property(
        small,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 100 }),
        (trace, pages, refresh) => {
          expect(facts(refilter(trace, pages, refresh))).toEqual(facts(trace));
        },
      ),
    );
  });
});
