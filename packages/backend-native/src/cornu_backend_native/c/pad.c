/* Padding: an array with zeros around it, line by line, each written once.
 *
 * addresses: to, from. numbers: bytes of a line of `to`, of the zeros it begins with, of what is copied behind
 * them; how many axes of lines there are, then per axis: lines in `to`, how many of them lie before `from`,
 * how many it has, bytes from one to the next. It is cut along the lines. */
#include "cornu.h"

#include <string.h>

typedef struct axis {
    int64_t lines, before, inside, step;
} axis;

EXPORT void k_pad(const task *t, int64_t part, char *scratch) {
    (void)scratch;
    int64_t line = t->n[0], before = t->n[1], copied = t->n[2], axes = t->n[3], lines = 1;
    const axis *all = (const axis *)(t->n + 4);
    for (int64_t a = 0; a < axes; a++) lines *= all[a].lines;
    int64_t last = cut(lines, 1, part + 1, t->parts);
    for (int64_t i = cut(lines, 1, part, t->parts); i < last; i++) {
        char *to = t->at[0] + i * line;
        int64_t rest = i, from = 0;
        int is_inside = 1;
        for (const axis *a = all + axes - 1; a >= all; rest /= a->lines, a--) {
            int64_t at = rest % a->lines - a->before;
            is_inside &= at >= 0 && at < a->inside;
            from += at * a->step;
        }
        if (!is_inside) {
            memset(to, 0, (size_t)line);
            continue;
        }
        memset(to, 0, (size_t)before);
        memcpy(to + before, t->at[1] + from, (size_t)copied);
        memset(to + before + copied, 0, (size_t)(line - before - copied));
    }
}
