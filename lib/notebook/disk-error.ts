import { inputError } from "../util/error.js";

const REMEDY: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space",
  EDQUOT: "the quota is used up; free some space",
  EROFS: "the file system is read-only; choose another folder",
  EACCES: "no permission; choose another folder",
  EPERM: "no permission; choose another folder",
  ENOTDIR: "a file stands where a folder should be; choose another folder",
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
