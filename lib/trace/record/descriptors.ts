/** An open file description: which file, and where the next read or write starts. */
export interface Description {
  /** Path, absolute; also for folders. */
  readonly path: string;
  /** Id of the file; -1 if it is no regular file. */
  readonly file: number;
  /** Offset in bytes. */
  position: number;
}

/** O_APPEND on Linux x86-64. */
export const O_APPEND: number = 0o2000;

/** Tracks the descriptors of one process. Descriptors that were inherited are unknown and ignored. */
export class Descriptors {
  private readonly open = new Map<number, Description>();

  get(fd: number): Description | undefined {
    return this.open.get(fd);
  }

  set(fd: number, description: Description): void {
    this.open.set(fd, description);
  }

  /** `to` becomes another name of the description behind `from`. */
  dup(from: number, to: number): void {
    const description = this.open.get(from);
    if (description === undefined) this.open.delete(to);
    else this.open.set(to, description);
  }

  close(fd: number): void {
    this.open.delete(fd);
  }
}
