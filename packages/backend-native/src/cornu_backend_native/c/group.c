/* The interpreter of groups: walks over the blocks of a part and calls one function per operation. */
#include "group.h"

#include <string.h>

const int64_t *group_read(group *g, const task *t, int64_t part) {
    const int64_t *n = t->n;
    int64_t unit = n[2];
    g->cut = n[3];
    g->axes = n[4];
    g->addresses = n[5];
    g->operations = n[6];
    g->block = n[8];
    g->slot = n[9];
    g->shape = n + 10;
    g->views = g->shape + g->axes;
    g->code = g->views + g->addresses * (1 + g->axes);
    g->constants = g->code + g->operations * ENTRY_WORDS;
    for (int64_t axis = 0; axis < g->axes; axis++) {
        g->first[axis] = 0;
        g->last[axis] = g->shape[axis];
    }
    g->first[g->cut] = unit * cut(n[0], n[1], part, t->parts);
    g->last[g->cut] = unit * cut(n[0], n[1], part + 1, t->parts);
    return g->constants + n[7];
}

/* ---- between memory and registers ---- */

#define MOVE_ONE(T)                                                              \
    for (int64_t r = 0; r < rows; r++, to += to_row, from += from_row) {         \
        if (to_step == (int64_t)sizeof(T) && from_step == 0) {                   \
            T value;                                                             \
            memcpy(&value, from, sizeof(T));                                     \
            for (int64_t i = 0; i < columns; i++) ((T *)to)[i] = value;          \
        } else {                                                                 \
            char *p = to;                                                        \
            const char *q = from;                                                \
            for (int64_t i = 0; i < columns; i++, p += to_step, q += from_step)  \
                memcpy(p, q, sizeof(T));                                         \
        }                                                                        \
    }

static void move(char *to, int64_t to_row, int64_t to_step, const char *from, int64_t from_row,
                 int64_t from_step, int64_t size, int64_t rows, int64_t columns) {
    if (to_step == size && from_step == size) {
        for (int64_t r = 0; r < rows; r++, to += to_row, from += from_row)
            memcpy(to, from, (size_t)(columns * size));
        return;
    }
    switch (size) {
    case 1: MOVE_ONE(uint8_t) break;
    case 2: MOVE_ONE(uint16_t) break;
    case 4: MOVE_ONE(uint32_t) break;
    default: MOVE_ONE(uint64_t) break;
    }
}

typedef struct view { int64_t size, row, step; } view;

static view view_of(const group *g, int64_t address) {
    const int64_t *v = g->views + address * (1 + g->axes), *strides = v + 1;
    view found = {v[0], g->axes > 1 ? strides[g->axes - 2] : 0, strides[g->axes - 1]};
    return found;
}

static void load(const group *g, const block *b, int64_t to, int64_t address) {
    view v = view_of(g, address);
    move(place(g, b, to), b->columns * v.size, v.size, b->at[address], v.row, v.step, v.size, b->rows,
         b->columns);
}

static void store(const group *g, const block *b, int64_t address, int64_t from) {
    view v = view_of(g, address);
    move(b->at[address], v.row, v.step, place(g, b, from), b->columns * v.size, v.size, v.size, b->rows,
         b->columns);
}

/* ---- one block, and all of them ---- */

/* Returns the words that the places of its operands take. */
static int64_t compute_fused(const group *g, const block *b, const int64_t *o, int64_t n) {
    char *at[MOST_ADDRESSES];
    for (int64_t i = 0; i < o[2]; i++) at[i] = place(g, b, o[ENTRY_WORDS + i]);
    ((fused *)(intptr_t)o[1])(at, n);
    return (o[2] + ENTRY_WORDS - 1) / ENTRY_WORDS * ENTRY_WORDS;
}

static void compute(const group *g, block *b) {
    int64_t n = b->rows * b->columns;
    int is_steady = b->rows <= b->steady_rows && b->columns == b->steady_columns;
    const int64_t *end = g->code + g->operations * ENTRY_WORDS;
    for (const int64_t *o = g->code; o < end; o += ENTRY_WORDS) {
        if (o[0] > FUSED)
            ((operation *)(intptr_t)o[0])(place(g, b, o[1]), place(g, b, o[2]), place(g, b, o[3]),
                                          place(g, b, o[4]), n);
        else if (o[0] == FUSED)
            o += compute_fused(g, b, o, n);
        else if (o[0] == STORE)
            store(g, b, o[1], o[2]);
        else if (o[0] == LOAD || !is_steady)
            load(g, b, o[1], o[2]);
    }
    if (!is_steady) {
        b->steady_rows = b->rows;
        b->steady_columns = b->columns;
    }
}

static void step_to(const group *g, const task *t, const block *b, char **at) {
    for (int64_t a = 0; a < g->addresses; a++) {
        const int64_t *strides = g->views + a * (1 + g->axes) + 1;
        char *p = t->at[a];
        for (int64_t axis = 0; axis < g->axes; axis++) p += b->index[axis] * strides[axis];
        at[a] = p;
    }
}

void group_walk(const group *g, const task *t, char *scratch,
                void (*then)(void *state, const group *g, const block *b), void *state) {
    char *at[MOST_ADDRESSES];
    block b = {.at = at, .registers = scratch, .steady_rows = 0};
    int64_t column = g->axes - 1, row = g->axes - 2; /* row: -1 where there is one axis */
    for (int64_t axis = 0; axis < g->axes; axis++) {
        if (g->first[axis] >= g->last[axis]) return;
        b.index[axis] = g->first[axis];
    }
    int64_t wide = g->last[column] - g->first[column];
    /* whole rows only where they follow one another in registers as in memory */
    int64_t tall = wide <= g->block && wide == g->shape[column] ? g->block / wide : 1;
    for (;;) {
        int64_t height = row < 0 ? 1 : g->last[row] - g->first[row];
        for (int64_t r = 0; r < height; r += tall) {
            if (row >= 0) b.index[row] = g->first[row] + r;
            b.rows = smaller(tall, height - r);
            for (int64_t c = 0; c < wide; c += g->block) {
                b.index[column] = g->first[column] + c;
                b.columns = smaller(g->block, wide - c);
                step_to(g, t, &b, at);
                compute(g, &b);
                if (then) then(state, g, &b);
            }
        }
        int64_t axis = row - 1;
        for (; axis >= 0; axis--) {
            if (++b.index[axis] < g->last[axis]) break;
            b.index[axis] = g->first[axis];
        }
        if (axis < 0) return;
    }
}

EXPORT void k_group(const task *t, int64_t part, char *scratch) {
    group g;
    group_read(&g, t, part);
    group_walk(&g, t, scratch, NULL, NULL);
}
