/*
 * One boot of the guest: its disks, its command line, and its console followed until it powers off.
 *
 * One CPU under qemu's own emulation (TCG), with page table isolation forced on: the emulated TLB is then emptied
 * at each entry to the kernel, so that accessed bits are exact (data/kernel/rig/README.md, "Accessed bits").
 */
import { spawn } from "node:child_process";
import { closeSync, ftruncateSync, openSync, readSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { lastLines, searchPath } from "./tools.js";

/** Files that a boot needs. */
export interface Boot {
  readonly image: string;
  readonly initramfs: string;
  readonly dataDisk: string;
  /** A folder of this boot's own, for its disks. */
  readonly work: string;
}

/** What the guest left. */
export interface BootResult {
  /** Text of the output disk, complete or not. */
  readonly output: string;
  readonly console: string;
  /** undefined: it powered off by itself; otherwise what ended it. */
  readonly ended: string | undefined;
}

const MEMORY = "1536M";
const SWAP_BYTES = 2 ** 30;
const OUTPUT_BYTES = 2 ** 29;
const RUN_LIST_BYTES = 2 ** 21;

const KERNEL_LINE =
  "console=ttyS0 quiet panic=-1 pti=on spectre_v2=off retbleed=off nokaslr transparent_hugepage=never";

/** Arguments of qemu-system-x86_64. The guest finds the disks in this order, as vda to vde. */
export function qemuArguments({ image, initramfs, dataDisk, work }: Boot): string[] {
  const disks: readonly (readonly [file: string, more: string])[] = [
    [join(work, "traces.raw"), "read-only=on,"],
    [dataDisk, "snapshot=on,"],
    [join(work, "swap.raw"), ""],
    [join(work, "out.raw"), ""],
    [join(work, "runs.raw"), ""],
  ];
  return [
    ...["-M", "q35", "-accel", "tcg,thread=single", "-cpu", "max,-pcid", "-smp", "1", "-m", MEMORY],
    ...["-nographic", "-nodefaults", "-no-reboot", "-serial", "stdio"],
    ...["-kernel", image, "-initrd", initramfs, "-append", KERNEL_LINE],
    ...disks.flatMap(([file, more], i) => [
      "-drive",
      `if=none,id=d${i},format=raw,cache=unsafe,${more}file=${file.replaceAll(",", ",,")}`,
      "-device",
      `virtio-blk-pci,drive=d${i},serial=d${i},num-queues=1`,
    ]),
  ];
}

/** What the BIOS sends to a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they are
const ESCAPES = /\u001b(?:c|\[[?\d;]*[A-Za-z])/g;

function emptyDisk(path: string, bytes: number): void {
  const file = openSync(path, "w");
  ftruncateSync(file, bytes);
  closeSync(file);
}

/** Write the disks of a boot into its folder: traces, run list, swap, output. */
export function writeDisks(
  work: string,
  chunks: readonly { readonly offset: number; readonly records: Uint32Array }[],
  size: number,
  lines: readonly string[],
): void {
  const runs = `${lines.join("\n")}\n`;
  if (runs.length >= RUN_LIST_BYTES) {
    throw new Error(`run list too long: ${lines.length} runs, ${runs.length} bytes of ${RUN_LIST_BYTES}`);
  }
  const traces = join(work, "traces.raw");
  emptyDisk(traces, size);
  const file = openSync(traces, "r+");
  for (const { offset, records } of chunks) writeSync(file, records, 0, records.byteLength, offset);
  closeSync(file);
  emptyDisk(join(work, "swap.raw"), SWAP_BYTES);
  emptyDisk(join(work, "out.raw"), OUTPUT_BYTES);
  writeFileSync(join(work, "runs.raw"), Buffer.concat([Buffer.from(runs)], RUN_LIST_BYTES));
}

/** The text at the start of a disk, to its first NUL. */
export function readText(path: string): string {
  const file = openSync(path, "r");
  const parts: Buffer[] = [];
  for (;;) {
    const part = Buffer.alloc(1 << 20);
    const read = readSync(file, part);
    const end = part.subarray(0, read).indexOf(0);
    parts.push(part.subarray(0, end < 0 ? read : end));
    if (end >= 0 || read === 0) break;
  }
  closeSync(file);
  return Buffer.concat(parts).toString("latin1");
}

/**
 * Boot the guest and wait until it powers off. It is killed after `timeout` seconds, or by the signal.
 *
 * @param onLine - told each line of the console.
 */
export async function boot(
  files: Boot,
  timeout: number,
  onLine: (line: string) => void = () => {},
  signal?: AbortSignal,
): Promise<BootResult> {
  const child = spawn("qemu-system-x86_64", qemuArguments(files), {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PATH: searchPath() },
  });
  let ended: string | undefined;
  const end = (why: string): void => {
    ended ??= why;
    child.kill("SIGKILL");
  };
  const timer = setTimeout(() => end(`took longer than ${timeout} s`), timeout * 1000);
  const abort = (): void => end("interrupted");
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort);
  let said = "";
  let rest = "";
  const listen = (text: string): void => {
    said += text;
    const lines = (rest + text).replace(ESCAPES, "").split(/\r?\n/);
    rest = lines.pop()!;
    for (const line of lines) onLine(line);
  };
  child.stdout.setEncoding("latin1").on("data", listen);
  child.stderr.setEncoding("utf8").on("data", listen);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject).on("close", resolve);
    });
    if (code !== 0) ended ??= `qemu's exit code was ${code}`;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
  return { output: readText(join(files.work, "out.raw")), console: said.replace(ESCAPES, ""), ended };
}

/** Why a guest that did not finish its list failed, with the end of its console. */
export function failureText({ console, ended }: BootResult, done: number, total: number): string {
  return `guest failed: ${ended ?? "it stopped by itself"}; ${done} of ${total} runs were finished. The console's last lines:\n${lastLines(console, 12)}`;
}
