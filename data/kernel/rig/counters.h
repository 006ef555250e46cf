// Reads the kernel's counters into the output: one line a file, "TAG name value name value ...".
#pragma once
#include "util.h"

// Those lines of /proc/vmstat that have to do with reclaim, by how they begin.
static const char *const VMSTAT[] = {
  "pswp", "pgscan", "pgsteal", "workingset", "pgrotated", "pgmajfault", "pgfault", "pgactivate", "pgdeactivate",
  "pgrefill", "pgdemote", "pgpromote", "nr_active", "nr_inactive", "nr_free_pages ", "slabs_scanned", "pgalloc_",
  "allocstall", "kswapd", "pageoutrun", "nr_page_table", "nr_slab", "numa_", "pgmigrate", "swpin", "swpout", "pgpgin",
  "pgpgout", "pginodesteal", "nr_dirtied", "nr_written", "nr_vmscan", "pgreuse", "lru_gen", "nr_file_pages",
  "nr_anon_pages", "drop_", NULL,
};

static int begins_with_any(const char *line, const char *const *prefixes) {
  for (; *prefixes; prefixes++)
    if (!strncmp(line, *prefixes, strlen(*prefixes))) return 1;
  return 0;
}

// A file of "name value" lines, all of them or those that begin with one of the prefixes.
static void counters(const char *tag, const char *path, const char *const *prefixes) {
  slurp(path, big, sizeof big);
  out("%s", tag);
  for (char *line = strtok(big, "\n"); line; line = strtok(NULL, "\n"))
    if (!prefixes || begins_with_any(line, prefixes)) out(" %s", line);
  out("\n");
}

// The generations of one memcg (debugfs lru_gen): "LG | node 0 | seq age anon file | ...".
static void generations(const char *memcg) {
  if (slurp("/sys/kernel/debug/lru_gen", big, sizeof big) < 0) return;
  int ours = 0;
  out("LG");
  for (char *line = strtok(big, "\n"); line; line = strtok(NULL, "\n")) {
    if (!strncmp(line, "memcg", 5)) {
      char *name = strrchr(line, ' ');
      ours = name && !strcmp(name + 1, memcg);
      continue;
    }
    if (!ours) continue;
    out(" |");
    for (char *c = line; *c; c++)
      if (*c != ' ' || (c > line && c[-1] != ' ')) out("%c", *c);
  }
  out("\n");
}

static long value_in(const char *folder, const char *file) {
  char path[192], text[64];
  snprintf(path, sizeof path, "%s/%s", folder, file);
  slurp(path, text, sizeof text);
  return atol(text);
}

// Everything at one checkpoint. `folder` is the memcg's, "" if the run has none; `memcg` its name as lru_gen has it.
static void read_counters(const char *folder, const char *memcg) {
  char path[192];
  if (folder[0]) {
    out("MC current %ld", value_in(folder, "memory.current"));
    out(" swap %ld", value_in(folder, "memory.swap.current"));
    out(" peak %ld\n", value_in(folder, "memory.peak"));
    snprintf(path, sizeof path, "%s/memory.stat", folder);
    counters("MS", path, NULL);
    snprintf(path, sizeof path, "%s/memory.events", folder);
    counters("ME", path, NULL);
  }
  counters("VM", "/proc/vmstat", VMSTAT);
  if (number_of("mode", 7)) generations(memcg);
}
