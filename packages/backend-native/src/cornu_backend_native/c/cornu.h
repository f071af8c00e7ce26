/* What all of the library stands on: kernels, the rows of a table that call them, and the pool.
 *
 * A program is a flat table of rows. A row names a kernel, the addresses it works on and its numbers
 * (sizes, strides, constants). Kernels hold no state; all memory is the caller's. */
#ifndef CORNU_H
#define CORNU_H

#include <stdint.h>

#include "pace.h"

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

/* A row at work, as its kernel sees it. */
typedef struct task {
    char *const *at;   /* addresses, in the order of the row */
    const int64_t *n;  /* the numbers of the row */
    int64_t parts;     /* into how many parts it is cut; any thread may do any part */
    const struct run *run;
} task;

/* Does one part of a row. `scratch` is this thread's own, aligned to 64 bytes, of as many bytes as the
 * hungriest row of the program asks for, and holds nothing between two parts. */
typedef void kernel(const task *t, int64_t part, char *scratch);

/* The header of a row, in 64-bit words; then follow `addresses` pairs (base, bytes from there), then
 * `numbers` words. */
typedef struct row {
    int64_t kernel;    /* address of the kernel, or LOOP or CHAIN */
    int64_t parts;
    int64_t addresses;
    int64_t numbers;
    int64_t index;     /* of the row, where times are written */
    int64_t words[];
} row;

/* Rows that the runner does itself.
 * LOOP: numbers are length, reverse, words of the rows that follow and are its body, then for each
 *       address: the base to set, and bytes per step. In step s that base is the address + s * bytes.
 * CHAIN: numbers are words of the rows that follow and are its links. Each part does its part of every
 *       link in order, so all links must be cut alike. */
enum { LOOP = 1, CHAIN = 2, MOST_ADDRESSES = 256 };

/* A run of a table: where values are counted from, and what threads work with. */
typedef struct run {
    char **bases;
    char *scratch;        /* of all threads, one after another */
    int64_t scratch_each; /* bytes, a multiple of 64 */
    struct pool *pool;    /* NULL: the calling thread alone */
    double *seconds;      /* per row, added to; NULL: no times are taken */
    pace pace;
} run;

EXPORT void cornu_run(const int64_t *table, int64_t words, run *run);

/* ---- threads (pool.c) ---- */

EXPORT struct pool *cornu_pool_new(int64_t threads);
EXPORT void cornu_pool_forked(struct pool *pool); /* in a child, where the threads are not */
EXPORT void cornu_pool_free(struct pool *pool);
/* Does all parts of a task; returns when they are done. Where the pool is busy with another caller's
 * task, the caller does its parts alone. */
void pool_do(struct pool *pool, kernel *kernel, const task *t, char *scratch, int64_t scratch_each);

/* ---- for kernels ---- */

/* The first element of a part: `size` elements are cut into `parts` at multiples of `unit`. It depends
 * on these numbers only, never on how many threads there are. */
static inline int64_t cut(int64_t size, int64_t unit, int64_t part, int64_t parts) {
    int64_t units = (size + unit - 1) / unit, at = unit * (units * part / parts);
    return at < size ? at : size;
}

static inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

#endif
