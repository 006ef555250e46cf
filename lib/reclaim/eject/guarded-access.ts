/*
 * What a guarded policy reaches: the same objects behind stand-ins, where each call costs fuel, and each folio that is handled
 * must be the policy's own.
 */
import type { Folio } from "../../mm/folio.js";
import type { FolioLists } from "../../mm/lists.js";
import { PlainList } from "../../mm/plain-lists.js";
import type { LruvecContext } from "../ops.js";
import type { ScanControl } from "../scan-control.js";
import type { Guard } from "./guard.js";

type Call = (...args: never[]) => unknown;
type Calls = Readonly<Record<string, Call>>;

/** What stands behind a stand-in. */
const behind = new WeakMap<object, object>();

const real = <T extends object>(object: T): T => (behind.get(object) as T | undefined) ?? object;

/** A stand-in for an object: its calls cost fuel, some of them are done otherwise. */
function standIn<T extends object>(guard: Guard, target: T, instead: Calls): T {
  const calls = new Map<PropertyKey, unknown>();
  const proxy: T = new Proxy(target, {
    get(_target, key) {
      const value = Reflect.get(target, key) as unknown;
      if (typeof value !== "function") return value;
      const known = calls.get(key);
      if (known !== undefined) return known;
      const call = Object.hasOwn(instead, key)
        ? instead[key as string]
        : (...args: never[]) => {
            guard.spend();
            return (value as Call).apply(target, args);
          };
      calls.set(key, call);
      return call;
    },
    set: (_target, key, value) => Reflect.set(target, key, value),
  });
  behind.set(proxy, target);
  return proxy;
}

export function guardLists(guard: Guard, lists: FolioLists): FolioLists {
  guard.lists = lists;
  const checkClass = (klass: number, folio: Folio): void => {
    if (lists instanceof PlainList) return; // it has one, and does not ask
    if (!(Number.isInteger(klass) && klass >= 0 && klass < lists.nrClasses)) {
      guard.fail(`no class ${String(klass)}; there are ${lists.nrClasses}`, folio);
    }
  };
  return standIn(guard, lists, {
    add(folio: Folio, klass: number) {
      guard.handle(folio, "lists");
      checkClass(klass, folio);
      lists.add(folio, klass);
      guard.unlisted(folio, false);
    },
    addTail(folio: Folio, klass: number) {
      guard.handle(folio, "lists");
      checkClass(klass, folio);
      lists.addTail(folio, klass);
      guard.unlisted(folio, false);
    },
    addBehind(folio: Folio, newer: Folio, klass: number) {
      guard.handle(folio, "lists");
      checkClass(klass, folio);
      if (newer >= 0) guard.handle(newer, "lists a folio behind");
      lists.addBehind(folio, newer, klass);
      guard.unlisted(folio, false);
    },
    remove(folio: Folio) {
      guard.handle(folio, "unlists");
      lists.remove(folio);
      guard.unlisted(folio, true);
    },
    assign(folio: Folio, klass: number) {
      guard.handle(folio, "assigns");
      checkClass(klass, folio);
      lists.assign(folio, klass);
    },
    move(folio: Folio, klass: number, tail?: boolean) {
      guard.handle(folio, "moves");
      checkClass(klass, folio);
      lists.move(folio, klass, tail);
    },
    settle(folio: Folio, klass: number) {
      guard.handle(folio, "settles");
      checkClass(klass, folio);
      return lists.settle(folio, klass);
    },
  });
}

export function guardScan(guard: Guard, sc: ScanControl): ScanControl {
  return standIn(guard, sc, {
    take(folio: Folio, lists: FolioLists) {
      guard.handle(folio, "offers");
      if (sc.nrTaken >= sc.batch.length) guard.fail("offers more than the batch holds; ask sc.more()", folio);
      const taken = sc.take(folio, real(lists));
      if (taken) guard.release(folio);
      else guard.refused = true;
      return taken;
    },
  });
}

export function guardContext(guard: Guard, ctx: LruvecContext): LruvecContext {
  const guarded: LruvecContext = {
    ...ctx,
    newLists: (nrClasses, options) => guardLists(guard, ctx.newLists(nrClasses, options)),
    newGhosts: (nrLists) => standIn(guard, ctx.newGhosts(nrLists), {}),
    random: standIn(guard, ctx.random, {}),
  };
  for (const [name, call] of Object.entries(ctx)) {
    if (typeof call !== "function" || ["newLists", "newGhosts", "newGenerations"].includes(name)) continue;
    const counted = (...args: never[]): unknown => {
      guard.spend();
      return (call as Call).apply(guarded, args);
    };
    Object.assign(guarded, { [name]: counted });
  }
  return guarded;
}
