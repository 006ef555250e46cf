// What all parts of the guest program share: small file helpers, the tokens of the run, the output disk.
#pragma once
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PG 4096UL

static char runline[4096]; // the run's tokens: key=value, separated by blanks
static char big[1 << 18];  // scratch for /proc and /sys files

static void die(const char *what) {
  printf("FATAL %s: %s\n", what, strerror(errno));
  fflush(stdout);
  sync();
  sleep(1);
  exit(1);
}

// Write a formatted value to a file of /proc or /sys. -1 if the file is missing or refuses the value.
static int put(const char *path, const char *format, ...) {
  char text[256];
  va_list args;
  va_start(args, format);
  int length = vsnprintf(text, sizeof text, format, args);
  va_end(args);
  int fd = open(path, O_WRONLY);
  if (fd < 0) return -1;
  int written = write(fd, text, length);
  close(fd);
  return written == length ? 0 : -1;
}

// Read a whole file into a buffer, closed with a NUL. Its length, or -1 (and "") if it cannot be opened.
static int slurp(const char *path, char *buffer, int size) {
  buffer[0] = 0;
  int fd = open(path, O_RDONLY);
  if (fd < 0) return -1;
  int length = 0, got;
  while (length < size - 1 && (got = read(fd, buffer + length, size - 1 - length)) > 0) length += got;
  buffer[length] = 0;
  close(fd);
  return length;
}

// Value of a token of the run. The text stays valid for the next seven look-ups.
static const char *text_of(const char *key, const char *otherwise) {
  static char values[8][128];
  static int next;
  char wanted[64];
  snprintf(wanted, sizeof wanted, "%s=", key);
  for (char *at = runline; (at = strstr(at, wanted)); at++) {
    if (at != runline && at[-1] != ' ') continue;
    char *value = values[next++ & 7];
    at += strlen(wanted);
    snprintf(value, sizeof values[0], "%.*s", (int)strcspn(at, " \n"), at);
    return value;
  }
  return otherwise;
}

static long long number_of(const char *key, long long otherwise) {
  const char *text = text_of(key, NULL);
  return text ? strtoll(text, NULL, 0) : otherwise;
}

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

// The output disk holds plain text from its start, closed with NULs. Text gathers in memory until out_flush.
static char *out_text;
static size_t out_length, out_size = 8 << 20, out_place;
static int out_fd;

static void out_open(const char *disk) {
  out_text = malloc(out_size);
  out_fd = open(disk, O_RDWR);
  if (!out_text || out_fd < 0) die("output disk");
}

static void out(const char *format, ...) {
  va_list args;
  va_start(args, format);
  out_length += vsnprintf(out_text + out_length, out_size - out_length - 1, format, args);
  va_end(args);
}

static void out_flush(void) {
  char end[512] = {0};
  if (pwrite(out_fd, out_text, out_length, out_place) != (ssize_t)out_length) die("output disk");
  if (pwrite(out_fd, end, sizeof end, out_place + out_length) < 0) die("output disk");
  out_place += out_length;
  out_length = 0;
  fsync(out_fd);
  posix_fadvise(out_fd, 0, 0, POSIX_FADV_DONTNEED); // its page cache is no part of the next run
}
