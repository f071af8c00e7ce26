/* Pooling over three spatial axes (fewer have size 1), channels last.
 *
 * For each place of the result the elements that have a part in it are listed once, then gone through
 * channel by channel.
 *
 * addresses: out, x (or what is spread back), and for max_unpool the values. numbers: those of `pool`, the
 * last a double. It is cut along batch and the first two axes of the result; scratch: 16 bytes per element
 * of a window. */
#include "cornu.h"

#include <string.h>

typedef struct axis { int64_t whole, pooled, window, stride, low; } axis;

typedef struct pool {
    int64_t batch, channels;
    axis d, h, w;
    int64_t winner; /* bytes of the number of a winner */
    double padding;
} pool;

/* An element of a window: its number there, and where its channels begin; -1 in the padding. */
typedef struct element { int64_t tap, at; } element;

enum { CHANNELS = 64 }; /* that are done together */

/* ---- from the whole to the pooled side, and back ---- */

static int64_t inside(const axis *a, int64_t pooled, int64_t tap) {
    int64_t at = pooled * a->stride - a->low + tap;
    return at >= 0 && at < a->whole ? at : -1;
}

/* The elements under the window of a pooled place. */
static int64_t window_of(const pool *p, int64_t n, int64_t d, int64_t h, int64_t w, element *found) {
    int64_t tap = 0;
    for (int64_t i = 0; i < p->d.window; i++)
        for (int64_t j = 0; j < p->h.window; j++)
            for (int64_t k = 0; k < p->w.window; k++, tap++) {
                int64_t x = inside(&p->d, d, i), y = inside(&p->h, h, j), z = inside(&p->w, w, k);
                int64_t at = (((n * p->d.whole + x) * p->h.whole + y) * p->w.whole + z) * p->channels;
                found[tap] = (element){tap, x < 0 || y < 0 || z < 0 ? -1 : at};
            }
    return tap;
}

static int64_t seen_from(const axis *a, int64_t whole, int64_t tap) {
    int64_t start = whole + a->low - tap;
    return start >= 0 && start % a->stride == 0 && start / a->stride < a->pooled ? start / a->stride : -1;
}

static int64_t counted(const axis *a, int64_t pooled) {
    int64_t first = pooled * a->stride - a->low;
    return smaller(first + a->window, a->whole) - larger(first, 0);
}

/* The pooled places whose windows hold an element, and as which of theirs; `at` of the result and, where
 * `counts` is wanted, how many elements each window holds. */
static int64_t windows_with(const pool *p, int64_t n, int64_t d, int64_t h, int64_t w, element *found,
                            int wants_counts) {
    int64_t tap = 0, many = 0;
    for (int64_t i = 0; i < p->d.window; i++)
        for (int64_t j = 0; j < p->h.window; j++)
            for (int64_t k = 0; k < p->w.window; k++, tap++) {
                int64_t x = seen_from(&p->d, d, i), y = seen_from(&p->h, h, j), z = seen_from(&p->w, w, k);
                if (x < 0 || y < 0 || z < 0) continue;
                int64_t at = (((n * p->d.pooled + x) * p->h.pooled + y) * p->w.pooled + z) * p->channels;
                int64_t count = counted(&p->d, x) * counted(&p->h, y) * counted(&p->w, z);
                found[many++] = (element){wants_counts ? count : tap, at};
            }
    return many;
}

/* Goes over the places of a part, on the pooled or the whole side: n, d, h, w. */
#define PLACES(side)                                                                                   \
    pool p;                                                                                            \
    memcpy(&p, t->n, sizeof p);                                                                        \
    element *found = (element *)(void *)scratch;                                                       \
    const int64_t lines = p.batch * p.d.side * p.h.side, last = cut(lines, 1, part + 1, t->parts);     \
    for (int64_t line = cut(lines, 1, part, t->parts); line < last; line++)                            \
        for (int64_t n = line / (p.d.side * p.h.side), d = line / p.h.side % p.d.side,                 \
                     h = line % p.h.side, w = 0;                                                       \
             w < p.w.side; w++)

#define CHANNELS_OF(side)                                                                              \
    for (int64_t c = 0, wide, to = (line * p.w.side + w) * p.channels;                                 \
         wide = smaller(CHANNELS, p.channels - c), c < p.channels; c += CHANNELS)

/* ---- the largest ---- */

#define MAX_POOL(NAME, T)                                                                              \
    EXPORT void k_max_pool_##NAME(const task *t, int64_t part, char *scratch) {                        \
        const T *x = (const T *)(const void *)t->at[1];                                                \
        T *out = (T *)(void *)t->at[0];                                                                \
        PLACES(pooled) {                                                                               \
            int64_t taps = window_of(&p, n, d, h, w, found);                                           \
            CHANNELS_OF(pooled) {                                                                      \
                T best[CHANNELS];                                                                      \
                for (int64_t e = 0; e < taps; e++) {                                                   \
                    const T *v = x + found[e].at + c;                                                  \
                    if (found[e].at < 0)                                                               \
                        for (int64_t i = 0; i < wide; i++)                                             \
                            best[i] = e == 0 || (T)p.padding > best[i] ? (T)p.padding : best[i];       \
                    else if (e == 0)                                                                   \
                        for (int64_t i = 0; i < wide; i++) best[i] = v[i];                             \
                    else                                                                               \
                        for (int64_t i = 0; i < wide; i++)                                             \
                            best[i] = v[i] <= best[i] || best[i] != best[i] ? best[i] : v[i];          \
                }                                                                                      \
                memcpy(out + to + c, best, (size_t)wide * sizeof(T));                                  \
            }                                                                                          \
        }                                                                                              \
    }                                                                                                  \
    EXPORT void k_max_pool_winners_##NAME(const task *t, int64_t part, char *scratch) {                \
        const T *x = (const T *)(const void *)t->at[1];                                                \
        PLACES(pooled) {                                                                               \
            int64_t taps = window_of(&p, n, d, h, w, found);                                           \
            CHANNELS_OF(pooled) {                                                                      \
                T best[CHANNELS];                                                                      \
                int32_t winner[CHANNELS] = {0};                                                        \
                for (int64_t e = 0; e < taps; e++) {                                                   \
                    T padding[CHANNELS];                                                               \
                    const T *v = found[e].at < 0 ? padding : x + found[e].at + c;                      \
                    if (found[e].at < 0)                                                               \
                        for (int64_t i = 0; i < CHANNELS; i++) padding[i] = (T)p.padding;              \
                    if (e == 0) memcpy(best, v, (size_t)wide * sizeof(T));                             \
                    for (int64_t i = 0; i < wide; i++) {                                               \
                        int wins = (v[i] > best[i]) | ((v[i] != v[i]) & (best[i] == best[i]));         \
                        winner[i] = wins ? (int32_t)e : winner[i];                                     \
                        best[i] = wins ? v[i] : best[i];                                               \
                    }                                                                                  \
                }                                                                                      \
                uint8_t *bytes = (uint8_t *)t->at[0] + to + c;                                         \
                if (p.winner == 1)                                                                     \
                    for (int64_t i = 0; i < wide; i++) bytes[i] = (uint8_t)winner[i];                  \
                else                                                                                   \
                    memcpy((int32_t *)(void *)t->at[0] + to + c, winner, (size_t)wide * 4);            \
            }                                                                                          \
        }                                                                                              \
    }
MAX_POOL(f2, _Float16)
MAX_POOL(f4, float)
MAX_POOL(f8, double)
MAX_POOL(i1, int8_t)
MAX_POOL(i2, int16_t)
MAX_POOL(i4, int32_t)
MAX_POOL(i8, int64_t)
MAX_POOL(u1, uint8_t)
MAX_POOL(u2, uint16_t)
MAX_POOL(u4, uint32_t)
MAX_POOL(u8, uint64_t)

/* ---- means, and what goes back ---- */

#define FLOAT_POOLS(NAME, T, A)                                                                        \
    EXPORT void k_avg_pool_##NAME(const task *t, int64_t part, char *scratch) {                        \
        PLACES(pooled) {                                                                               \
            int64_t taps = window_of(&p, n, d, h, w, found);                                           \
            A count = (A)(counted(&p.d, d) * counted(&p.h, h) * counted(&p.w, w));                     \
            CHANNELS_OF(pooled) {                                                                      \
                A sums[CHANNELS] = {0};                                                                \
                for (int64_t e = 0; e < taps; e++) {                                                   \
                    if (found[e].at < 0) continue;                                                     \
                    const T *v = (const T *)(const void *)t->at[1] + found[e].at + c;                  \
                    for (int64_t i = 0; i < wide; i++) sums[i] += (A)v[i];                             \
                }                                                                                      \
                T *out = (T *)(void *)t->at[0] + to + c;                                               \
                for (int64_t i = 0; i < wide; i++) out[i] = (T)(sums[i] / count);                      \
            }                                                                                          \
        }                                                                                              \
    }                                                                                                  \
    EXPORT void k_avg_pool_grad_##NAME(const task *t, int64_t part, char *scratch) {                   \
        PLACES(whole) {                                                                                \
            int64_t many = windows_with(&p, n, d, h, w, found, 1);                                     \
            CHANNELS_OF(whole) {                                                                       \
                A sums[CHANNELS] = {0};                                                                \
                for (int64_t e = 0; e < many; e++) {                                                   \
                    const T *g = (const T *)(const void *)t->at[1] + found[e].at + c;                  \
                    for (int64_t i = 0; i < wide; i++) sums[i] += (A)g[i] / (A)found[e].tap;           \
                }                                                                                      \
                T *out = (T *)(void *)t->at[0] + to + c;                                               \
                for (int64_t i = 0; i < wide; i++) out[i] = (T)sums[i];                                \
            }                                                                                          \
        }                                                                                              \
    }                                                                                                  \
    EXPORT void k_max_unpool_##NAME(const task *t, int64_t part, char *scratch) {                      \
        PLACES(whole) {                                                                                \
            int64_t many = windows_with(&p, n, d, h, w, found, 0);                                     \
            CHANNELS_OF(whole) {                                                                       \
                A sums[CHANNELS] = {0};                                                                \
                for (int64_t e = 0; e < many; e++) {                                                   \
                    const T *g = (const T *)(const void *)t->at[2] + found[e].at + c;                  \
                    const uint8_t *bytes = (const uint8_t *)t->at[1] + found[e].at + c;                \
                    const int32_t *words = (const int32_t *)(const void *)t->at[1] + found[e].at + c;  \
                    int32_t tap = (int32_t)found[e].tap;                                               \
                    if (p.winner == 1)                                                                 \
                        for (int64_t i = 0; i < wide; i++) sums[i] += bytes[i] == tap ? (A)g[i] : 0;   \
                    else                                                                               \
                        for (int64_t i = 0; i < wide; i++) sums[i] += words[i] == tap ? (A)g[i] : 0;   \
                }                                                                                      \
                T *out = (T *)(void *)t->at[0] + to + c;                                               \
                for (int64_t i = 0; i < wide; i++) out[i] = (T)sums[i];                                \
            }                                                                                          \
        }                                                                                              \
    }
FLOAT_POOLS(f2, _Float16, float)
FLOAT_POOLS(f4, float, float)
FLOAT_POOLS(f8, double, double)
