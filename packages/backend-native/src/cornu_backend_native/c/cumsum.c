/* Running sums along lines of (outer, n, inner) elements, one after another as they are defined.
 *
 * addresses: out, x. numbers: outer, n, inner, reverse, whether it is cut along inner; else along outer. */
#include "cornu.h"

#define CUMSUM(NAME, T, sum)                                                                        \
    EXPORT void k_cumsum_##NAME(const task *t, int64_t part, char *scratch) {                       \
        (void)scratch;                                                                              \
        int64_t outer = t->n[0], n = t->n[1], inner = t->n[2], across = t->n[4];                    \
        int64_t first = t->n[3] ? n - 1 : 0, step = (t->n[3] ? -1 : 1) * inner;                     \
        int64_t size = across ? inner : outer, begin = cut(size, 1, part, t->parts);                \
        int64_t end = cut(size, 1, part + 1, t->parts), width = across ? end - begin : inner;       \
        for (int64_t o = across ? 0 : begin; o < (across ? outer : end); o++) {                     \
            int64_t start = (o * n + first) * inner + (across ? begin : 0);                         \
            T *to = (T *)(void *)t->at[0] + start;                                                  \
            const T *from = (const T *)(const void *)t->at[1] + start;                              \
            for (int64_t j = 0; j < width; j++) to[j] = from[j];                                    \
            for (int64_t i = 1; i < n; i++) {                                                       \
                const T *before = to;                                                               \
                to += step;                                                                         \
                from += step;                                                                       \
                for (int64_t j = 0; j < width; j++) {                                               \
                    T x = before[j], y = from[j];                                                   \
                    to[j] = (T)(sum);                                                               \
                }                                                                                   \
            }                                                                                       \
        }                                                                                           \
    }

CUMSUM(f2, _Float16, (float)x + (float)y)
CUMSUM(f4, float, x + y)
CUMSUM(f8, double, x + y)
CUMSUM(w1, uint8_t, x + y)
CUMSUM(w2, uint16_t, x + y)
CUMSUM(w4, uint32_t, x + y)
CUMSUM(w8, uint64_t, x + y)
CUMSUM(b1, uint8_t, x | y)
