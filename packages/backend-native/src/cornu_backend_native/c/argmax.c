/* The place of the largest number along lines of (outer, n, inner) elements: the first of equal ones; NaN
 * is larger than all.
 *
 * addresses: out (int32), x. numbers: outer, n, inner. It is cut along outer * inner; lines that are not
 * rows are walked side by side. */
#include "cornu.h"

enum { BESIDE = 16 };

#define ARGMAX(NAME, T, C)                                                                          \
    static inline __attribute__((always_inline)) void beside_##NAME(                                \
        int32_t *out, const T *x, int64_t n, int64_t step, int64_t width) {                         \
        C most[BESIDE];                                                                             \
        int32_t place[BESIDE] = {0};                                                                \
        for (int64_t l = 0; l < width; l++) most[l] = (C)x[l];                                      \
        for (int64_t i = 1; i < n; i++)                                                             \
            for (int64_t l = 0; l < width; l++) {                                                   \
                C v = (C)x[i * step + l];                                                           \
                int more = (v > most[l]) | ((v != v) & (most[l] == most[l]));                       \
                most[l] = more ? v : most[l];                                                       \
                place[l] = more ? (int32_t)i : place[l];                                            \
            }                                                                                       \
        for (int64_t l = 0; l < width; l++) out[l] = place[l];                                      \
    }                                                                                               \
    EXPORT void k_argmax_##NAME(const task *t, int64_t part, char *scratch) {                       \
        (void)scratch;                                                                              \
        int64_t outer = t->n[0], n = t->n[1], inner = t->n[2], width;                               \
        int64_t last = cut(outer * inner, 1, part + 1, t->parts);                                   \
        for (int64_t line = cut(outer * inner, 1, part, t->parts); line < last; line += width) {    \
            int32_t *out = (int32_t *)(void *)t->at[0] + line;                                      \
            const T *x = (const T *)(const void *)t->at[1] + line / inner * n * inner + line % inner; \
            width = smaller(smaller(BESIDE, last - line), inner - line % inner);                    \
            if (width == BESIDE) beside_##NAME(out, x, n, inner, BESIDE);                           \
            else if (width == 1) beside_##NAME(out, x, n, inner, 1);                                \
            else beside_##NAME(out, x, n, inner, width);                                            \
        }                                                                                           \
    }

ARGMAX(f2, _Float16, float)
ARGMAX(f4, float, float)
ARGMAX(f8, double, double)
ARGMAX(i1, int8_t, int8_t)
ARGMAX(i2, int16_t, int16_t)
ARGMAX(i4, int32_t, int32_t)
ARGMAX(i8, int64_t, int64_t)
ARGMAX(u1, uint8_t, uint8_t)
ARGMAX(u2, uint16_t, uint16_t)
ARGMAX(u4, uint32_t, uint32_t)
ARGMAX(u8, uint64_t, uint64_t)
