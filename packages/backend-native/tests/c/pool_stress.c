/* Many callers of one pool, and one caller of many: every part is done once, and its result is seen.
 *
 * Built with -fsanitize=thread it also proves that no two threads meet at one number unordered. */
#include "cornu.h"
#include "system.h"

#include <stdio.h>
#include <stdlib.h>

enum { CALLERS = 4, TASKS = 300, PARTS = 64, THREADS = 4, LINE = 64 };

static struct pool *shared;

/* addresses: one number per part. numbers: what each part adds. */
static void add(const task *t, int64_t part, char *scratch) {
    int64_t *of_this_thread = (int64_t *)scratch; /* nobody else's, or TSan would tell */
    *of_this_thread = t->n[0] + part;
    ((int64_t *)t->at[0])[part] += *of_this_thread;
}

static void repeat(struct pool *pool, int64_t parts) {
    _Alignas(LINE) char scratch[LINE * THREADS];
    int64_t totals[PARTS] = {0}, number = 7;
    char *at[] = {(char *)totals};
    task t = {at, &number, parts, NULL};
    for (int64_t i = 0; i < TASKS; i++) pool_do(pool, add, &t, scratch, LINE);
    for (int64_t part = 0; part < parts; part++)
        if (totals[part] != TASKS * (number + part)) {
            printf("part %lld of %lld holds %lld\n", (long long)part, (long long)parts,
                   (long long)totals[part]);
            exit(1);
        }
}

static THREAD_RESULT call(void *argument) {
    struct pool *own = cornu_pool_new(THREADS);
    for (int64_t parts = 2; parts <= PARTS; parts *= 2) {
        repeat(shared, parts);
        repeat(own, parts);
    }
    cornu_pool_free(own);
    (void)argument;
    return 0;
}

int main(void) {
    thread callers[CALLERS];
    shared = cornu_pool_new(THREADS);
    for (int i = 0; i < CALLERS; i++)
        if (!thread_start(&callers[i], call, NULL)) return 2;
    for (int i = 0; i < CALLERS; i++) thread_join(callers[i]);
    cornu_pool_free(shared);
    return 0;
}
