import { PG_WORKINGSET } from "../../mm/folio.js";
import type { Balance } from "../balance/balance.js";
import type { Host } from "../host.js";
import { countRefault } from "./count.js";
import { packShadow, shadowWorkingset } from "./shadow.js";
import type { Workingset } from "./workingset.js";

/** Off: a page comes back as if new. Refaults are counted, and that of a once active page costs the balance. */
export function noWorkingset(host: Host, balance: Balance): Workingset {
  const { folios } = host;
  return {
    evict(folio) {
      host.lruvecOf(folio).age(folios.nrPages[folio]!);
      return packShadow(0, 0, (folios.flags[folio]! & PG_WORKINGSET) !== 0);
    },
    refault(folio, shadow) {
      const type = folios.type(folio);
      const nr = folios.nrPages[folio]!;
      countRefault(host, type, nr);
      if (shadowWorkingset(shadow)) balance.noteRefault(host.lruvecOf(folio), type, nr);
    },
  };
}
