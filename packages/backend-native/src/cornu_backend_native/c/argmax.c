/* The place of the largest number along lines of (outer, n, inner) elements: the first of equal ones; NaN
 * is larger than all.
 *
 * addresses: out (int32), x. numbers: outer, n, inner. It is cut along outer * inner. Lines are walked side
 * by side; of a long row, its every sixteenth elements are. */
#include "cornu.h"

#define INLINE static inline __attribute__((always_inline))

enum { BESIDE = 16, LONG = 64 };

#define ARGMAX(NAME, T, C)                                                                           \
    INLINE int more_##NAME(C v, C most) { return (v > most) | ((v != v) & (most == most)); }         \
    /* `width` lines: line l begins at `l * line`, and its elements are `step` apart. */             \
    INLINE void beside_##NAME(C *most, int32_t *place, const T *x, int64_t n, int64_t step,          \
                              int64_t line, int64_t width) {                                         \
        C v[BESIDE];                                                                                 \
        for (int64_t l = 0; l < width; l++) most[l] = (C)x[l * line];                                \
        for (int64_t l = 0; l < width; l++) place[l] = 0;                                            \
        for (int64_t i = 1; i < n; i++) {                                                            \
            for (int64_t l = 0; l < width; l++) v[l] = (C)x[i * step + l * line];                    \
            for (int64_t l = 0; l < width; l++) {                                                    \
                int more = more_##NAME(v[l], most[l]);                                               \
                most[l] = more ? v[l] : most[l];                                                     \
                place[l] = more ? (int32_t)i : place[l];                                             \
            }                                                                                        \
        }                                                                                            \
    }                                                                                                \
    static int32_t row_##NAME(const T *x, int64_t n) {                                               \
        C most[BESIDE];                                                                              \
        int32_t place[BESIDE];                                                                       \
        beside_##NAME(most, place, x, n / BESIDE, BESIDE, 1, BESIDE);                                \
        C best = most[0];                                                                            \
        int64_t at = (int64_t)place[0] * BESIDE;                                                     \
        for (int64_t l = 1; l < BESIDE; l++) {                                                       \
            int64_t here = (int64_t)place[l] * BESIDE + l;                                           \
            int equal = !more_##NAME(most[l], best) & !more_##NAME(best, most[l]);                   \
            if (equal ? here < at : more_##NAME(most[l], best)) {                                    \
                best = most[l];                                                                      \
                at = here;                                                                           \
            }                                                                                        \
        }                                                                                            \
        for (int64_t i = n / BESIDE * BESIDE; i < n; i++)                                            \
            if (more_##NAME((C)x[i], best)) {                                                        \
                best = (C)x[i];                                                                      \
                at = i;                                                                              \
            }                                                                                        \
        return (int32_t)at;                                                                          \
    }                                                                                                \
    EXPORT void k_argmax_##NAME(const task *t, int64_t part, char *scratch) {                        \
        (void)scratch;                                                                               \
        int64_t outer = t->n[0], n = t->n[1], inner = t->n[2], width;                                \
        int64_t last = cut(outer * inner, 1, part + 1, t->parts);                                    \
        C most[BESIDE];                                                                              \
        for (int64_t at = cut(outer * inner, 1, part, t->parts); at < last; at += width) {           \
            int32_t *out = (int32_t *)(void *)t->at[0] + at;                                         \
            const T *x = (const T *)(const void *)t->at[1] + at / inner * n * inner + at % inner;    \
            width = smaller(BESIDE, last - at);                                                      \
            if (inner == 1 && n >= LONG) {                                                           \
                width = 1;                                                                           \
                *out = row_##NAME(x, n);                                                             \
                continue;                                                                            \
            }                                                                                        \
            if (inner > 1) width = smaller(width, inner - at % inner); /* of one block of lines */   \
            int64_t line = inner == 1 ? n : 1;                                                       \
            if (width == BESIDE && line == 1) beside_##NAME(most, out, x, n, inner, 1, BESIDE);      \
            else if (width == BESIDE) beside_##NAME(most, out, x, n, inner, line, BESIDE);           \
            else beside_##NAME(most, out, x, n, inner, line, width);                                 \
        }                                                                                            \
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
