import { existsSync } from "node:fs";
import { mkdir, open, readdir, readlink, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "./database.js";
import { isLeftBehind, ownName } from "./owner.js";

/*
 * A generation is a folder that never changes: merged/<number>, made under another name and renamed into place as
 * a whole. A rename onto a folder that is there fails, so of two processes that make generation N one wins, and
 * the other starts again from what the winner made. No lock: nothing to be left behind, nobody waits.
 */

export const MERGED = "merged";
/** A link to the newest generation, for people and other programs; this library looks for the highest number. */
export const CURRENT = "current";
/** Where a generation goes that cannot be read. */
export const DAMAGED = "damaged";

const DIGITS = 6;
/** Times that a race with other processes is tried again. */
export const MAX_TRIES = 50;

export interface Generation {
  readonly nr: number;
  readonly path: string;
}

/** Generations of a results folder, newest first. */
export async function generations(folder: string): Promise<Generation[]> {
  const names = await readdir(join(folder, MERGED)).catch(() => []);
  return names
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ nr: Number(name), path: join(folder, MERGED, name) }))
    .sort((a, b) => b.nr - a.nr);
}

/**
 * Hand the newest generation that can be read to `use`; undefined if there is none. One that is damaged is put
 * aside and the one before it serves. `use` runs again if the generation was removed under it.
 *
 * @param onDamaged - told where a damaged generation was put.
 */
export async function withNewest<T>(
  folder: string,
  use: (newest: Generation | undefined) => Promise<T>,
  onDamaged: (path: string) => void,
): Promise<T> {
  for (let i = 0; i < MAX_TRIES; i++) {
    const [newest] = await generations(folder);
    if (newest === undefined) return use(undefined);
    try {
      return await use(newest);
    } catch (error) {
      if ((await generations(folder))[0]?.nr !== newest.nr) continue;
      if (!isReadError(error)) throw error;
      const aside = join(folder, DAMAGED, `${newest.nr}-${ownName()}`);
      await mkdir(join(folder, DAMAGED), { recursive: true }).catch(() => undefined);
      await rename(newest.path, aside).catch(() => Promise.reject(error));
      onDamaged(aside);
    }
  }
  throw new Error(`results folder changes all the time: ${folder}`);
}

/** Whether DuckDB met a file that is missing, cut or no Parquet. */
function isReadError(error: unknown): boolean {
  return /^(Invalid Input Error|IO Error|Serialization Error|TProtocolException|Invalid Error)/.test(
    (error as Error).message,
  );
}

/**
 * Make the generation after `base`; false if another process made it first.
 * @param write - writes the files into a folder of its own.
 */
export async function publish(
  folder: string,
  base: Generation | undefined,
  write: (into: string) => Promise<void>,
): Promise<boolean> {
  const merged = join(folder, MERGED);
  const nr = (base?.nr ?? 0) + 1;
  const into = join(merged, `tmp-${ownName()}`);
  await mkdir(into, { recursive: true });
  try {
    await write(into);
    for (const name of await readdir(into)) await sync(join(into, name));
    await sync(into);
    await rename(into, join(merged, String(nr).padStart(DIGITS, "0")));
  } catch (error) {
    await rm(into, { recursive: true, force: true }).catch(() => undefined);
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTEMPTY" || code === "EEXIST") return false;
    throw error;
  }
  await sync(merged);
  await settle(folder);
  return true;
}

/** What is to do once a generation is published, and by others where a kill came in between: link and clean. */
export async function settle(folder: string): Promise<void> {
  await point(folder);
  await tidy(folder);
}

/** Let `current` name the newest generation. Looks again after the swap: another may have been published meanwhile. */
async function point(folder: string): Promise<void> {
  for (let i = 0; i < MAX_TRIES; i++) {
    const [newest] = await generations(folder);
    if (newest === undefined) return;
    const target = `${MERGED}/${String(newest.nr).padStart(DIGITS, "0")}`;
    if ((await readlink(join(folder, CURRENT)).catch(() => "")) === target) return;
    const beside = join(folder, `tmp-${ownName()}`);
    await symlink(target, beside);
    await rename(beside, join(folder, CURRENT));
  }
}

/** Remove generations but the newest two (a reader may be at the last but one), and what dead processes began. */
async function tidy(folder: string): Promise<void> {
  const merged = join(folder, MERGED);
  for (const old of (await generations(folder)).slice(2))
    await rm(old.path, { recursive: true, force: true });
  for (const place of [merged, folder]) {
    for (const name of await readdir(place).catch(() => [])) {
      if (!name.startsWith("tmp-") || !isLeftBehind(join(place, name), name.slice(4))) continue;
      await rm(join(place, name), { recursive: true, force: true });
    }
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  await handle.sync().finally(() => handle.close());
}

/**
 * Create the tables entries, made and runs, with what a generation holds; empty without one.
 * @param key - constraint on the hash of entries; without it, one that is there twice shows.
 */
export async function loadTables(
  database: Database,
  generation: Generation | undefined,
  key = "primary key",
): Promise<void> {
  await database.run(`
    create table entries(hash varchar ${key}, cell varchar, code_digest varchar, trace_digest varchar,
      spec varchar, result varchar, "check" varchar);
    create table made(hash varchar primary key, run varchar, host varchar, made_at varchar, ms double);
    create table runs(run varchar primary key, started varchar, host varchar, "commit" varchar, dirty boolean,
      version varchar, node varchar, system varchar, cpu varchar, cores double);`);
  if (generation === undefined) return;
  for (const name of ["entries", "made", "runs"]) {
    const path = join(generation.path, `${name}.parquet`);
    if (!existsSync(path)) throw new Error(`IO Error: no such file: ${path}`);
    await database.run(`insert into ${name} select * from read_parquet($path)`, { path });
  }
}
