/*
 * One measurement of `bench/cache.ts`, in a process of its own: the compiler has seen nothing before. Prints one JSON object:
 * CPU seconds of reading the trace and running it, requests and misses. Not TypeScript: what translates it while it loads is
 * still being compiled, on another thread, when the measurement has begun.
 *
 *   read TRACE                        the floor: read the file, add up the records
 *   cache TRACE POLICY OBJECTS PAGES  a plain cache; with a fifth argument, after every other policy has run a while
 *   kernel TRACE POLICY PAGES         the full kernel model
 *   bytes - PAGES MEMORY              what the kernel model's typed arrays take: `requests` are bytes
 */
import { closeSync, openSync, readSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as lab from "../dist/index.js";
import { compileLoop } from "../dist/reclaim/cache/cache-loop.js";
import { boot } from "../dist/sim/machine.js";
import { resolvePolicy } from "../dist/sim/resolve-policy.js";
import { bootCache } from "../dist/sim/run-cache.js";

/** @type {string[]} */
const [, , kind, file, ...rest] = process.argv;
/** Records that are read at a time: 256 KiB stay in the cache until they are used. */
const CHUNK = 1 << 16;

/** Read the file's records piece by piece. Returns how many there were. */
function read(use) {
  const fd = openSync(file, "r");
  const records = new Int32Array(CHUNK);
  const bytes = new Uint8Array(records.buffer);
  let total = 0;
  for (let nr = readSync(fd, bytes); nr > 0; nr = readSync(fd, bytes)) {
    use(records, nr >> 2);
    total += nr >> 2;
  }
  closeSync(fd);
  return total;
}

function sum(records, nr) {
  let all = 0;
  for (let i = 0; i < nr; i++) all = (all + records[i]) | 0;
  return all;
}

async function cache(name, objects, pages) {
  const machine = bootCache({ memoryMax: objects, set: {}, seed: 1 }, await resolvePolicy({ name }), pages);
  const loop = compileLoop(machine);
  read((records, nr) => loop(records, 0, nr));
  return machine.misses;
}

/** Every policy but one, on the first requests of a small stream: their code is loaded, compiled and has left its traces. */
async function loadOthers(name) {
  const objects = Int32Array.from({ length: 400_000 }, (_, i) => (i * 7919 + ((i * i) >> 5)) & 1023);
  const names = Object.values(lab.policies).map((make) => make().name);
  for (const other of names.filter((n) => n !== name)) {
    const machine = bootCache(
      { memoryMax: 300, set: {}, seed: 1 },
      await resolvePolicy({ name: other }),
      1024,
    );
    compileLoop(machine)(objects, 0, objects.length);
  }
}

/** Bytes of the typed arrays of a machine that has just been booted, those of its trace's address map included. */
function bytesOf(pages, memoryMax) {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc");
  const params = { N: pages, T: 1000, pw: 0 };
  const trace = lab.generateTrace({ generated: "uniform", params, seed: 1, region: "anon" });
  const cell = { memoryMax, profile: "6.12", set: {}, swap: "zram", swappiness: 60, seed: 1 };
  collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  const machine = boot(cell, trace, lab.policies.mglru());
  collectGarbage();
  const bytes = process.memoryUsage().arrayBuffers - before;
  if (machine.killed) throw new Error("unused"); // the machine is alive until here
  return bytes;
}

async function measure() {
  let misses = 0;
  let start = process.cpuUsage();
  const seconds = () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  };
  if (kind === "bytes") return { requests: bytesOf(Number(rest[0]), Number(rest[1])), misses: 0, seconds: 0 };
  if (kind === "cache") {
    const [name, objects, pages, others] = rest;
    if (others !== undefined) await loadOthers(name);
    start = process.cpuUsage();
    misses = await cache(name, Number(objects), Number(pages));
  } else if (kind === "kernel") {
    const [name, memoryMax] = rest;
    const trace = await lab.openTrace({ recorded: file, pages: { format: "rig" } });
    const cell = { profile: "6.12", set: {}, swap: "zram", swappiness: 60, seed: 1 };
    start = process.cpuUsage();
    read(sum);
    const policy = await resolvePolicy({ name });
    misses = lab.simulate({ ...cell, memoryMax: Number(memoryMax) }, trace, policy).counters.nr_alloc;
    return { requests: trace.records.length, misses, seconds: seconds() };
  } else {
    return { requests: read(sum), misses, seconds: seconds() };
  }
  const spent = seconds();
  return { requests: read(() => {}), misses, seconds: spent };
}

console.log(JSON.stringify(await measure()));
