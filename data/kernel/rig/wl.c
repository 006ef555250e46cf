// wl.c - the rig's guest program, started by /init. It replays every line of the run list, each in a fresh memcg,
// and writes the kernel's counters at each checkpoint to the output disk.
//
// Disks (virtio): vda traces, vdb the data file's ext4 (or WLDATA=/dev/ram0), vdc swap, vdd output, vde run list.
// A line of the run list is key=value tokens; README.md names them. The replaying child waits at each checkpoint until
// the parent, outside of the memcg, has read the counters.
//
// Output: BOOT, CMDLINE, UPTIME, MEMINFO; for each run RUN <tokens>, a CK line with its counters a checkpoint, END.
#include "util.h"

#include "counters.h"
#include "replay.h"

#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/wait.h>

static const char *data_disk = "/dev/vdb", *swap_disk = "/dev/vdc", *out_disk = "/dev/vdd", *run_disk = "/dev/vde";

// Nothing of the run before stays: no swap, no zram pages, no cached file pages and, by the umount, no shadow entries.
static void forget(void) {
  umount("/mnt");
  swapoff("/dev/zram0");
  swapoff(swap_disk);
  put("/sys/block/zram0/reset", "1");
  sync();
  put("/proc/sys/vm/drop_caches", "3");
}

static void apply_settings(void) {
  long mode = number_of("mode", 7);
  char queue[64];
  put("/sys/kernel/mm/lru_gen/min_ttl_ms", "%ld", (long)number_of("ttl", 0));
  if (put("/sys/kernel/mm/lru_gen/enabled", "%ld", mode)) printf("lru_gen/enabled: %s\n", strerror(errno));
  put("/proc/sys/vm/swappiness", "%ld", (long)number_of("swpn", 60));
  put("/proc/sys/vm/page-cluster", "0");
  put("/sys/kernel/debug/fault_around_bytes", "%ld", (long)number_of("fa", 4096)); // 4096 = off
  snprintf(queue, sizeof queue, "/sys/block/%s/queue/read_ahead_kb", strrchr(data_disk, '/') + 1);
  put(queue, "%ld", (long)number_of("ra", 0)); // 0 = no readahead
}

static void swap_on(const char *disk) {
  char command[128];
  snprintf(command, sizeof command, "mkswap %s >/dev/null", disk);
  if (system(command) || swapon(disk, 0)) die(disk);
}

static void prepare(const char *swap) {
  forget();
  apply_settings();
  if (number_of("nf", 0) && mount(data_disk, "/mnt", "ext4", MS_NOATIME, "")) die("mount of the data disk");
  if (!strcmp(swap, "zram")) {
    put("/sys/block/zram0/disksize", "%ldM", (long)number_of("zramsz", 768));
    swap_on("/dev/zram0");
  } else if (!strcmp(swap, "disk")) swap_on(swap_disk);
}

// Start the replayer and write a block of lines a checkpoint until it has ended. Its wait status.
static int measure(const char *folder, const char *memcg, struct checkpoint *c) {
  int up[2], down[2], status;
  uint64_t count = number_of("tcnt", 0);
  if (pipe(up) || pipe(down)) die("pipe");
  fflush(stdout);
  pid_t pid = fork();
  if (pid < 0) die("fork");
  if (!pid) {
    close(up[0]);
    close(down[1]);
    replay(down[0], up[1], folder);
  }
  close(up[1]);
  close(down[0]);
  while (read(up[0], c, sizeof *c) == sizeof *c) { // ends early if the OOM killer takes the child
    out("CK i %llu ns %llu", (unsigned long long)c->i, (unsigned long long)c->ns);
    out(" minflt %ld majflt %ld nvcsw %ld nivcsw %ld\n", c->minflt, c->majflt, c->nvcsw, c->nivcsw);
    read_counters(folder, memcg);
    if (write(down[1], "x", 1) != 1 || c->i == count) break;
  }
  if (!strcmp(text_of("swap", "zram"), "zram")) counters("ZR", "/sys/block/zram0/mm_stat", NULL);
  if (write(down[1], "x", 1) != 1) status = 0; // the child is gone: waitpid tells why
  waitpid(pid, &status, 0);
  close(up[0]);
  close(down[1]);
  return status;
}

static void one_run(void) {
  static int number;
  char folder[96] = "", memcg[96] = "/", path[160], enabled[32];
  long limit = number_of("limit", 0); // pages
  uint64_t start = now_ns();
  number++;
  prepare(text_of("swap", "zram"));
  if (number_of("memcg", 1)) {
    snprintf(folder, sizeof folder, "/sys/fs/cgroup/w%d", number);
    snprintf(memcg, sizeof memcg, "/w%d", number);
    snprintf(path, sizeof path, "%s/memory.max", folder);
    if (mkdir(folder, 0755)) die("mkdir of the memcg");
    if (limit && put(path, "%ld", limit * (long)PG)) die("memory.max");
  }
  slurp("/sys/kernel/mm/lru_gen/enabled", enabled, sizeof enabled);
  enabled[strcspn(enabled, "\n")] = 0;
  out("RUN %s enabled=%s\n", runline, enabled);
  struct checkpoint c = {0};
  int status = measure(folder, memcg, &c);
  double wall = (now_ns() - start) / 1e9;
  out("END status %d wall_ns %llu\n", status, (unsigned long long)(now_ns() - start));
  out_flush();
  umount("/mnt");
  if (folder[0] && rmdir(folder)) printf("rmdir %s: %s\n", folder, strerror(errno));
  printf("[%ld] %s mode=%ld limit=%ld", (long)number_of("id", 0), text_of("wl", "?"), (long)number_of("mode", 7), limit);
  printf(" rep=%ld run %.2fs wall %.2fs majflt %ld st %d\n", (long)number_of("rep", 0), c.ns / 1e9, wall, c.majflt, status);
  fflush(stdout);
}

// One line of /proc text; newlines inside become blanks.
static void fact(const char *tag, const char *path) {
  slurp(path, big, 4096);
  for (char *c = big; *c; c++)
    if (*c == '\n') *c = ' ';
  out("%s %s\n", tag, big);
}

int main(void) {
  static char runs[2 << 20];
  if (getenv("WLDATA")) data_disk = getenv("WLDATA");
  signal(SIGPIPE, SIG_IGN); // a child that the OOM killer takes must not take the runner along
  setvbuf(stdout, NULL, _IOLBF, 0);
  out_open(out_disk);
  if (slurp(run_disk, runs, sizeof runs) < 0) die("run list");
  put("/sys/kernel/mm/transparent_hugepage/enabled", "never");
  mkdir("/mnt", 0755);
  fact("BOOT", "/proc/version");
  fact("CMDLINE", "/proc/cmdline");
  fact("UPTIME", "/proc/uptime");
  fact("MEMINFO", "/proc/meminfo");
  out_flush();
  for (char *line = runs; line && *line;) {
    char *newline = strchr(line, '\n');
    if (newline) *newline = 0;
    if (*line && *line != '#') {
      snprintf(runline, sizeof runline, "%.4095s", line);
      one_run();
    }
    line = newline ? newline + 1 : NULL;
  }
  out("DONE\n");
  out_flush();
  printf("DONE\n");
  sync();
  return 0;
}
