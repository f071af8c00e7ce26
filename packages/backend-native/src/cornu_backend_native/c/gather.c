/* Rows by number: out[o, i, :] = x[o, numbers[i], :].
 *
 * A negative number counts from the end; one out of range is taken to the nearest row.
 * addresses: out, x, numbers. numbers: outer, rows of x, how many numbers, bytes of a row, kind of the
 * numbers (integers.h). It is cut along outer * how many. */
#include "cornu.h"
#include "integers.h"

#include <string.h>

static inline __attribute__((always_inline)) void gather(const task *t, int64_t part, int64_t bytes) {
    int64_t rows = t->n[1], count = t->n[2], kind = t->n[4];
    int64_t first = cut(t->n[0] * count, 1, part, t->parts);
    int64_t last = cut(t->n[0] * count, 1, part + 1, t->parts);
    if (first == last) return;
    int64_t i = first % count;
    const char *x = t->at[1] + first / count * rows * bytes;
    char *to = t->at[0] + first * bytes;
    for (int64_t at = first; at < last; at++, to += bytes) {
        int64_t row = integer_at(t->at[2], kind, i);
        if (row < 0) row += rows;
        row = larger(0, smaller(row, rows - 1));
        memcpy(to, x + row * bytes, (size_t)bytes);
        if (++i == count) {
            i = 0;
            x += rows * bytes;
        }
    }
}

EXPORT void k_gather(const task *t, int64_t part, char *scratch) {
    (void)scratch;
    switch (t->n[3]) { /* of a size that is known, a copy is an instruction */
    case 1: gather(t, part, 1); break;
    case 2: gather(t, part, 2); break;
    case 4: gather(t, part, 4); break;
    case 8: gather(t, part, 8); break;
    default: gather(t, part, t->n[3]); break;
    }
}
