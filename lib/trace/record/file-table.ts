import { realpathSync, statSync } from "node:fs";
import { relative } from "node:path";

/** A file seen in a recording. */
export interface SeenFile {
  /** Path; relative for files of the workload. */
  readonly name: string;
  /** Length in pages, at least up to the last page seen. */
  nr: number;
}

/**
 * The files of a recording. A path names one file until it is unlinked or replaced by a rename; after that the
 * same path is another file.
 */
export class FileTable {
  readonly files: SeenFile[] = [];
  private readonly byPath = new Map<string, number>();
  private readonly fdIds = new Map<number, number>();
  /** File and page of each fd page id. */
  readonly fdPages: { readonly file: number; readonly page: number }[] = [];

  /** @param looks - False: paths are names of another machine, or of another time; nothing is looked up on this one. */
  constructor(
    private readonly folder: string,
    private readonly looks: boolean = true,
  ) {}

  /** Id of the file at an absolute path; -1 if it is no regular file. A path that is gone counts as a file. */
  open(path: string): number {
    const special = /^\/(dev|proc|sys)\//.test(path) || !path.startsWith("/");
    if (special) return -1;
    const { real, nr } = this.looks ? lookUp(path) : { real: path, nr: 0 };
    if (nr < 0) return -1;
    let id = this.byPath.get(real);
    if (id === undefined) {
      id = this.files.length;
      const below = real.startsWith(`${this.folder}/`);
      this.files.push({ name: below ? relative(this.folder, real) : real, nr: 0 });
      this.byPath.set(real, id);
    }
    this.files[id]!.nr = Math.max(this.files[id]!.nr, nr);
    return id;
  }

  unlink(path: string): void {
    this.byPath.delete(path);
  }

  rename(from: string, to: string): void {
    const id = this.byPath.get(from);
    this.byPath.delete(from);
    if (id === undefined) this.byPath.delete(to);
    else this.byPath.set(to, id);
  }

  /** Id of a page that is read or written through a descriptor. */
  fdPage(file: number, page: number): number {
    const key = file * 2 ** 32 + page;
    let id = this.fdIds.get(key);
    if (id === undefined) {
      id = this.fdPages.length;
      this.fdPages.push({ file, page });
      this.fdIds.set(key, id);
    }
    const seen = this.files[file]!;
    seen.nr = Math.max(seen.nr, page + 1);
    return id;
  }
}

/** The path without links, and the length in pages; -1 if it is no regular file. */
function lookUp(path: string): { real: string; nr: number } {
  let real = path;
  try {
    real = realpathSync(path);
    const stat = statSync(real);
    return { real, nr: stat.isFile() ? Math.ceil(stat.size / 4096) : -1 };
  } catch {
    // A temporary file may be unlinked before its line of the log is read.
    return { real, nr: 0 };
  }
}
