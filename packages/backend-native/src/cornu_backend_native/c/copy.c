/* Copies: any view to any view of one shape and element size.
 *
 * addresses: to, from. numbers: bytes of an element, axes, then per axis: size, stride of to, stride of
 * from (in elements). It is cut along the first axis. */
#include "cornu.h"

#include <string.h>

static void copy_axis(char *to, const char *from, const int64_t *n, int64_t axes, int64_t bytes,
                      int64_t first, int64_t last) {
    const int64_t *axis = n;
    int64_t to_step = axis[1] * bytes, from_step = axis[2] * bytes;
    to += first * to_step;
    from += first * from_step;
    if (axes == 1 && axis[1] == 1 && axis[2] == 1) {
        memcpy(to, from, (size_t)((last - first) * bytes));
        return;
    }
    for (int64_t i = first; i < last; i++, to += to_step, from += from_step) {
        if (axes > 1) copy_axis(to, from, n + 3, axes - 1, bytes, 0, n[3]);
        else if (bytes == 4) memcpy(to, from, 4);
        else if (bytes == 8) memcpy(to, from, 8);
        else if (bytes == 2) memcpy(to, from, 2);
        else memcpy(to, from, 1);
    }
}

EXPORT void k_copy(const task *t, int64_t part, char *scratch) {
    (void)scratch;
    int64_t size = t->n[2];
    copy_axis(t->at[0], t->at[1], t->n + 2, t->n[1], t->n[0], cut(size, 1, part, t->parts),
              cut(size, 1, part + 1, t->parts));
}
