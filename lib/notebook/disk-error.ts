import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inputError } from "../util/error.js";

const REMEDY: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space",
  EDQUOT: "the quota is used up; free some space",
  EROFS: "the file system is read-only; choose another folder",
  EACCES: "no permission; choose another folder",
  EPERM: "no permission; choose another folder",
  ENOTDIR: "a file stands where a folder should be; choose another folder",
  // What Node reports when a folder cannot be made on a read-only file system.
  ENOENT: "the folder cannot be made (a read-only file system?); choose another folder",
  EEXIST: "a file stands where the folder should be; choose another folder",
};

/** Do some writing below `outDir`; what goes wrong with the disk becomes an InputError that says what to do. */
export function writing<T>(outDir: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code = "", path = outDir } = error as NodeJS.ErrnoException;
    if (!(code in REMEDY)) throw error;
    inputError(`cannot write the report: ${path} (${code}); ${REMEDY[code]}`);
  }
}

/** Make a folder if it is missing, and make sure, before the long work, that files can be written there. */
export function writableFolder(folder: string): void {
  writing(folder, () => {
    mkdirSync(folder, { recursive: true });
    const probe = join(folder, ".writable");
    writeFileSync(probe, "");
    rmSync(probe);
  });
}
