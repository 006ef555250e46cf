import type { Folio } from "../../mm/folio.js";
import type { Verdict } from "../ops.js";

/** What a policy did wrong, and where. */
export interface Fault {
  readonly policy: string;
  /** The hook that was running. */
  readonly hook: string;
  /** The folio that the hook was called for, or the last that it handled; null if there was none. */
  readonly folio: Folio | null;
  /** The page that the folio held (in a cache: the object); null if none. */
  readonly page: number | null;
  /** One line. */
  readonly reason: string;
  /** A clock said so: the hook asked for nothing and did not come back. Another machine may find another call. */
  readonly byClock?: true;
}

/** A fault as one line: `policy mine: place(folio 12, page 34): left the folio on no list`. */
export function faultText({ policy, hook, folio, page, reason }: Fault): string {
  const named = [folio !== null ? [`folio ${folio}`] : [], page !== null ? [`page ${page}`] : []].flat();
  return `policy ${policy}: ${hook}(${named.join(", ")}): ${reason}`;
}

/** A policy was ejected. */
export interface Ejection extends Fault {
  /** Number of the record, from 1 on, during which it happened. */
  readonly at: number;
  /** The policy that took over. */
  readonly fallback: string;
  /** Whose policy it was, where there are several memcgs or nodes. */
  readonly memcg?: string;
  readonly node?: number;
}

/** An ejection as one line, with where and when. */
export function ejectionText(ejection: Ejection): string {
  const { memcg, node, at, fallback } = ejection;
  const place = memcg === undefined ? "" : ` in memcg ${memcg}${node === 0 ? "" : ` on node ${node}`}`;
  return `${faultText(ejection)}; ejected${place} at record ${at}, ${fallback} took over`;
}

/** A policy broke its contract. */
export class PolicyFault extends Error {
  override readonly name: string = "PolicyFault";

  constructor(readonly fault: Fault) {
    super(faultText(fault));
  }
}

const VERDICTS: readonly Verdict[] = ["reclaim", "keep", "activate"];

export const isVerdict = (answer: unknown): answer is Verdict => VERDICTS.includes(answer as Verdict);

/** Why that is wrong which `checkReferences` answered. */
export function wrongVerdict(answer: unknown): string {
  const shown = typeof answer === "object" ? JSON.stringify(answer) : String(answer);
  return `answers ${shown}, which is no verdict; one of ${VERDICTS.join(", ")}`;
}
