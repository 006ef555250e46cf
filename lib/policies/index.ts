export { clock } from "./clock.js";
export { fifo } from "./fifo.js";
export { lru } from "./lru.js";
export { mglru } from "./mglru.js";
export { random } from "./random.js";
export { sieve } from "./sieve.js";
