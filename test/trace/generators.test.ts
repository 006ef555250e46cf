import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { generateTrace } from "../../lib/trace/generate.js";
import { generators } from "../../lib/trace/generators/index.js";
import { rigRecords } from "../../lib/trace/generators/rig.js";
import type { GeneratedSpec } from "../../lib/trace/generators/stream.js";
import { nrSlotsAll, pageOfSlot, SLOT_MASK, WRITE } from "../../lib/trace/trace.js";
import { InputError } from "../../lib/util/error.js";
import { mulberry32, permutation } from "../../lib/util/random.js";

const slots = (spec: GeneratedSpec): number[] => [...generateTrace(spec).records].map((r) => r & SLOT_MASK);
const anon = (generated: string, params: Record<string, number>): GeneratedSpec => ({
  generated,
  params,
  seed: 1,
  region: "anon",
});

/** Small but valid parameters of every generator. */
const smallParams: Record<string, fc.Arbitrary<Record<string, number>>> = (() => {
  const N = fc.integer({ min: 8, max: 1200 });
  const T = fc.integer({ min: 6, max: 300 });
  const pw = fc.constantFrom(0, 0.3, 1);
  const s = fc.constantFrom(0, 0.8, 1.2);
  const ratio = fc.integer({ min: 0, max: 3 });
  return {
    uniform: fc.record({ N, T, pw }),
    zipf: fc.record({ N, T, s, pw }),
    loop: fc.record({ N, T, pw }),
    hotscan: fc.record({ N, H: fc.integer({ min: 1, max: 8 }), ratio, pw }),
    phases: fc.record({
      N,
      T,
      phases: fc.integer({ min: 1, max: 6 }),
      Wn: fc.integer({ min: 1, max: 8 }),
      pw,
    }),
    mix: fc.record({ H: fc.integer({ min: 1, max: 60 }), nf: N, s, ratio, pw }),
    clustered: fc.record({ N, T, c: fc.integer({ min: 1, max: 4 }), hf: fc.constant(0.5), ph: pw, pw }),
  };
})();

const anySpec: fc.Arbitrary<GeneratedSpec> = fc.constantFrom(...Object.keys(generators)).chain((generated) =>
  fc.record({
    generated: fc.constant(generated),
    params: smallParams[generated]!,
    seed: fc.nat(),
    region: fc.constantFrom<GeneratedSpec["region"]>(
      ...(generated === "mix" ? [] : (["anon"] as const)),
      "file-mmap",
      "file-fd",
    ),
  }),
);

describe("random", () => {
  test("mulberry32 gives the numbers of its published form", () => {
    const random = mulberry32(0);
    expect([random.next32(), random.next32()]).toEqual([1144304738, 1416247]);
    expect(mulberry32(0).rnd()).toBe(1144304738 / 2 ** 32);
  });

  test("a permutation holds every number once", () => {
    expect([...permutation(mulberry32(7), 300)].sort((a, b) => a - b)).toEqual([...Array(300).keys()]);
  });
});

describe("streams, explained", () => {
  test("loop: N pages in order, over and over", () => {
    expect(slots(anon("loop", { N: 3, T: 7, pw: 0 }))).toEqual([0, 1, 2, 0, 1, 2, 0]);
  });

  test("hotscan: 4H hot, then `ratio` hot before each scanned page", () => {
    // A hot set of one page leaves nothing to chance: page 0 is hot, 1 to 3 are the scan.
    expect(slots(anon("hotscan", { N: 4, H: 1, ratio: 2, pw: 0 }))).toEqual([
      0, 0, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 3,
    ]);
  });

  test("phases: a window of one page that jumps by N/phases", () => {
    // T = 7 in 3 phases: 2 accesses each, the seventh is not played.
    expect(slots(anon("phases", { N: 9, T: 7, phases: 3, Wn: 1, pw: 0 }))).toEqual([0, 0, 3, 3, 6, 6]);
  });

  test("mix: hot anonymous pages, and a file once in order behind them", () => {
    const params = { H: 1, nf: 2, s: 0.8, ratio: 1, pw: 1 };
    const spec: GeneratedSpec = { generated: "mix", params, seed: 1, region: "file-mmap" };
    // Slot 0 is the heap; the file's range starts the next leaf table. Stores go to the heap only.
    const heap = WRITE;
    expect([...generateTrace(spec).records]).toEqual([heap, heap, heap, heap, heap, 512, heap, 513]);
    const fd = generateTrace({ ...spec, region: "file-fd" });
    expect(fd.layout.nrSlots).toBe(512);
    expect([...fd.records].slice(5, 6)).toEqual([512]);
    expect(fd.layout.vmas.map((vma) => vma.kind)).toEqual(["anon"]);
  });

  test("clustered: stores to all pages first; a stride of 512 gives each page its own leaf table", () => {
    const params = { N: 3, T: 1, c: 1, hf: 0.5, ph: 1, pw: 0, stride: 512 };
    const trace = generateTrace(anon("clustered", params));
    expect([...trace.records].slice(0, 3)).toEqual([0, 512, 1024].map((slot) => (slot | WRITE) >>> 0));
    expect(trace.layout).toEqual({
      nrSlots: 3 * 512,
      vmas: [{ process: 0, start: 0, nr: 3 * 512, kind: "anon" }],
      files: [],
    });
  });

  test("clustered: with ph = 1 only pages of the hot clusters follow", () => {
    const later = slots(anon("clustered", { N: 64, T: 400, c: 8, hf: 0.25, ph: 1, pw: 0 })).slice(64);
    expect(new Set(later.map((page) => page >> 3)).size).toBe(2);
    expect(new Set(later).size).toBe(16);
  });

  test("zipf: the most popular page takes its share", () => {
    const pages = slots(anon("zipf", { N: 100, T: 20_000, s: 1, pw: 0 }));
    const uses = new Map<number, number>();
    for (const page of pages) uses.set(page, (uses.get(page) ?? 0) + 1);
    const harmonic = Array.from({ length: 100 }, (_, i) => 1 / (i + 1)).reduce((a, b) => a + b);
    // The standard error of the share is 0.003.
    expect(Math.max(...uses.values()) / pages.length).toBeCloseTo(1 / harmonic, 1.5);
  });
});

describe("traces", () => {
  test("every record names a page, and the same spec gives the same bytes", () => {
    fc.assert(
      fc.property(anySpec, (spec) => {
        const trace = generateTrace(spec);
        const pageOf = pageOfSlot(trace.layout);
        expect(trace.layout.nrSlots % 512).toBe(0);
        expect(trace.records.length).toBe(rigRecords(spec).length);
        for (const record of trace.records) expect(pageOf[record & SLOT_MASK]).toBeGreaterThanOrEqual(0);
        expect(trace.counts.every((count) => count === 1)).toBe(true);
        const again = generateTrace({
          ...spec,
          params: Object.fromEntries(Object.entries(spec.params).reverse()),
        });
        expect(again).toEqual(trace);
      }),
      { numRuns: 60 },
    );
  });

  test("file-fd accesses lie behind the mapped slots; file-mmap ones inside a range", () => {
    const spec = anon("uniform", { N: 700, T: 50, pw: 0 });
    const fd = generateTrace({ ...spec, region: "file-fd" });
    const mapped = generateTrace({ ...spec, region: "file-mmap" });
    expect([fd.layout.nrSlots, nrSlotsAll(fd.layout)]).toEqual([0, 700]);
    expect([mapped.layout.nrSlots, nrSlotsAll(mapped.layout)]).toEqual([1024, 1724]);
    expect(fd.records).toEqual(mapped.records);
    expect(fd.digest).not.toBe(mapped.digest);
  });

  test("stands on shared memory, is synthetic, and a seed changes its digest", () => {
    const spec = anon("uniform", { N: 64, T: 50, pw: 0 });
    const trace = generateTrace(spec);
    expect(trace.records.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(trace.counts.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(trace.synthetic).toBe(true);
    expect(trace.name).toBe("uniform(N=64,T=50,pw=0) anon seed 1");
    expect(generateTrace({ ...spec, seed: 2 }).digest).not.toBe(trace.digest);
  });
});

describe("bad input", () => {
  const good = { N: 64, T: 50, pw: 0.3 };
  const cases: readonly (readonly [string, GeneratedSpec, RegExp])[] = [
    ["unknown generator", anon("unifrom", good), /unknown generator: unifrom; use one of uniform, zipf/],
    ["a name of Object.prototype", anon("constructor", good), /unknown generator: constructor/],
    [
      "missing parameter",
      anon("uniform", { N: 64, T: 50 }),
      /missing pw of generator uniform; give a number from 0 to 1/,
    ],
    [
      "unknown parameter",
      anon("uniform", { ...good, n: 3 }),
      /unknown parameter of generator uniform: n = 3; it takes N, T, pw, stride/,
    ],
    [
      "N = 0",
      anon("uniform", { ...good, N: 0 }),
      /invalid N of generator uniform: 0; use an integer from 1 to 1073741824/,
    ],
    ["N not whole", anon("uniform", { ...good, N: 1.5 }), /invalid N of generator uniform: 1.5/],
    ["N not a number", anon("uniform", { ...good, N: Number.NaN }), /invalid N of generator uniform: NaN/],
    ["pw above 1", anon("uniform", { ...good, pw: 1.01 }), /invalid pw of generator uniform: 1.01/],
    ["pw not a number", anon("uniform", { ...good, pw: Number.NaN }), /invalid pw of generator uniform: NaN/],
    [
      "hot set above N",
      anon("hotscan", { N: 8, H: 9, ratio: 1, pw: 0 }),
      /invalid H of generator hotscan: 9; use an integer from 1 to 8/,
    ],
    [
      "cluster above N",
      anon("clustered", { N: 8, T: 1, c: 9, hf: 1, ph: 1, pw: 0 }),
      /invalid c of generator clustered: 9/,
    ],
    [
      "no hot cluster",
      anon("clustered", { N: 64, T: 1, c: 8, hf: 0.1, ph: 1, pw: 0 }),
      /invalid hf of generator clustered: 0.1; use a number from 0.125 to 1/,
    ],
    ["seed", { ...anon("uniform", good), seed: -1 }, /invalid seed of generator uniform: -1/],
    [
      "region",
      { ...anon("uniform", good), region: "swap" as "anon" },
      /unknown region of generator uniform: swap/,
    ],
    ["anon mix", anon("mix", { H: 4, nf: 4, s: 1, ratio: 1, pw: 0 }), /generator mix streams a file/],
    [
      "stride on a file",
      { ...anon("uniform", { ...good, stride: 2 }), region: "file-mmap" },
      /invalid stride of generator uniform: 2/,
    ],
    [
      "slot range, strided",
      anon("uniform", { ...good, N: 2 ** 21 + 1, stride: 512 }),
      /footprint beyond the slot range: 1073742336 slots/,
    ],
    [
      "slot range, mapped",
      { ...anon("loop", { ...good, N: 2 ** 29 + 1 }), region: "file-mmap" },
      /footprint beyond the slot range/,
    ],
    [
      "records",
      anon("hotscan", { N: 2 ** 20, H: 1, ratio: 1000, pw: 0 }),
      /too many records from generator hotscan/,
    ],
  ];

  test.each(cases)("%s", (_, spec, message) => {
    expect(() => generateTrace(spec)).toThrow(InputError);
    expect(() => generateTrace(spec)).toThrow(message);
  });

  test("a page that no rig record can name", () => {
    expect(() => rigRecords(anon("loop", { N: 2 ** 28 + 1, T: 1, pw: 0 }))).toThrow(
      /too many pages for a record of the rig/,
    );
  });
});
