import type { Host } from "../host.js";
import { countRefault } from "./count.js";
import { packShadow } from "./shadow.js";
import type { Workingset } from "./workingset.js";

/** Off: refaults are counted, and that is all. The page comes back as if new. */
export function noWorkingset(host: Host): Workingset {
  const { folios } = host;
  return {
    evict(folio) {
      host.lruvecOf(folio).nonresidentAge += folios.nrPages[folio]!;
      return packShadow(0, 0, false);
    },
    refault: (folio) => countRefault(host, folios.type(folio), folios.nrPages[folio]!),
  };
}
