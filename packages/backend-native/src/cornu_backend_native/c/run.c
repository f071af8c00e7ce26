/* The runner: calls the kernels of a table, row by row. */
#include "cornu.h"

#include <stddef.h>

#include "system.h"

static int64_t words_of(const row *r) {
    return (int64_t)(sizeof(row) / sizeof(int64_t)) + 2 * r->addresses + r->numbers;
}

static void find(const row *r, char *const *bases, char **at) {
    for (int64_t i = 0; i < r->addresses; i++) at[i] = bases[r->words[2 * i]] + r->words[2 * i + 1];
}

/* The links of a chain stand right behind its only number, the words they take. */
static void one_part_of_all(const task *t, int64_t part, char *scratch) {
    const int64_t *end = t->n + 1 + t->n[0];
    for (const int64_t *at = t->n + 1; at < end; at += words_of((const row *)at)) {
        const row *r = (const row *)at;
        char *addresses[MOST_ADDRESSES];
        find(r, t->run->bases, addresses);
        task link = {addresses, r->words + 2 * r->addresses, t->parts, t->run};
        ((kernel *)(intptr_t)r->kernel)(&link, part, scratch);
    }
}

static void share(const run *run, kernel *k, const task *t) {
    if (t->parts == 1 || run->pool == NULL)
        for (int64_t part = 0; part < t->parts; part++) k(t, part, run->scratch);
    else
        pool_do(run->pool, k, t, run->scratch, run->scratch_each);
}

static void run_rows(const int64_t *table, int64_t words, const run *run) {
    const int64_t *end = table + words;
    for (const int64_t *at = table; at < end;) {
        const row *r = (const row *)at;
        char *addresses[MOST_ADDRESSES];
        find(r, run->bases, addresses);
        const int64_t *numbers = r->words + 2 * r->addresses;
        at += words_of(r);
        if (r->kernel == LOOP) {
            int64_t length = numbers[0], body = numbers[2];
            for (int64_t s = 0; s < length; s++) {
                int64_t step = numbers[1] ? length - 1 - s : s;
                for (int64_t i = 0; i < r->addresses; i++)
                    run->bases[numbers[3 + 2 * i]] = addresses[i] + step * numbers[4 + 2 * i];
                run_rows(at, body, run);
            }
            at += body;
            continue;
        }
        double start = run->seconds == NULL ? 0 : seconds_now();
        task t = {addresses, numbers, r->parts, run};
        if (r->kernel == CHAIN) {
            share(run, one_part_of_all, &t);
            at += numbers[0];
        } else {
            share(run, (kernel *)(intptr_t)r->kernel, &t);
        }
        if (run->seconds != NULL) run->seconds[r->index] += seconds_now() - start;
    }
}

EXPORT void cornu_run(const int64_t *table, int64_t words, run *r) {
    if (r->pool == NULL) {
        run_rows(table, words, r);
        return;
    }
    int how = pace_choose(&r->pace);
    run now = *r;
    if (how == ALONE) now.pool = NULL;
    double start = seconds_now();
    run_rows(table, words, &now);
    pace_note(&r->pace, how, seconds_now() - start);
}
