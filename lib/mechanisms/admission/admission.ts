/*
 * The slot in front of a cache: who may come in at all, when somebody would have to go for it.
 *
 *   miss, memory full -> wants? -> the policy's victim -> prefers? -> exchange
 *                          `- no --------------------------`- no: served, not kept; the victim stays
 *
 * A cache can serve a request and keep nothing. A kernel cannot: a page that is faulted on must be mapped.
 *
 * Source: Einziger, Friedman and Manes, TinyLFU: a highly efficient cache admission policy, ACM Trans. Storage 13(4), 2017.
 * Differs from it: with room left, everybody comes in.
 */
import { doorkeeper } from "./doorkeeper.js";
import { PageHashes } from "./page-hashes.js";
import { tinyLfu } from "./tiny-lfu.js";

/** What is in the slot. */
export interface Admission {
  /** A request for `page`, resident or not, as far as it is told. Comes before the other two. */
  note(page: number): void;
  /** May it come in, whoever goes? Asked before a victim is looked for. */
  wants(page: number): boolean;
  /** May it come in for `victim`? If not, the victim goes back to where it was. */
  prefers(page: number, victim: number): boolean;
}

export const ADMISSIONS = ["off", "doorkeeper", "tinylfu"] as const;
export type AdmissionName = (typeof ADMISSIONS)[number];

/** Everybody may come in. */
export const NO_ADMISSION: Admission = { note() {}, wants: () => true, prefers: () => true };

/** @param max - Objects that the cache holds. @param nrObjects - Objects that there are. */
export function admissionOf(name: AdmissionName, max: number, nrObjects: number): Admission {
  if (name === "off") return NO_ADMISSION;
  const hashes = new PageHashes(nrObjects);
  return name === "doorkeeper" ? doorkeeper(max, hashes) : tinyLfu(max, hashes);
}
