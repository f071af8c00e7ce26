/* Convolutions over up to three spatial axes, channels last, any stride, dilation and groups.
 *
 * addresses of k_convolve: out, x with its padding, packed kernel; of k_convolve_kernel: partial gradients,
 * x with its padding, gradient of the results. numbers: those of `geometry`, then where each run begins, in
 * elements. Both are cut along the lines of results: all axes but the last spatial one. */
#include "cornu.h"
#include "vector.h"

typedef struct geometry {
    int64_t batch, out[3];
    int64_t image, plane, line; /* elements of x to the next image, and per step of the first two axes */
    int64_t step;               /* elements of x from one result of a line to the next */
    int64_t groups, depth, filters; /* of the kernel; depth and filters of one group */
    int64_t wide;                   /* of a packed row of the kernel: whole vectors */
    int64_t runs, length;
    int64_t window; /* numbers of a window: runs * length */
} geometry;

static const int64_t *read_geometry(geometry *g, const int64_t *n) {
    memcpy(g, n, sizeof *g);
    return n + sizeof *g / sizeof(int64_t);
}

static int64_t first_of_line(const geometry *g, int64_t line) {
    int64_t n = line / (g->out[0] * g->out[1]), d = line / g->out[1] % g->out[0], h = line % g->out[1];
    return n * g->image + d * g->plane + h * g->line;
}

#define T float
#define NAME f4
#include "convolve.inc"
#define T double
#define NAME f8
#include "convolve.inc"

/* Bytes of a vector: packed rows are as wide as some of them. */
EXPORT int64_t cornu_vector_bytes(void) { return VECTOR_BYTES; }
