/* Where convolutions find their numbers: three spatial axes (fewer have size 1), channels last, and the
 * input with its padding, so that every tap of a window is in memory. */
#ifndef CORNU_GEOMETRY_H
#define CORNU_GEOMETRY_H

#include <stdint.h>
#include <string.h>

typedef struct geometry {
    int64_t batch, out[3];
    int64_t image, plane, line; /* elements of x to the next image, and per step of the first two axes */
    int64_t step;               /* elements of x from one result of a line to the next */
    int64_t groups, depth, filters; /* of the kernel; depth and filters of one group */
    int64_t wide;                   /* of a packed row of the kernel: whole vectors */
    int64_t runs, length;           /* a window is so many runs of neighbours in x */
    int64_t window;                 /* numbers of a window: runs * length */
} geometry;

/* Reads a geometry off the numbers of a row; returns what follows: where each run begins, in elements. */
static inline const int64_t *read_geometry(geometry *g, const int64_t *n) {
    memcpy(g, n, sizeof *g);
    return n + sizeof *g / sizeof(int64_t);
}

/* A line of results: those along the last spatial axis. */
static inline int64_t lines_of(const geometry *g) { return g->batch * g->out[0] * g->out[1]; }

/* The element of x under the first tap of the first result of a line. */
static inline int64_t first_of_line(const geometry *g, int64_t line) {
    int64_t n = line / (g->out[0] * g->out[1]), d = line / g->out[1] % g->out[0], h = line % g->out[1];
    return n * g->image + d * g->plane + h * g->line;
}

#endif
