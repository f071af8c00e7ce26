/* Rows by number: out[o, i, :] = x[o, numbers[i], :].
 *
 * A negative number counts from the end; one out of range is taken to the nearest row.
 * addresses: out, x, numbers. numbers: outer, rows of x, how many numbers, bytes of a row, kind of the
 * numbers (integers.h). It is cut along outer * how many. Where the numbers are read more than once there
 * is scratch for them all: 8 bytes each. */
#include "cornu.h"
#include "integers.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))

INLINE int64_t row_at(const task *t, int64_t i) {
    int64_t rows = t->n[1], row = integer_at(t->at[2], t->n[4], i);
    if (row < 0) row += rows;
    return larger(0, smaller(row, rows - 1));
}

INLINE void gather(const task *t, int64_t part, char *scratch, int64_t bytes) {
    int64_t rows = t->n[1], count = t->n[2], *places = (int64_t *)(void *)scratch;
    int64_t at = cut(t->n[0] * count, 1, part, t->parts);
    int64_t last = cut(t->n[0] * count, 1, part + 1, t->parts);
    int again = last - at > count; /* then the rows are found once */
    for (int64_t i = 0; again && i < count; i++) places[i] = row_at(t, i) * bytes;
    while (at < last) {
        int64_t start = at % count, end = smaller(count, start + last - at);
        const char *x = t->at[1] + at / count * rows * bytes;
        char *to = t->at[0] + (at - start) * bytes;
        if (again)
            for (int64_t i = start; i < end; i++) memcpy(to + i * bytes, x + places[i], (size_t)bytes);
        else
            for (int64_t i = start; i < end; i++)
                memcpy(to + i * bytes, x + row_at(t, i) * bytes, (size_t)bytes);
        at += end - start;
    }
}

EXPORT void k_gather(const task *t, int64_t part, char *scratch) {
    switch (t->n[3]) { /* of a size that is known, a copy is an instruction */
    case 1: gather(t, part, scratch, 1); break;
    case 2: gather(t, part, scratch, 2); break;
    case 4: gather(t, part, scratch, 4); break;
    case 8: gather(t, part, scratch, 8); break;
    default: gather(t, part, scratch, t->n[3]); break;
    }
}
