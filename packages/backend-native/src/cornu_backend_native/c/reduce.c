/* Groups that end in reductions: sums, products, largest and smallest of what they compute.
 *
 * Totals are kept in 64 bits (double, or integers that wrap): each block is first reduced by itself, so
 * a sum of many float32 loses no more than one of few.
 *
 * numbers: those of the group, then `finals`, whether totals are written (1) or partial totals (0), the
 * number of totals of a part, then per final:
 *   start, rows, fold, finish   functions (below)
 *   from                        what is reduced, as an operand
 *   totals                      which address holds the totals: 8 bytes each
 *   result                      which address gets them, as its views say
 *   places                      per axis: totals to the next one, 0 along what is reduced
 */
#include "group.h"

#include <math.h>
#include <string.h>

typedef union total { double f; int64_t i; uint64_t u; } total;

typedef void start_totals(total *t, int64_t n);
/* Reduces `rows` rows of `columns` elements each, to one total per row, or where `down` to one per column. */
typedef void add_block(total *t, const void *x, int64_t rows, int64_t columns, int64_t step, int down);
typedef void fold_totals(total *to, const total *from, int64_t n);
typedef void finish_total(void *to, const total *from);

typedef struct final {
    int64_t start, add, fold, finish, from, totals, result;
    const int64_t *places;
} final;

enum { FINAL_WORDS = 7 };

static const int64_t *read_final(final *f, const int64_t *n, int64_t axes) {
    memcpy(f, n, FINAL_WORDS * sizeof(int64_t));
    f->places = n + FINAL_WORDS;
    return n + FINAL_WORDS + axes;
}

typedef struct reduction {
    const task *t;
    const int64_t *finals;
    int64_t count, partial, totals, part;
} reduction;

static total *totals_of(const reduction *r, const final *f) {
    return (total *)(void *)r->t->at[f->totals] + (r->partial ? r->part * r->totals : 0);
}

static void add(void *state, const group *g, const block *b) {
    const reduction *r = state;
    const int64_t *n = r->finals;
    for (int64_t i = 0; i < r->count; i++) {
        final f;
        n = read_final(&f, n, g->axes);
        total *to = totals_of(r, &f);
        for (int64_t axis = 0; axis < g->axes; axis++) to += b->index[axis] * f.places[axis];
        int64_t over_columns = f.places[g->axes - 1] == 0;
        int64_t row_step = g->axes > 1 ? f.places[g->axes - 2] : 0;
        add_block *reduce = (add_block *)(intptr_t)f.add;
        const char *x = place(g, b, f.from);
        if (over_columns && row_step) reduce(to, x, b->rows, b->columns, row_step, 0);
        else if (over_columns) reduce(to, x, 1, b->rows * b->columns, 0, 0);
        else if (row_step) reduce(to, x, 1, b->rows * b->columns, 0, 1);
        else reduce(to, x, b->rows, b->columns, 0, 1);
    }
}

/* Calls for every total of a part, or of all parts: its number and its place among the results. */
static void finish_all(const group *g, const final *f, const total *from, char *to) {
    int64_t index[MOST_AXES] = {0};
    const int64_t *strides = g->views + f->result * (1 + g->axes) + 1;
    finish_total *finish = (finish_total *)(intptr_t)f->finish;
    int64_t column = g->axes - 1;
    for (int64_t axis = 0; axis < g->axes; axis++) index[axis] = f->places[axis] ? g->first[axis] : 0;
    for (;;) {
        int64_t total_at = 0, byte = 0;
        for (int64_t axis = 0; axis < g->axes; axis++) {
            total_at += index[axis] * f->places[axis];
            byte += index[axis] * strides[axis];
        }
        int64_t count = f->places[column] ? g->last[column] - g->first[column] : 1;
        for (int64_t i = 0; i < count; i++)
            finish(to + byte + i * strides[column], from + total_at + i * f->places[column]);
        int64_t axis = column - 1;
        for (; axis >= 0; axis--) {
            if (!f->places[axis]) continue;
            if (++index[axis] < g->last[axis]) break;
            index[axis] = g->first[axis];
        }
        if (axis < 0) return;
    }
}

static int is_empty(const group *g) {
    for (int64_t axis = 0; axis < g->axes; axis++)
        if (g->first[axis] >= g->last[axis]) return 1;
    return 0;
}

/* Totals of a part begin: all of its own where they are partial, else those it will finish. */
static void begin(const reduction *r, const group *g, const final *f) {
    total *to = totals_of(r, f);
    start_totals *start = (start_totals *)(intptr_t)f->start;
    int64_t first = 0, count = r->totals;
    if (!r->partial && f->places[g->cut]) {
        /* the cut axis is the outermost of the totals, or they are scattered: then one by one */
        int64_t index[MOST_AXES] = {0};
        for (int64_t axis = 0; axis < g->axes; axis++) index[axis] = f->places[axis] ? g->first[axis] : 0;
        for (;;) {
            int64_t at = 0;
            for (int64_t axis = 0; axis < g->axes; axis++) at += index[axis] * f->places[axis];
            start(to + at, 1);
            int64_t axis = g->axes - 1;
            for (; axis >= 0; axis--) {
                if (!f->places[axis]) continue;
                if (++index[axis] < g->last[axis]) break;
                index[axis] = g->first[axis];
            }
            if (axis < 0) return;
        }
    }
    start(to + first, count);
}

EXPORT void k_reduce(const task *t, int64_t part, char *scratch) {
    group g;
    const int64_t *n = group_read(&g, t, part);
    reduction r = {t, n + 3, n[0], n[1], n[2], part};
    if (is_empty(&g) && !r.partial) return;
    final f;
    const int64_t *at = r.finals;
    for (int64_t i = 0; i < r.count; i++) {
        at = read_final(&f, at, g.axes);
        begin(&r, &g, &f);
    }
    group_walk(&g, t, scratch, add, &r);
    if (r.partial) return;
    at = r.finals;
    for (int64_t i = 0; i < r.count; i++) {
        at = read_final(&f, at, g.axes);
        finish_all(&g, &f, totals_of(&r, &f), t->at[f.result]);
    }
}

/* The second row of a reduction in parts: folds their totals, in order. The numbers are the same, and
 * behind them the number of parts. */
EXPORT void k_fold(const task *t, int64_t part, char *scratch) {
    (void)scratch;
    group g;
    const int64_t *n = group_read(&g, t, part);
    int64_t count = n[0], totals = n[2];
    const int64_t *at = n + 3;
    final f;
    for (int64_t i = 0; i < count; i++) at = read_final(&f, at, g.axes);
    int64_t parts = at[0];
    g.first[g.cut] = 0;
    g.last[g.cut] = g.shape[g.cut];
    at = n + 3;
    for (int64_t i = 0; i < count; i++) {
        at = read_final(&f, at, g.axes);
        total *to = (total *)(void *)t->at[f.totals];
        for (int64_t p = 1; p < parts; p++)
            ((fold_totals *)(intptr_t)f.fold)(to, to + p * totals, totals);
        finish_all(&g, &f, to, t->at[f.result]);
    }
}
