import { basename } from "node:path";
import { inputError } from "../../util/error.js";
import type { AddressSpace } from "../record/address-space.js";
import type { Recorder } from "../record/recorder.js";

/** First page behind the addresses of user space (47 bits). */
export const USER_PAGES: number = 2 ** 35;

/** A mapping of all of user space as anonymous memory: what is known before a log says more. */
export const ALL_ANONYMOUS: Parameters<AddressSpace["map"]>[0] = {
  start: 0,
  end: USER_PAGES,
  file: -1,
  offset: 0,
  isPrivate: true,
  exec: false,
};

/** Name of the trace in a file: the file's, without folders and endings. */
export function nameOf(path: string): string {
  return (
    basename(path)
      .replace(/\.(gz|zst)$/, "")
      .replace(/\.\w+$/, "") || "trace"
  );
}

/** @throws InputError if a log had no access in it. */
export function checkRecorded(recorder: Recorder, path: string, expected: string): void {
  if (recorder.records.length === 0) inputError(`empty trace file: ${path}; expected ${expected} in it`);
}
