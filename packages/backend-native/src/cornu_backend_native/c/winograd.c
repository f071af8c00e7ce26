/* Convolutions whose window is three lines tall, with half the products: four lines of results from six of
 * the input (Lavin and Gray 2016, F(4, 3) along the lines). Along a line, windows go by as in convolve.c.
 *
 * addresses of k_winograd_f4: out, x with its padding to whole fours of lines, transformed kernel. numbers:
 * those of `geometry`, then the runs of a window. It is cut along fours of lines. scratch: six lines of x and
 * six of results. k_winograd_kernel_f4 transforms a packed kernel: addresses: transformed, packed; numbers:
 * numbers of a third of it, those of one line of its window. It is cut along these.
 *
 * k_winograd_gradient_f4 is the gradient by the kernel, cut and with scratch as k_winograd_f4. addresses:
 * partial gradients by the transformed kernel, x, gradient of the results. k_winograd_fold_f4 adds these up in
 * order and takes the sum back. addresses: kernel, partial. numbers: how many partial, rows of a third of the
 * packed kernel, filters, wide. It is cut along these rows. */
#include "cornu.h"
#include "geometry.h"
#include "vector.h"

#define T float
#define NAME f4
#define ADD_PRODUCT MULTIPLY_ADD
#include "convolve_tile.inc"
#include "convolve_gradient_tile.inc"

enum { POINTS = 6, TALL = 4, COLUMNS = 64 }; /* interpolation at 0, 1, -1, 2, -2 and infinity */

static const float by[POINTS][3] = {{1 / 4.f, 0, 0},
                                    {-1 / 6.f, -1 / 6.f, -1 / 6.f},
                                    {-1 / 6.f, 1 / 6.f, -1 / 6.f},
                                    {1 / 24.f, 1 / 12.f, 1 / 6.f},
                                    {1 / 24.f, -1 / 12.f, 1 / 6.f},
                                    {0, 0, 1}};

EXPORT void k_winograd_kernel_f4(const task *t, int64_t part, char *scratch) {
    (void)scratch;
    int64_t n = t->n[0], last = cut(n, 16, part + 1, t->parts);
    float *to = (float *)(void *)t->at[0];
    const float *k = (const float *)(const void *)t->at[1];
    for (int q = 0; q < POINTS; q++)
        for (int64_t i = cut(n, 16, part, t->parts); i < last; i++)
            to[q * n + i] = by[q][0] * k[i] + by[q][1] * k[n + i] + by[q][2] * k[2 * n + i];
}

/* Six lines of n numbers, `line` apart, into six others. */
static void from_input(const float *x, int64_t line, int64_t n, float *restrict v) {
    for (int64_t i = 0; i < n; i++) {
        float a0 = x[i], a1 = x[line + i], a2 = x[2 * line + i], a3 = x[3 * line + i], a4 = x[4 * line + i],
              a5 = x[5 * line + i];
        float even = a4 - 4 * a2, odd = a3 - 4 * a1, near = a4 - a2, far = 2 * (a3 - a1);
        v[i] = 4 * a0 - 5 * a2 + a4;
        v[n + i] = even + odd;
        v[2 * n + i] = even - odd;
        v[3 * n + i] = near + far;
        v[4 * n + i] = near - far;
        v[5 * n + i] = 4 * a1 - 5 * a3 + a5;
    }
}

/* Six lines of n numbers into the `lines` first of four. */
static void to_results(const float *p, int64_t n, int64_t lines, float *restrict to) {
    for (int64_t i = 0; i < n; i++) {
        float p1 = p[n + i], p2 = p[2 * n + i], p3 = p[3 * n + i], p4 = p[4 * n + i];
        float sum = p1 + p2, less = p1 - p2, sum2 = p3 + p4, less2 = p3 - p4;
        float results[TALL] = {p[i] + sum + sum2, less + 2 * less2, sum + 4 * sum2, less + 8 * less2 + p[5 * n + i]};
        to[i] = results[0];
        if (lines > 1) to[n + i] = results[1];
        if (lines > 2) to[2 * n + i] = results[2];
        if (lines > 3) to[3 * n + i] = results[3];
    }
}

EXPORT void k_winograd_f4(const task *t, int64_t part, char *scratch) {
    geometry g;
    const int64_t *runs = read_geometry(&g, t->n), tiles = (g.out[1] + TALL - 1) / TALL;
    int64_t all = g.batch * g.out[0] * tiles, last = cut(all, 1, part + 1, t->parts);
    int64_t n = g.out[2] * g.filters, third = g.window / 3 * g.wide;
    float *v = (float *)(void *)scratch, *p = v + POINTS * g.line;
    for (int64_t tile = cut(all, 1, part, t->parts); tile < last; tile++) {
        int64_t h = tile % tiles * TALL, line = tile / tiles * g.out[1] + h;
        from_input((const float *)(const void *)t->at[1] + first_of_line(&g, line), g.line, g.line, v);
        for (int q = 0; q < POINTS; q++)
            FUNCTION(line)(&g, v + q * g.line, runs, g.runs / 3, (const float *)(const void *)t->at[2] + q * third,
                           p + q * n, g.filters);
        to_results(p, n, smaller(TALL, g.out[1] - h), (float *)(void *)t->at[0] + line * n);
    }
}

/* ---- the gradient by the kernel ---- */

/* The `lines` first of four lines of n numbers, the others being 0, into six. */
static void from_slopes(const float *g, int64_t n, int64_t lines, float *restrict to) {
    for (int64_t i = 0; i < n; i++) {
        float g0 = g[i], g1 = lines > 1 ? g[n + i] : 0, g2 = lines > 2 ? g[2 * n + i] : 0,
              g3 = lines > 3 ? g[3 * n + i] : 0;
        float even = g0 + g2, odd = g1 + g3, even2 = g0 + 4 * g2, odd2 = 2 * g1 + 8 * g3;
        to[i] = g0;
        to[n + i] = even + odd;
        to[2 * n + i] = even - odd;
        to[3 * n + i] = even2 + odd2;
        to[4 * n + i] = even2 - odd2;
        to[5 * n + i] = g3;
    }
}

EXPORT void k_winograd_gradient_f4(const task *t, int64_t part, char *scratch) {
    geometry g;
    const int64_t *runs = read_geometry(&g, t->n), tiles = (g.out[1] + TALL - 1) / TALL;
    int64_t all = g.batch * g.out[0] * tiles, last = cut(all, 1, part + 1, t->parts);
    int64_t n = g.out[2] * g.filters, third = g.window / 3 * g.wide;
    float *v = (float *)(void *)scratch, *slopes = v + POINTS * g.line;
    float *own = (float *)(void *)t->at[0] + part * POINTS * third;
    memset(own, 0, (size_t)(POINTS * third) * sizeof(float));
    for (int64_t tile = cut(all, 1, part, t->parts); tile < last; tile++) {
        int64_t h = tile % tiles * TALL, line = tile / tiles * g.out[1] + h;
        from_input((const float *)(const void *)t->at[1] + first_of_line(&g, line), g.line, g.line, v);
        from_slopes((const float *)(const void *)t->at[2] + line * n, n, smaller(TALL, g.out[1] - h), slopes);
        for (int q = 0; q < POINTS; q++)
            for (int64_t run = 0; run < g.runs / 3; run++)
                FUNCTION(gradient_line)(&g, v + q * g.line + runs[run], slopes + q * n,
                                        own + q * third + run * g.length * g.wide);
    }
}

EXPORT void k_winograd_fold_f4(const task *t, int64_t part, char *scratch) {
    (void)scratch;
    const int64_t *n = t->n, count = n[0], rows = n[1], filters = n[2], wide = n[3], third = rows * wide;
    int64_t last = cut(rows, 1, part + 1, t->parts);
    for (int64_t i = cut(rows, 1, part, t->parts); i < last; i++)
        for (int64_t f = 0; f < filters; f += COLUMNS) {
            int64_t width = smaller(COLUMNS, filters - f);
            float sums[3][COLUMNS] = {{0}}, total[COLUMNS];
            for (int q = 0; q < POINTS; q++) {
                const float *from = (const float *)(const void *)t->at[1] + q * third + i * wide + f;
                memcpy(total, from, (size_t)width * sizeof(float));
                for (int64_t p = 1; p < count; p++)
                    for (int64_t c = 0; c < width; c++) total[c] += from[p * POINTS * third + c];
                for (int r = 0; r < 3; r++)
                    for (int64_t c = 0; c < width; c++) sums[r][c] += by[q][r] * total[c];
            }
            for (int r = 0; r < 3; r++)
                memcpy((float *)(void *)t->at[0] + (r * rows + i) * filters + f, sums[r],
                       (size_t)width * sizeof(float));
        }
}
