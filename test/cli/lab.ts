import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { main } from "../../lib/cli/main.js";

const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run the command line; `interruptAt`: send SIGINT when stderr has this text. */
export function lab(args: readonly string[], interruptAt?: string): Promise<Ended> {
  const child = spawn(process.execPath, [CLI, ...args]);
  let [stdout, stderr, sent] = ["", "", false];
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  child.stderr.on("data", (text) => {
    stderr += text;
    if (interruptAt === undefined || sent || !stderr.includes(interruptAt)) return;
    sent = true;
    child.kill("SIGINT");
  });
  return new Promise((done) => child.on("close", (code) => done({ code, stdout, stderr })));
}

/** The same in this process, for what ends before any work. */
export async function refused(...args: string[]): Promise<Ended> {
  const out = vi.spyOn(console, "log").mockImplementation(() => {});
  const err = vi.spyOn(console, "error").mockImplementation(() => {});
  try {
    const code = await main(args);
    const text = (spy: typeof out): string => spy.mock.calls.flat().join("\n");
    return { code, stdout: text(out), stderr: text(err) };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

/** Write a value as a file of JSON. Returns its path. */
export function jsonFile(folder: string, name: string, value: object): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(value));
  return path;
}

/** A study that takes a second. */
export const SMALL = {
  name: "small",
  trace: ["copytar"],
  memory: [0.3, 0.6],
  point: { LRU: "lru", MGLRU: "mglru" },
};
