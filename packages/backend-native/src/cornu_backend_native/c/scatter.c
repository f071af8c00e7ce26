/* Rows added up by number: out[o, numbers[i], :] += updates[o, i, :], in the order of i, from zeros.
 *
 * A negative number counts from the end; what is out of range is left out.
 * addresses: out, numbers, updates. numbers: outer, rows of out, how many numbers, elements of a row, kind
 * of the numbers (integers.h), whether it is cut along outer. Else each part does some rows of out, and
 * looks at all numbers: so every sum is one part's, in order. */
#include "cornu.h"
#include "integers.h"

#include <string.h>

#define SCATTER(NAME, T, sum)                                                                        \
    EXPORT void k_scatter_add_##NAME(const task *t, int64_t part, char *scratch) {                   \
        (void)scratch;                                                                               \
        int64_t rows = t->n[1], count = t->n[2], width = t->n[3], kind = t->n[4];                    \
        int64_t begin = 0, end = t->n[0], first = 0, last = rows;                                    \
        if (t->n[5]) {                                                                               \
            end = cut(t->n[0], 1, part + 1, t->parts);                                               \
            begin = cut(t->n[0], 1, part, t->parts);                                                 \
        } else {                                                                                     \
            first = cut(rows, 1, part, t->parts);                                                    \
            last = cut(rows, 1, part + 1, t->parts);                                                 \
        }                                                                                            \
        for (int64_t o = begin; o < end; o++) {                                                      \
            T *out = (T *)(void *)t->at[0] + o * rows * width;                                       \
            const T *from = (const T *)(const void *)t->at[2] + o * count * width;                   \
            memset(out + first * width, 0, (size_t)((last - first) * width) * sizeof(T));            \
            for (int64_t i = 0; i < count; i++, from += width) {                                     \
                int64_t row = integer_at(t->at[1], kind, i);                                         \
                if (row < 0) row += rows;                                                            \
                if (row < first || row >= last) continue;                                            \
                T *to = out + row * width;                                                           \
                for (int64_t j = 0; j < width; j++) {                                                \
                    T x = to[j], y = from[j];                                                        \
                    to[j] = (T)(sum);                                                                \
                }                                                                                    \
            }                                                                                        \
        }                                                                                            \
    }

SCATTER(f2, _Float16, (float)x + (float)y)
SCATTER(f4, float, x + y)
SCATTER(f8, double, x + y)
SCATTER(w1, uint8_t, x + y)
SCATTER(w2, uint16_t, x + y)
SCATTER(w4, uint32_t, x + y)
SCATTER(w8, uint64_t, x + y)
SCATTER(b1, uint8_t, x | y)
