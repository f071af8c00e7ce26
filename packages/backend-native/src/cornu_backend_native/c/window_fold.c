/* `fold`, the adjoint of sliding windows: each result adds up the windows it was part of, in order.
 *
 * addresses: out, windows. numbers: axes of out, how many windowed, then per axis of out: size, bytes to the
 * next element of out, of the windows; then per windowed axis: which, size of the window, stride, dilation,
 * windows along it, bytes to the next element inside a window. It is cut along the elements of out. */
#include "cornu.h"

#include <string.h>

enum { MOST_WINDOWED = 8 };

#define FOLD(NAME, T, A, sum)                                                                         \
    static A FOLD_SUM_##NAME(const int64_t *w, int64_t count, const int64_t *index, const char *at) { \
        if (count == 0) return (A)(*(const T *)(const void *)at);                                     \
        A total = 0;                                                                                  \
        for (int64_t k = 0; k < w[1]; k++) {                                                          \
            int64_t start = index[w[0]] - k * w[3];                                                   \
            if (start < 0 || start % w[2] || start / w[2] >= w[4]) continue;                          \
            A x = total, y = FOLD_SUM_##NAME(w + 7, count - 1, index,                                 \
                                             at + start / w[2] * w[6] + k * w[5]);                    \
            total = (A)(sum);                                                                         \
        }                                                                                             \
        return total;                                                                                 \
    }                                                                                                 \
    EXPORT void k_fold_windows_##NAME(const task *t, int64_t part, char *scratch) {                   \
        (void)scratch;                                                                                \
        const int64_t *n = t->n, axes = n[0], count = n[1], *axis = n + 2, *w = axis + 3 * axes;      \
        int64_t size = 1, index[16];                                                                  \
        for (int64_t a = 0; a < axes; a++) size *= axis[3 * a];                                       \
        int64_t last = cut(size, 1, part + 1, t->parts);                                              \
        for (int64_t i = cut(size, 1, part, t->parts); i < last; i++) {                               \
            int64_t rest = i;                                                                         \
            char *to = t->at[0];                                                                      \
            const char *from = t->at[1];                                                              \
            for (int64_t a = axes - 1; a >= 0; a--) {                                                 \
                index[a] = rest % axis[3 * a];                                                        \
                rest /= axis[3 * a];                                                                  \
                to += index[a] * axis[3 * a + 1];                                                     \
                from += index[a] * axis[3 * a + 2];                                                   \
            }                                                                                         \
            T value = (T)FOLD_SUM_##NAME(w, count, index, from);                                      \
            memcpy(to, &value, sizeof(T));                                                            \
        }                                                                                             \
    }

FOLD(f2, _Float16, float, x + y)
FOLD(f4, float, float, x + y)
FOLD(f8, double, double, x + y)
FOLD(w1, uint8_t, uint8_t, x + y)
FOLD(w2, uint16_t, uint16_t, x + y)
FOLD(w4, uint32_t, uint32_t, x + y)
FOLD(w8, uint64_t, uint64_t, x + y)
FOLD(b1, uint8_t, uint8_t, x | y)
