// The process whose memory is measured: it joins the memcg, maps its regions and replays the trace.
//
// Trace record: uint32 LE. bit 31 = store, bit 30 = region (0 anonymous, 1 file), bits 0..27 = page of its region.
#pragma once
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "util.h"

#define BUFFER (16 * 1024) // bytes of trace a read: 4096 records
#define MIB2 (2ul << 20)   // memory that one page table maps
#define ODD 0x9e3779b97f4a7c15ull

extern char __executable_start, end; // the linker's: first and last byte of the program

// What the replayer has done, told to the parent at each checkpoint.
struct checkpoint {
  uint64_t i, ns;
  long minflt, majflt, nvcsw, nivcsw;
  uint64_t sum;
};

static const char *trace_disk = "/dev/vda";

// Address space of a region, its first page `off` pages past a 2 MiB boundary. Without this the kernel chooses a place that
// moves at each boot, and with it which pages share a page table (zipf10_a, mode 1: 18,050 to 18,304 refaults).
static char *place(size_t pages) {
  size_t bytes = pages * PG;
  char *found = mmap(NULL, bytes + 2 * MIB2, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (found == MAP_FAILED) return NULL;
  munmap(found, bytes + 2 * MIB2);
  return (char *)(((uintptr_t)found + MIB2 - 1) & ~(MIB2 - 1)) + number_of("off", 0) * PG;
}

// Memory of the replayer's own, which reclaim must not take: it shows as `unevictable`.
static void *pinned(size_t bytes) {
  void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (p == MAP_FAILED || mlock(p, bytes)) _exit(42);
  return p;
}

// All pages of the program mapped before the first checkpoint: a late one costs a fault and perhaps a page table.
static void touch_program(void) {
  for (char *p = &__executable_start; p < &end; p += PG) (void)*(volatile char *)p;
}

static char *map_anon(size_t pages) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
  char *p = mmap(place(pages), pages * PG, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (p == MAP_FAILED) _exit(43);
  return p;
}

static char *map_file(int fd, size_t pages) {
  char *p = mmap(place(pages), pages * PG, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
  if (p == MAP_FAILED) _exit(45);
  int advice = number_of("madv", 0);
  if (advice) madvise(p, pages * PG, advice);
  return p;
}

static void checkpoint(int to_parent, int from_parent, uint64_t i, uint64_t start, uint64_t sum) {
  struct rusage u;
  char go;
  getrusage(RUSAGE_SELF, &u);
  struct checkpoint c = {i, now_ns() - start, u.ru_minflt, u.ru_majflt, u.ru_nvcsw, u.ru_nivcsw, sum};
  if (write(to_parent, &c, sizeof c) != sizeof c || read(from_parent, &go, 1) != 1) _exit(47);
}

// A first touch fills 512 bytes whatever the record says: a load would only map the shared zero page.
static void first_touch(char *base, volatile uint64_t *word, uint32_t page) {
  for (int k = 0; k < 512; k += 8) ((volatile uint64_t *)base)[k] = (page + 1) * ODD + k;
  *word = page + 1;
}

static void replay(int from_parent, int to_parent, const char *memcg) {
  size_t na = number_of("na", 0), nf = number_of("nf", 0), stride = number_of("stride", 1);
  uint64_t offset = number_of("toff", 0), count = number_of("tcnt", 0), checkpoints = number_of("ck", 10);
  uint64_t nap = number_of("nap", 0);
  int through_fd = !strcmp(text_of("fm", "mmap"), "pread");
  if (memcg[0]) {
    char path[160];
    snprintf(path, sizeof path, "%s/cgroup.procs", memcg);
    if (put(path, "0")) _exit(41);
  }
  uint32_t *records = pinned(BUFFER);
  char *buffer = pinned(PG);
  uint8_t *seen = pinned((na / 8 + PG) & ~(PG - 1)); // one bit an anonymous page: touched before
  char *anon = na ? map_anon(na * stride) : NULL, *file = NULL;
  int fd = -1;
  if (nf) {
    fd = open("/mnt/data.bin", O_RDWR);
    if (fd < 0) _exit(44);
    if (!through_fd) file = map_file(fd, nf);
  }
  int trace = open(trace_disk, O_RDONLY | O_DIRECT);
  if (trace < 0) _exit(46);
  touch_program();
  uint64_t step = count / checkpoints, next = 0, start = now_ns(), sum = 0;
  for (uint64_t i = 0; i <= count; i++) {
    if (i == next || i == count) { // the one at 0 is before the first access
      checkpoint(to_parent, from_parent, i, start, sum);
      next += step;
      if (i == count) break;
    }
    if (i % (BUFFER / 4) == 0 && pread(trace, records, BUFFER, offset + i * 4) <= 0) _exit(48);
    if (nap && i % nap == 0) nanosleep(&(struct timespec){0, 1000}, NULL);
    uint32_t record = records[i % (BUFFER / 4)], page = record & 0x0fffffff;
    int store = record >> 31;
    uint64_t inside = (page * 40503u & 63) * 64; // the byte of the page, spread over cache lines
    if (!(record & 0x40000000)) {
      char *base = anon + page * stride * PG;
      volatile uint64_t *word = (volatile uint64_t *)(base + inside);
      if (!(seen[page >> 3] >> (page & 7) & 1)) {
        seen[page >> 3] |= 1 << (page & 7);
        first_touch(base, word, page);
      } else if (store) *word = *word + 1;
      else sum += *word;
    } else if (through_fd) {
      uint64_t at = page * PG + inside;
      if ((store ? pwrite(fd, buffer, 64, at) : pread(fd, buffer, 64, at)) != 64) _exit(49);
    } else {
      volatile uint64_t *word = (volatile uint64_t *)(file + page * PG + inside);
      if (store) *word = *word + 1;
      else sum += *word;
    }
  }
  char last;
  if (read(from_parent, &last, 1) != 1) _exit(50); // stays until the parent has read everything
  _exit(0);
}
