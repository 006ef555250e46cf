import { describe, expect, it } from "vitest";
import { type Progress, progressText, terminalProgress } from "../../lib/study/progress.js";

const at = (done: number, elapsedMs: number, more: Partial<Progress> = {}): Progress => ({
  done,
  total: 120,
  cached: 0,
  failed: 0,
  computed: done,
  elapsedMs,
  perSecond: null,
  etaMs: done > 0 ? (elapsedMs / done) * (120 - done) : null,
  ...more,
});

const stream = (isTTY: boolean, columns = 80) => ({
  isTTY,
  columns,
  texts: [] as string[],
  write(text: string) {
    this.texts.push(text);
  },
});

describe("progressText", () => {
  it("names only what is there, and rounds time up", () => {
    expect(progressText(at(0, 0))).toBe("0/120 cells");
    expect(progressText(at(60, 61_000))).toBe("60/120 cells, 1:01 left");
    expect(progressText(at(60, 1, { cached: 12, failed: 1 }))).toBe(
      "60/120 cells, 12 from earlier runs, 1 failed, 0:01 left",
    );
    expect(progressText(at(60, 1, { perSecond: 3.14 }))).toBe("60/120 cells, 3.1/s, 0:01 left");
    expect(progressText(at(60, 1, { perSecond: 31.4 }))).toBe("60/120 cells, 31/s, 0:01 left");
    expect(progressText(at(120, 59_001))).toBe("120/120 cells, 1:00 in all");
  });
});

describe("terminalProgress", () => {
  it("on a terminal redraws one line, at most ten times a second, and ends it once", () => {
    const out = stream(true);
    const show = terminalProgress(out);
    for (let done = 0; done <= 120; done++) show(at(done, done * 10));
    expect(out.texts.length).toBe(13);
    expect(out.texts.every((text) => text.startsWith("\r\x1b[K"))).toBe(true);
    expect(out.texts.filter((text) => text.endsWith("\n"))).toEqual([out.texts.at(-1)]);
    expect(out.texts[6]).toBe(`\r\x1b[K${"#".repeat(12)}${".".repeat(12)} 60/120 cells, 0:01 left`);
  });

  it("never writes a line that wraps", () => {
    const out = stream(true, 20);
    const show = terminalProgress(out);
    show(at(60, 1000));
    expect(out.texts[0]!.replace("\r\x1b[K", "").length).toBe(19);
  });

  it("in a log writes a line for each tenth", () => {
    const out = stream(false);
    const show = terminalProgress(out);
    for (let done = 0; done <= 120; done++) show(at(done, done * 10));
    expect(out.texts.length).toBe(11);
    expect(out.texts[0]).toBe("0/120 cells\n");
    expect(out.texts[10]).toBe("120/120 cells, 0:02 in all\n");
  });

  it("survives an empty study", () => {
    for (const isTTY of [true, false]) {
      const out = stream(isTTY);
      terminalProgress(out)(at(0, 0, { total: 0 }));
      expect(out.texts.join("")).toMatch(/0\/0 cells, 0:00 in all\n$/);
    }
  });
});
