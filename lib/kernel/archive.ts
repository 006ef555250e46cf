/*
 * Kernels from Debian's archive: which there are, which one a name means, and its packages unpacked in the cache.
 * apt works in folders of its own with sources of its own: the machine's lists and packages stay as they are,
 * no root is needed, and any Debian can fetch any of the kernels.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inputError } from "../util/error.js";
import { run, ToolFailed } from "./tools.js";

/** A kernel of the archive. */
export interface KernelRelease {
  /** What `uname -r` prints: 6.12.117+deb12-amd64. */
  readonly release: string;
  /** Packages that hold the image and its modules. */
  readonly packages: readonly string[];
}

/** A kernel on this machine. */
export interface Kernel {
  readonly release: string;
  readonly image: string;
  /** Folder in which its packages are unpacked. */
  readonly tree: string;
}

/** The releases that data/kernel holds measurements of: taken before newer ones of the same version. */
export const MEASURED_RELEASES = ["6.1.0-56-amd64", "6.12.117+deb12-amd64", "7.3.4+deb13-amd64"] as const;

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const SUITES = ["bookworm", "bookworm-backports", "trixie", "trixie-backports"];
const SECURITY = ["bookworm-security", "trixie-security"];

/** Package lists are fetched again after this many days. */
const LISTS_DAYS = 7;

/** Text of sources.list. DEBIAN_MIRROR and DEBIAN_SECURITY_MIRROR name other mirrors than Debian's. */
export function sourcesList(env: NodeJS.ProcessEnv = process.env): string {
  const mirror = env.DEBIAN_MIRROR ?? "http://deb.debian.org/debian";
  const security = env.DEBIAN_SECURITY_MIRROR ?? "http://deb.debian.org/debian-security";
  const line = (from: string, suite: string): string => `deb [signed-by=${KEYRING}] ${from} ${suite} main\n`;
  return [
    ...SUITES.map((suite) => line(mirror, suite)),
    ...SECURITY.map((suite) => line(security, suite)),
  ].join("");
}

/** apt's folders and options, all inside of the cache. */
function aptOptions(cache: string): string[] {
  const apt = join(cache, "apt");
  for (const folder of ["etc", "lists/partial", "cache/archives/partial"]) {
    mkdirSync(join(apt, folder), { recursive: true });
  }
  const status = join(apt, "status");
  if (!existsSync(status)) writeFileSync(status, "");
  const sources = join(apt, "etc", "sources.list");
  writeFileSync(sources, sourcesList());
  return Object.entries({
    "Dir::Etc::sourcelist": sources,
    "Dir::Etc::sourceparts": "-",
    "Dir::State": apt,
    "Dir::State::lists": join(apt, "lists"),
    "Dir::State::status": status,
    "Dir::Cache": join(apt, "cache"),
    "APT::Architecture": "amd64",
    "APT::Architectures": "amd64",
    "APT::Sandbox::User": "root",
    "Acquire::Languages": "none",
    "Acquire::Retries": "3",
  }).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}

/** Kernels among package names. Until 6.18 linux-image-<release> holds all, later linux-binary- and linux-modules-. */
export function kernelsAmong(names: Iterable<string>): KernelRelease[] {
  const all = new Set(names);
  const releases = new Map<string, KernelRelease>();
  for (const name of all) {
    const [, kind, release] =
      /^linux-(image|binary)-(\d+\.\d+(?:\.\d+)?(?:-\d+|\+[a-z\d+.~-]+?)?-amd64)$/.exec(name) ?? [];
    if (release === undefined || /cloud|rt-|bpo.*-rt/.test(release)) continue;
    const modules = `linux-modules-${release}`;
    if (kind === "binary" && all.has(modules)) releases.set(release, { release, packages: [name, modules] });
    else if (kind === "image" && !all.has(`linux-binary-${release}`))
      releases.set(release, { release, packages: [name] });
  }
  return [...releases.values()]
    .filter(({ release }) => /^\d+\.\d+\.\d/.test(release)) // 6.12-amd64 only depends on the newest
    .sort((a, b) => a.release.localeCompare(b.release, "en", { numeric: true }));
}

/**
 * The kernel that a name means: a release (6.12.117+deb12-amd64), a version (6.12.117) or its beginning (6.12). Of
 * several, the one that was measured, or else the newest.
 *
 * @throws InputError that lists the kernels there are.
 */
export function chooseKernel(name: string, kernels: readonly KernelRelease[]): KernelRelease {
  const meant = kernels.filter(
    ({ release }) =>
      release === name || (release.startsWith(name) && /^[.+-]/.test(release.slice(name.length))),
  );
  const measured = meant.find(({ release }) => (MEASURED_RELEASES as readonly string[]).includes(release));
  const found = measured ?? meant.at(-1);
  if (found !== undefined) return found;
  return inputError(
    `kernel not in Debian's archive: ${name}; use the beginning of one of: ${suggestions(name, kernels)}. ` +
      "For another one, unpack its packages (snapshot.debian.org) into <cache>/kernels/<release> and give the whole release",
  );
}

/** Kernels of the version asked for, or else the newest of every version. */
function suggestions(name: string, kernels: readonly KernelRelease[]): string {
  const version = (release: string): string => release.split(/[.+-]/, 2).join(".");
  const newest = new Map(kernels.map(({ release }) => [version(release), release]));
  const same = kernels.filter(({ release }) => version(release) === version(name));
  const shown = same.length > 0 ? same.map(({ release }) => release) : [...newest.values()];
  return shown.join(", ") || "none; is the mirror within reach?";
}

/** The kernel in a folder of the cache, or undefined if it is not complete. */
function unpacked(cache: string, release: string): Kernel | undefined {
  const tree = join(cache, "kernels", release);
  const image = [`boot/vmlinuz-${release}`, `usr/lib/modules/${release}/vmlinuz`]
    .map((path) => join(tree, path))
    .find((path) => existsSync(path));
  return image === undefined ? undefined : { release, image, tree };
}

/** The kernels there are. A suite that cannot be reached is told and left out. */
async function available(
  cache: string,
  say: (text: string) => void,
  signal: AbortSignal | undefined,
): Promise<KernelRelease[]> {
  const options = aptOptions(cache);
  const stamp = join(cache, "apt", "updated");
  const withSignal = signal === undefined ? {} : { signal };
  const fresh = existsSync(stamp) && Date.now() - statSync(stamp).mtimeMs < LISTS_DAYS * 86_400_000;
  if (!fresh) {
    say("fetching the package lists of Debian's archive");
    try {
      await run("apt-get", [...options, "-o", "APT::Update::Error-Mode=any", "update"], withSignal);
      writeFileSync(stamp, "");
    } catch (error) {
      if (!(error instanceof ToolFailed)) throw error;
      say(`package lists are incomplete: ${error.message}`);
    }
  }
  return kernelsAmong((await run("apt-cache", [...options, "pkgnames", "linux-"], withSignal)).split("\n"));
}

/**
 * The kernel that a name means, fetched and unpacked unless the cache has it.
 *
 * @param say - told what takes time.
 * @throws InputError if the archive has none of that name; ToolFailed if the network or apt fails.
 */
export async function fetchKernel(
  name: string,
  cache: string,
  say: (text: string) => void = () => {},
  signal?: AbortSignal,
): Promise<Kernel> {
  const measured = MEASURED_RELEASES.find((release) => release.startsWith(`${name}.`));
  const here = unpacked(cache, name) ?? (measured === undefined ? undefined : unpacked(cache, measured));
  if (here !== undefined) return here;
  const { release, packages } = chooseKernel(name, await available(cache, say, signal));
  const found = unpacked(cache, release);
  if (found !== undefined) return found;
  const debs = join(cache, "debs", release);
  rmSync(debs, { recursive: true, force: true });
  mkdirSync(debs, { recursive: true });
  say(`fetching ${packages.join(", ")}`);
  const withSignal = signal === undefined ? {} : { signal };
  await run("apt-get", [...aptOptions(cache), "download", ...packages], {
    cwd: debs,
    timeout: 3600,
    ...withSignal,
  });
  const tree = join(cache, "kernels", release);
  const part = `${tree}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  say(`unpacking ${release}`);
  for (const deb of readdirSync(debs)) await run("dpkg-deb", ["-x", join(debs, deb), part], withSignal);
  renameSync(part, tree);
  rmSync(debs, { recursive: true });
  return unpacked(cache, release) ?? noImage(release, packages, tree);
}

function noImage(release: string, packages: readonly string[], tree: string): never {
  throw new ToolFailed(`no kernel image of ${release} in ${packages.join(", ")}; looked in ${tree}`);
}
