/*
 * The programs that the rig calls: are they there, and what do they say when they fail.
 */
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { inputError } from "../util/error.js";

/** Program -> Debian package. */
const PACKAGE_OF: Readonly<Record<string, string>> = {
  "qemu-system-x86_64": "qemu-system-x86",
  "apt-get": "apt",
  "apt-cache": "apt",
  "dpkg-deb": "dpkg",
  gcc: "gcc",
  busybox: "busybox-static",
  cpio: "cpio",
  depmod: "kmod",
  modprobe: "kmod",
  "mkfs.ext4": "e2fsprogs",
  xz: "xz-utils",
  zstd: "zstd",
};

/** All packages to install on a Debian machine; seabios is only recommended by qemu, libc6-dev by gcc. */
const INSTALL = [...new Set(Object.values(PACKAGE_OF)), "seabios", "libc6-dev"].filter(
  (name) => name !== "apt" && name !== "dpkg",
);

/** Administrators' programs are not on every user's PATH. */
const SYSTEM = ["/usr/sbin", "/sbin"];

/** PATH of the environment with the folders of administrators' programs behind it. */
export function searchPath(path: string = process.env.PATH ?? ""): string {
  return [path, ...SYSTEM].join(delimiter);
}

function isThere(program: string, path: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Refuse to go on without the programs that the rig calls.
 *
 * @throws InputError that names them and the line that installs them.
 */
export function checkTools(path: string = searchPath()): void {
  const missing = Object.keys(PACKAGE_OF).filter((program) => !isThere(program, path));
  if (missing.length === 0) return;
  inputError(
    `programs not found: ${missing.join(", ")}; on Debian, install them as root with: ` +
      `apt-get update && apt-get install -y --no-install-recommends ${INSTALL.join(" ")}`,
  );
}

/** How much of a program's output an error quotes. */
const QUOTED_LINES = 8;

/** The last lines of a text, indented, for an error. */
export function lastLines(text: string, lines: number = QUOTED_LINES): string {
  const kept = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .slice(-lines);
  return kept.length === 0 ? "    (nothing)" : kept.map((line) => `    ${line}`).join("\n");
}

/** A program that the rig called failed: the network, a disk, a package. Its message is enough, without a stack. */
export class ToolFailed extends Error {
  override readonly name = "ToolFailed";
}

/** Options of {@link run}. */
export interface RunCommand {
  readonly cwd?: string;
  readonly signal?: AbortSignal;
  /** Seconds after which the program is killed. */
  readonly timeout?: number;
}

/**
 * Run a program to its end; its stdout.
 *
 * @throws ToolFailed with the last lines it printed if it fails or takes too long.
 */
export async function run(
  program: string,
  args: readonly string[],
  options: RunCommand = {},
): Promise<string> {
  const { cwd, signal, timeout = 600 } = options;
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PATH: searchPath(), LC_ALL: "C" },
    timeout: timeout * 1000,
    ...(cwd === undefined ? {} : { cwd }),
    ...(signal === undefined ? {} : { signal }),
  });
  let stdout = "";
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    said += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const [code, killed] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.on("error", reject).on("close", (status, how) => resolve([status, how]));
  });
  if (code === 0) return stdout;
  const why = killed === null ? `exit code ${code}` : `${killed}; at most ${timeout} s`;
  throw new ToolFailed(`${program} failed (${why}): ${args.at(-1)}\n${lastLines(said)}`);
}
