/** Other names, in lower case and without hyphens. `lru` is the kernel's, as everywhere here: the textbook's is plain-lru. */
export const ALIASES: Readonly<Record<string, string>> = {
  "2q": "two-q",
  belady: "min",
  opt: "min",
  fiforeinsertion: "clock",
  secondchance: "clock",
  lru2: "lru-k",
  lrugen: "mglru",
  multigenlru: "mglru",
};
