/* Copies: any view to any view of one shape and element size.
 *
 * addresses: to, from. numbers: bytes of an element (1, 2, 4, 8 or 16), which axis is cut, at multiples of
 * what, axes (at least 2), then per axis: size, bytes to the next element of `to`, of `from`.
 * k_copy walks the last axis as a line; k_transpose the last two in tiles: the last follows `to` element by
 * element, the one before it `from`. */
#include "cornu.h"

#include <string.h>

enum { MOST_AXES = 64, TILE = 16 };

typedef struct axis {
    int64_t size, to, from;
} axis;

typedef void plane(char *to, const char *from, const axis *a, int64_t bytes);

static void walk(char *to, const char *from, const axis *a, int64_t axes, int64_t bytes, plane *p) {
    if (axes == 2) {
        p(to, from, a, bytes);
        return;
    }
    for (int64_t i = 0; i < a->size; i++)
        walk(to + i * a->to, from + i * a->from, a + 1, axes - 1, bytes, p);
}

static void one_part(const task *t, int64_t part, plane *p) {
    int64_t bytes = t->n[0], which = t->n[1], quantum = t->n[2], axes = t->n[3];
    axis all[MOST_AXES];
    memcpy(all, t->n + 4, (size_t)axes * sizeof(axis));
    axis *a = &all[which];
    int64_t first = cut(a->size, quantum, part, t->parts), last = cut(a->size, quantum, part + 1, t->parts);
    a->size = last - first;
    if (a->size > 0) walk(t->at[0] + first * a->to, t->at[1] + first * a->from, all, axes, bytes, p);
}

/* ---- lines ---- */

typedef char sixteen __attribute__((vector_size(16)));

#define LINE(BYTES, T)                                                                               \
    static void line_##BYTES(char *to, const char *from, int64_t n, int64_t to_step, int64_t step) { \
        T x;                                                                                         \
        if (step == 0 && to_step == BYTES) {                                                         \
            memcpy(&x, from, BYTES);                                                                 \
            for (int64_t i = 0; i < n; i++) memcpy(to + i * BYTES, &x, BYTES);                       \
        } else if (to_step == BYTES) {                                                               \
            for (int64_t i = 0; i < n; i++) {                                                        \
                memcpy(&x, from + i * step, BYTES);                                                  \
                memcpy(to + i * BYTES, &x, BYTES);                                                   \
            }                                                                                        \
        } else {                                                                                     \
            for (int64_t i = 0; i < n; i++) {                                                        \
                memcpy(&x, from + i * step, BYTES);                                                  \
                memcpy(to + i * to_step, &x, BYTES);                                                 \
            }                                                                                        \
        }                                                                                            \
    }

LINE(1, uint8_t)
LINE(2, uint16_t)
LINE(4, uint32_t)
LINE(8, uint64_t)
LINE(16, sixteen)

static void lines(char *to, const char *from, const axis *a, int64_t bytes) {
    int64_t n = a[1].size, to_step = a[1].to, step = a[1].from;
    for (int64_t i = 0; i < a->size; i++, to += a->to, from += a->from) {
        if (step == bytes && to_step == bytes) memcpy(to, from, (size_t)(n * bytes));
        else if (bytes == 4) line_4(to, from, n, to_step, step);
        else if (bytes == 8) line_8(to, from, n, to_step, step);
        else if (bytes == 2) line_2(to, from, n, to_step, step);
        else if (bytes == 1) line_1(to, from, n, to_step, step);
        else line_16(to, from, n, to_step, step);
    }
}

EXPORT void k_copy(const task *t, int64_t part, char *scratch) {
    (void)scratch;
    one_part(t, part, lines);
}

/* ---- tiles: element (i, j) is at to + i * to_row + j * bytes, and at from + j * from_row + i * bytes ---- */

typedef uint32_t four __attribute__((vector_size(16)));

/* Four rows of four elements of 4 bytes become four columns. */
static inline void square(char *to, int64_t to_row, const char *from, int64_t from_row) {
    four a, b, c, d;
    memcpy(&a, from, 16);
    memcpy(&b, from + from_row, 16);
    memcpy(&c, from + 2 * from_row, 16);
    memcpy(&d, from + 3 * from_row, 16);
    four ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    four AB = __builtin_shufflevector(a, b, 2, 6, 3, 7), CD = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    a = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
    b = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
    c = __builtin_shufflevector(AB, CD, 0, 1, 4, 5);
    d = __builtin_shufflevector(AB, CD, 2, 3, 6, 7);
    memcpy(to, &a, 16);
    memcpy(to + to_row, &b, 16);
    memcpy(to + 2 * to_row, &c, 16);
    memcpy(to + 3 * to_row, &d, 16);
}

/* A whole tile of TILE by TILE elements of 4 bytes. */
static void whole_tile(char *to, int64_t to_row, const char *from, int64_t from_row) {
    for (int64_t i = 0; i < TILE; i += 4)
        for (int64_t j = 0; j < TILE; j += 4)
            square(to + i * to_row + j * 4, to_row, from + j * from_row + i * 4, from_row);
}

static void tiles(char *to, const char *from, const axis *a, int64_t bytes) {
    int64_t rows = a[0].size, columns = a[1].size, to_row = a[0].to, from_row = a[1].from;
    for (int64_t i = 0; i < rows; i += TILE)
        for (int64_t j = 0; j < columns; j += TILE) {
            char *at = to + i * to_row + j * bytes;
            const char *there = from + j * from_row + i * bytes;
            int64_t height = smaller(TILE, rows - i), width = smaller(TILE, columns - j);
            if (bytes == 4 && height == TILE && width == TILE) {
                whole_tile(at, to_row, there, from_row);
                continue;
            }
            axis part[2] = {{height, to_row, bytes}, {width, bytes, from_row}};
            lines(at, there, part, bytes);
        }
}

EXPORT void k_transpose(const task *t, int64_t part, char *scratch) {
    (void)scratch;
    one_part(t, part, tiles);
}
