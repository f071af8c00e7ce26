/* Sorting along lines of (outer, n, inner) elements: values, or the places they come from.
 *
 * Every number becomes a key: an integer without sign in the same order, NaN last and -0 equal to 0.
 * Equal numbers keep their order. Few are sorted by insertion, many digit by digit.
 *
 * addresses: out, x. numbers: outer, n, inner, kind of x. It is cut along outer * inner; scratch: 32 bytes
 * per number of a line. */
#include "cornu.h"

#include <string.h>

enum { FLOAT16, FLOAT32, FLOAT64, SIGNED8, SIGNED16, SIGNED32, SIGNED64, PLAIN8, PLAIN16, PLAIN32, PLAIN64 };
static const int64_t SIZES[] = {2, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8};

enum { FEW = 64 };

typedef struct entry {
    uint64_t key;
    int64_t place;
} entry;

static uint64_t key_of_float(float x) {
    if (x != x) return UINT32_MAX;
    x += 0.0f; /* -0 becomes 0 */
    uint32_t bits;
    memcpy(&bits, &x, 4);
    return bits >> 31 ? ~bits : bits | (uint32_t)1 << 31;
}

static uint64_t key_of_double(double x) {
    if (x != x) return UINT64_MAX;
    x += 0.0;
    uint64_t bits;
    memcpy(&bits, &x, 8);
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

static uint64_t key_at(const char *x, int64_t kind, int64_t i) {
    switch (kind) {
    case FLOAT16: return key_of_float((float)((const _Float16 *)x)[i]);
    case FLOAT32: return key_of_float(((const float *)x)[i]);
    case FLOAT64: return key_of_double(((const double *)x)[i]);
    case SIGNED8: return ((const uint8_t *)x)[i] ^ 0x80u;
    case SIGNED16: return ((const uint16_t *)x)[i] ^ 0x8000u;
    case SIGNED32: return ((const uint32_t *)x)[i] ^ 0x80000000u;
    case SIGNED64: return ((const uint64_t *)x)[i] ^ (uint64_t)1 << 63;
    case PLAIN8: return ((const uint8_t *)x)[i];
    case PLAIN16: return ((const uint16_t *)x)[i];
    case PLAIN32: return ((const uint32_t *)x)[i];
    default: return ((const uint64_t *)x)[i];
    }
}

static void insert(entry *all, int64_t n) {
    for (int64_t i = 1; i < n; i++) {
        entry e = all[i];
        int64_t j = i;
        for (; j > 0 && all[j - 1].key > e.key; j--) all[j] = all[j - 1];
        all[j] = e;
    }
}

/* Sorts by one digit of the keys after another, from the least; returns where the entries are then. */
static entry *by_digits(entry *from, entry *to, int64_t n) {
    for (int digit = 0; digit < 64; digit += 8) {
        int64_t starts[256] = {0}, sum = 0;
        for (int64_t i = 0; i < n; i++) starts[from[i].key >> digit & 255]++;
        if (starts[from[0].key >> digit & 255] == n) continue; /* it is the same in all */
        for (int d = 0; d < 256; d++) {
            int64_t many = starts[d];
            starts[d] = sum;
            sum += many;
        }
        for (int64_t i = 0; i < n; i++) to[starts[from[i].key >> digit & 255]++] = from[i];
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
        entry *entries = (entry *)(void *)scratch, *found = entries;
        for (int64_t i = 0; i < n; i++) entries[i] = (entry){key_at(t->at[1], kind, first + i * inner), i};
        if (n <= FEW) insert(entries, n);
        else found = by_digits(entries, entries + n, n);
        for (int64_t i = 0; i < n; i++) {
            int64_t at = first + i * inner, from = first + found[i].place * inner;
            if (wants_places) ((int32_t *)(void *)t->at[0])[at] = (int32_t)found[i].place;
            else memcpy(t->at[0] + at * size, t->at[1] + from * size, (size_t)size);
        }
    }
}

EXPORT void k_sort(const task *t, int64_t part, char *scratch) { lines(t, part, scratch, 0); }

EXPORT void k_argsort(const task *t, int64_t part, char *scratch) { lines(t, part, scratch, 1); }
