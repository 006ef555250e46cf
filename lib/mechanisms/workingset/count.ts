import { ANON, type MemType } from "../../mm/folio.js";
import type { Lruvec } from "../../mm/lruvec.js";
import type { Host } from "../host.js";

/** Count an evicted page that came back. */
export function countRefault({ stat }: Host, type: MemType, nr: number): void {
  if (type === ANON) stat.workingset_refault_anon += nr;
  else stat.workingset_refault_file += nr;
}

/** Count a refault that was recent enough to be working set. */
export function countActivate({ stat }: Host, lruvec: Lruvec, type: MemType, nr: number): void {
  lruvec.noteActivated(type, nr);
  if (type === ANON) stat.workingset_activate_anon += nr;
  else stat.workingset_activate_file += nr;
}

/** Count an activated refault of a page that had been working set before. */
export function countRestore({ stat }: Host, type: MemType, nr: number): void {
  if (type === ANON) stat.workingset_restore_anon += nr;
  else stat.workingset_restore_file += nr;
}
