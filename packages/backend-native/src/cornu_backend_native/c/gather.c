/* Rows by number: out[o, i, :] = x[o, numbers[i], :].
 *
 * A negative number counts from the end; one out of range is taken to the nearest row.
 * addresses: out, x, numbers. numbers: outer, rows of x, how many numbers, bytes of a row, kind of the
 * numbers (integers.h). It is cut along outer * how many. */
#include "cornu.h"
#include "integers.h"

#include <string.h>

EXPORT void k_gather(const task *t, int64_t part, char *scratch) {
    (void)scratch;
    int64_t outer = t->n[0], rows = t->n[1], count = t->n[2], bytes = t->n[3], kind = t->n[4];
    int64_t last = cut(outer * count, 1, part + 1, t->parts);
    for (int64_t at = cut(outer * count, 1, part, t->parts); at < last; at++) {
        int64_t row = integer_at(t->at[2], kind, at % count);
        if (row < 0) row += rows;
        row = larger(0, smaller(row, rows - 1));
        const char *from = t->at[1] + (at / count * rows + row) * bytes;
        char *to = t->at[0] + at * bytes;
        if (bytes == 4) memcpy(to, from, 4);
        else memcpy(to, from, (size_t)bytes);
    }
}
