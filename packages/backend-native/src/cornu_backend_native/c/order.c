/* What depends on the order of numbers along lines of (outer, n, inner): sort, argsort, argmax.
 *
 * Every number becomes a key: an integer without sign in the same order, NaN last and -0 equal to 0. Sorting
 * is a merge sort of keys with their places, so equal numbers keep their order.
 *
 * addresses: out, x. numbers: outer, n, inner, kind of x. It is cut along outer * inner; scratch: 32 bytes
 * per number of a line. */
#include "cornu.h"

#include <string.h>

enum { FLOAT16, FLOAT32, FLOAT64, SIGNED8, SIGNED16, SIGNED32, SIGNED64, PLAIN8, PLAIN16, PLAIN32, PLAIN64 };
static const int64_t SIZES[] = {2, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8};

typedef struct entry { uint64_t key; int64_t place; } entry;

static uint64_t key_of_double(double x) {
    if (x != x) return UINT64_MAX;
    x += 0.0; /* -0 becomes 0 */
    uint64_t bits;
    memcpy(&bits, &x, 8);
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

static uint64_t key_at(const char *x, int64_t kind, int64_t i) {
    const uint64_t sign = (uint64_t)1 << 63;
    switch (kind) {
    case FLOAT16: return key_of_double((double)((const _Float16 *)x)[i]);
    case FLOAT32: return key_of_double((double)((const float *)x)[i]);
    case FLOAT64: return key_of_double(((const double *)x)[i]);
    case SIGNED8: return (uint64_t)((const int8_t *)x)[i] ^ sign;
    case SIGNED16: return (uint64_t)((const int16_t *)x)[i] ^ sign;
    case SIGNED32: return (uint64_t)((const int32_t *)x)[i] ^ sign;
    case SIGNED64: return (uint64_t)((const int64_t *)x)[i] ^ sign;
    case PLAIN8: return ((const uint8_t *)x)[i];
    case PLAIN16: return ((const uint16_t *)x)[i];
    case PLAIN32: return ((const uint32_t *)x)[i];
    default: return ((const uint64_t *)x)[i];
    }
}

/* Sorts the entries; returns where they are then: there or beside. */
static entry *sorted(entry *from, entry *to, int64_t n) {
    enum { SHORT = 16 };
    for (int64_t start = 0; start < n; start += SHORT) {
        int64_t end = smaller(start + SHORT, n);
        for (int64_t i = start + 1; i < end; i++) {
            entry e = from[i];
            int64_t j = i;
            for (; j > start && from[j - 1].key > e.key; j--) from[j] = from[j - 1];
            from[j] = e;
        }
    }
    for (int64_t width = SHORT; width < n; width *= 2) {
        for (int64_t start = 0; start < n; start += 2 * width) {
            int64_t middle = smaller(start + width, n), end = smaller(start + 2 * width, n);
            int64_t a = start, b = middle;
            for (int64_t k = start; k < end; k++)
                to[k] = b >= end || (a < middle && from[a].key <= from[b].key) ? from[a++] : from[b++];
        }
        entry *other = from;
        from = to;
        to = other;
    }
    return from;
}

static void lines(const task *t, int64_t part, char *scratch, int wants_places) {
    int64_t outer = t->n[0], n = t->n[1], inner = t->n[2], kind = t->n[3], size = SIZES[kind];
    int64_t last = cut(outer * inner, 1, part + 1, t->parts);
    for (int64_t line = cut(outer * inner, 1, part, t->parts); line < last; line++) {
        int64_t first = line / inner * n * inner + line % inner;
        entry *entries = (entry *)(void *)scratch;
        for (int64_t i = 0; i < n; i++) {
            entries[i].key = key_at(t->at[1], kind, first + i * inner);
            entries[i].place = i;
        }
        entry *found = sorted(entries, entries + n, n);
        for (int64_t i = 0; i < n; i++) {
            int64_t at = first + i * inner, from = first + found[i].place * inner;
            if (wants_places) ((int32_t *)(void *)t->at[0])[at] = (int32_t)found[i].place;
            else memcpy(t->at[0] + at * size, t->at[1] + from * size, (size_t)size);
        }
    }
}

EXPORT void k_sort(const task *t, int64_t part, char *scratch) { lines(t, part, scratch, 0); }

EXPORT void k_argsort(const task *t, int64_t part, char *scratch) { lines(t, part, scratch, 1); }

/* The place of the largest number, the first of equal ones; NaN is larger than all. */
EXPORT void k_argmax(const task *t, int64_t part, char *scratch) {
    (void)scratch;
    int64_t outer = t->n[0], n = t->n[1], inner = t->n[2], kind = t->n[3];
    int64_t last = cut(outer * inner, 1, part + 1, t->parts);
    for (int64_t line = cut(outer * inner, 1, part, t->parts); line < last; line++) {
        int64_t first = line / inner * n * inner + line % inner, place = 0;
        uint64_t most = key_at(t->at[1], kind, first);
        for (int64_t i = 1; i < n; i++) {
            uint64_t key = key_at(t->at[1], kind, first + i * inner);
            if (key > most) {
                most = key;
                place = i;
            }
        }
        ((int32_t *)(void *)t->at[0])[line] = (int32_t)place;
    }
}
