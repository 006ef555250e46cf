/** The bound that knows the future; it is no policy, and has no file here. */
export const OFFLINE_BOUND = "min";

/** Other names, in lower case and without hyphens. In cells `lru` is the kernel's; the textbook's is plain-lru. */
export const ALIASES: Readonly<Record<string, string>> = {
  "2q": "two-q",
  activeinactive: "lru",
  belady: OFFLINE_BOUND,
  opt: OFFLINE_BOUND,
  fiforeinsertion: "clock",
  secondchance: "clock",
  lru2: "lru-k",
  lrugen: "mglru",
  multigenlru: "mglru",
};

/** What `run --mode cache` takes otherwise: who caches objects means by LRU the textbook's. */
export const IN_A_CACHE: Readonly<Record<string, string>> = { lru: "plain-lru" };

/** What the kernel's two lists are called where `lru` is the textbook's. */
export const TWO_LISTS = "active-inactive";
