export { clock } from "./clock.js";
export { fifo } from "./fifo.js";
export { lru } from "./lru.js";
export { mglru } from "./mglru.js";
export { plainLru } from "./plain-lru.js";
export { random } from "./random.js";
export { s3Fifo } from "./s3-fifo.js";
export { sieve } from "./sieve.js";
