/* Pooling over three spatial axes (fewer have size 1), channels last.
 *
 * addresses: out, x, and for max_unpool the values. numbers: batch, channels, then per axis: size of the
 * unpooled side, size of the pooled side, size of the window, stride, padding below; then bytes of a winner,
 * and the value of the padding (as a double). The first three are cut along batch and the first two axes of
 * what they make. */
#include "cornu.h"

#include <string.h>

typedef struct axis { int64_t whole, pooled, window, stride, low; } axis;
typedef struct pool { int64_t batch, channels; axis d, h, w; int64_t winner; double padding; } pool;

static int is_inside(const axis *a, int64_t at, int64_t tap, int64_t *place) {
    *place = at * a->stride - a->low + tap;
    return *place >= 0 && *place < a->whole;
}

/* Which pooled place saw `place` through a tap. */
static int was_seen(const axis *a, int64_t place, int64_t tap, int64_t *at) {
    int64_t start = place + a->low - tap;
    if (start < 0 || start % a->stride) return 0;
    *at = start / a->stride;
    return *at < a->pooled;
}

static int64_t counted(const axis *a, int64_t at) {
    int64_t first = at * a->stride - a->low;
    return smaller(first + a->window, a->whole) - larger(first, 0);
}

static int64_t winner_at(const char *w, int64_t bytes, int64_t i) {
    return bytes == 1 ? ((const uint8_t *)w)[i] : ((const int32_t *)(const void *)w)[i];
}

/* Goes over the lines of a part: for the pooled or the whole side. */
#define LINES(side)                                                                      \
    pool p;                                                                              \
    memcpy(&p, t->n, sizeof p);                                                          \
    (void)scratch;                                                                       \
    const int64_t C = p.channels, lines = p.batch * p.d.side * p.h.side;                 \
    int64_t last = cut(lines, 1, part + 1, t->parts);                                    \
    for (int64_t line = cut(lines, 1, part, t->parts); line < last; line++)              \
        for (int64_t n = line / (p.d.side * p.h.side), d = line / p.h.side % p.d.side,   \
                     h = line % p.h.side, w = 0;                                         \
             w < p.w.side; w++)

/* The taps of a window that are inside: `at` is the element under each. */
#define TAPS                                                                                       \
    for (int64_t kd = 0, tap = 0, id, ih, iw; kd < p.d.window; kd++)                               \
        for (int64_t kh = 0, in_d = is_inside(&p.d, d, kd, &id); kh < p.h.window; kh++)            \
            for (int64_t kw = 0, in_h = in_d & is_inside(&p.h, h, kh, &ih); kw < p.w.window; kw++, tap++) \
                for (int64_t once = 1, inside = in_h & is_inside(&p.w, w, kw, &iw),                \
                             at = inside ? (((n * p.d.whole + id) * p.h.whole + ih) * p.w.whole + iw) * C : 0; \
                     once; once = 0)

/* The windows that saw an element: `at` is the pooled place. */
#define WINDOWS                                                                                    \
    for (int64_t kd = 0, tap = 0, od, oh, ow; kd < p.d.window; kd++)                               \
        for (int64_t kh = 0, in_d = was_seen(&p.d, d, kd, &od); kh < p.h.window; kh++)             \
            for (int64_t kw = 0, in_h = in_d && was_seen(&p.h, h, kh, &oh); kw < p.w.window; kw++, tap++) \
                if (in_h && was_seen(&p.w, w, kw, &ow))                                            \
                    for (int64_t once = 1, at = (((n * p.d.pooled + od) * p.h.pooled + oh) * p.w.pooled + ow) * C; \
                         once; once = 0)

#define PLACE(side) ((line * p.w.side + w) * C)

#define MAX_POOL(NAME, T)                                                                \
    EXPORT void k_max_pool_##NAME(const task *t, int64_t part, char *scratch) {          \
        LINES(pooled) {                                                                  \
            T *to = (T *)(void *)t->at[0] + PLACE(pooled);                               \
            const T padding = (T)p.padding;                                              \
            TAPS {                                                                       \
                const T *x = (const T *)(const void *)t->at[1] + at;                     \
                if (tap == 0 || !inside)                                                 \
                    for (int64_t c = 0; c < C; c++) {                                    \
                        T v = inside ? x[c] : padding, best = to[c];                     \
                        to[c] = tap == 0 || v > best ? v : best;                         \
                    }                                                                    \
                else                                                                     \
                    for (int64_t c = 0; c < C; c++) {                                    \
                        T v = x[c], best = to[c];                                        \
                        to[c] = v <= best || best != best ? best : v;                    \
                    }                                                                    \
            }                                                                            \
        }                                                                                \
    }                                                                                    \
    EXPORT void k_max_pool_winners_##NAME(const task *t, int64_t part, char *scratch) {  \
        LINES(pooled) {                                                                  \
            const T padding = (T)p.padding;                                              \
            for (int64_t c = 0; c < C; c++) {                                            \
                T best = 0;                                                              \
                int64_t winner = 0;                                                      \
                TAPS {                                                                   \
                    T v = inside ? ((const T *)(const void *)t->at[1])[at + c] : padding; \
                    if (tap == 0 || v > best || (v != v && best == best)) {              \
                        best = v;                                                        \
                        winner = tap;                                                    \
                    }                                                                    \
                }                                                                        \
                if (p.winner == 1) ((uint8_t *)t->at[0])[PLACE(pooled) + c] = (uint8_t)winner; \
                else ((int32_t *)(void *)t->at[0])[PLACE(pooled) + c] = (int32_t)winner; \
            }                                                                            \
        }                                                                                \
    }
MAX_POOL(f2, _Float16)
MAX_POOL(f4, float)
MAX_POOL(f8, double)
MAX_POOL(i1, int8_t)
MAX_POOL(i2, int16_t)
MAX_POOL(i4, int32_t)
MAX_POOL(i8, int64_t)
MAX_POOL(u1, uint8_t)
MAX_POOL(u2, uint16_t)
MAX_POOL(u4, uint32_t)
MAX_POOL(u8, uint64_t)

#define FLOAT_POOLS(NAME, T, A)                                                          \
    EXPORT void k_avg_pool_##NAME(const task *t, int64_t part, char *scratch) {          \
        LINES(pooled) {                                                                  \
            T *to = (T *)(void *)t->at[0] + PLACE(pooled);                               \
            A count = (A)(counted(&p.d, d) * counted(&p.h, h) * counted(&p.w, w));       \
            for (int64_t start = 0; start < C; start += 64) {                            \
                A sums[64] = {0};                                                        \
                int64_t width = smaller(64, C - start);                                  \
                TAPS if (inside) {                                                       \
                    const T *x = (const T *)(const void *)t->at[1] + at + start;         \
                    for (int64_t c = 0; c < width; c++) sums[c] += (A)x[c];              \
                }                                                                        \
                for (int64_t c = 0; c < width; c++) to[start + c] = (T)(sums[c] / count); \
            }                                                                            \
        }                                                                                \
    }                                                                                    \
    EXPORT void k_avg_pool_grad_##NAME(const task *t, int64_t part, char *scratch) {     \
        LINES(whole) {                                                                   \
            T *to = (T *)(void *)t->at[0] + PLACE(whole);                                \
            for (int64_t start = 0; start < C; start += 64) {                            \
                A sums[64] = {0};                                                        \
                int64_t width = smaller(64, C - start);                                  \
                WINDOWS {                                                                \
                    const T *g = (const T *)(const void *)t->at[1] + at + start;         \
                    A count = (A)(counted(&p.d, od) * counted(&p.h, oh) * counted(&p.w, ow)); \
                    for (int64_t c = 0; c < width; c++) sums[c] += (A)g[c] / count;      \
                }                                                                        \
                for (int64_t c = 0; c < width; c++) to[start + c] = (T)sums[c];          \
            }                                                                            \
        }                                                                                \
    }                                                                                    \
    EXPORT void k_max_unpool_##NAME(const task *t, int64_t part, char *scratch) {        \
        LINES(whole) {                                                                   \
            T *to = (T *)(void *)t->at[0] + PLACE(whole);                                \
            for (int64_t start = 0; start < C; start += 64) {                            \
                A sums[64] = {0};                                                        \
                int64_t width = smaller(64, C - start);                                  \
                WINDOWS {                                                                \
                    const T *g = (const T *)(const void *)t->at[2] + at + start;         \
                    for (int64_t c = 0; c < width; c++)                                  \
                        sums[c] += winner_at(t->at[1], p.winner, at + start + c) == tap ? (A)g[c] : 0; \
                }                                                                        \
                for (int64_t c = 0; c < width; c++) to[start + c] = (T)sums[c];          \
            }                                                                            \
        }                                                                                \
    }
FLOAT_POOLS(f2, _Float16, float)
FLOAT_POOLS(f4, float, float)
FLOAT_POOLS(f8, double, double)
