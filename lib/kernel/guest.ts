/*
 * What the guest needs besides its kernel: the replayer's initramfs and the disk of the data file. Both are built
 * once and kept in the cache; the initramfs under a name that changes with the sources in data/kernel/rig.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Kernel } from "./archive.js";
import { run } from "./tools.js";

const RIG = fileURLToPath(new URL("../../data/kernel/rig/", import.meta.url));
const SOURCES = ["wl.c", "util.h", "counters.h", "replay.h", "init", "mkinitramfs.sh"];

/** Pages of the data file: no workload's file region can be larger. */
export const DATA_PAGES = 65536;

const PAGE = 4096;
const DATA_DISK = 320 * 2 ** 20;

/** The initramfs for a kernel, built if the cache lacks it; its path. */
export async function initramfs(kernel: Kernel, cache: string): Promise<string> {
  const hash = createHash("sha256");
  for (const name of SOURCES) hash.update(readFileSync(join(RIG, name)));
  const folder = join(cache, "guest", hash.digest("hex").slice(0, 12));
  const image = join(folder, `initramfs-${kernel.release}.gz`);
  if (existsSync(image)) return image;
  mkdirSync(folder, { recursive: true });
  const program = join(folder, "wl");
  await run("gcc", ["-O2", "-static", "-Wall", "-o", program, join(RIG, "wl.c")]);
  await run("bash", [join(RIG, "mkinitramfs.sh"), kernel.tree, kernel.release, program, `${image}.part`]);
  renameSync(`${image}.part`, image);
  return image;
}

/** Fill data.bin: every page holds its number, so that no two are the same. */
function writeDataFile(path: string): void {
  const file = openSync(path, "w");
  const page = new BigUint64Array(PAGE / 8);
  for (let i = 0; i < DATA_PAGES; i++) {
    page.fill((BigInt(i + 1) << 20n) | 7n);
    writeSync(file, page);
  }
  closeSync(file);
}

/** The disk with data.bin on ext4 (no journal), built if the cache lacks it; its path. */
export async function dataDisk(cache: string): Promise<string> {
  const disk = join(cache, "data.ext4");
  if (existsSync(disk)) return disk;
  const folder = join(cache, "data.part");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeDataFile(join(folder, "data.bin"));
  const part = `${disk}.part`;
  closeSync(openSync(part, "w"));
  truncateSync(part, DATA_DISK);
  const features = ["-O", "^has_journal,^metadata_csum", "-E", "lazy_itable_init=0,root_owner=0:0"];
  await run("mkfs.ext4", ["-q", "-F", ...features, "-d", folder, part]);
  rmSync(folder, { recursive: true });
  renameSync(part, disk);
  return disk;
}
