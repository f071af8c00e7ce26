/* A pool of threads that share the parts of a task.
 *
 * Nobody owns a part: whoever is free claims the next one, so a thread that the system has put aside
 * holds nobody up. A thread that finds nothing to do spins for a moment and then sleeps. */
#include "cornu.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "system.h"

enum { MOST_THREADS = 256 };
static const double PATIENCE = 20e-6; /* seconds of spinning: waking a thread costs as much */

typedef struct pool pool;

typedef struct worker {
    pool *pool;
    thread thread;
    int64_t number;
} worker;

struct pool {
    /* The number of the task above, the next part of it below: claimed by compare and swap, so that
     * nobody claims a part of a task that he has not seen. */
    _Atomic uint64_t ticket;
    _Atomic int64_t left; /* parts that are not done */
    kernel *kernel;
    const task *task;
    char *scratch;
    int64_t scratch_each;
    _Atomic int64_t parts;

    atomic_flag busy;
    _Atomic int asleep;
    _Atomic int ends;
    lock lock;
    bell more;
    int64_t threads; /* that it may have, with the caller's */
    _Atomic int64_t running;
    worker workers[MOST_THREADS];
};

static const uint64_t CLOSED = 0xffffffffu;

/* Does parts of the task at hand until none is left to claim. */
static void help(pool *p, int64_t number) {
    for (;;) {
        uint64_t seen = atomic_load(&p->ticket);
        uint64_t next = seen & CLOSED;
        if (next == CLOSED || (int64_t)next >= atomic_load(&p->parts)) return;
        if (!atomic_compare_exchange_weak(&p->ticket, &seen, seen + 1)) continue;
        p->kernel(p->task, (int64_t)next, p->scratch + number * p->scratch_each);
        atomic_fetch_sub(&p->left, 1);
    }
}

static bool is_idle(pool *p, uint64_t last) {
    return atomic_load(&p->ticket) >> 32 == last && !atomic_load(&p->ends);
}

/* Waits until there is a new task, first awake and then asleep. */
static void wait_for_more(pool *p, uint64_t last) {
    for (double until = seconds_now() + PATIENCE; seconds_now() < until;)
        for (int i = 0; i < 32; i++) {
            if (!is_idle(p, last)) return;
            relax();
        }
    lock_take(&p->lock);
    atomic_fetch_add(&p->asleep, 1);
    while (is_idle(p, last)) bell_wait(&p->more, &p->lock);
    atomic_fetch_sub(&p->asleep, 1);
    lock_drop(&p->lock);
}

static THREAD_RESULT work(void *argument) {
    worker *me = argument;
    pool *p = me->pool;
    for (uint64_t last = 0; !atomic_load(&p->ends);) {
        wait_for_more(p, last);
        last = atomic_load(&p->ticket) >> 32;
        help(p, me->number);
    }
    return 0;
}

static void wake(pool *p) {
    if (!atomic_load(&p->asleep)) return;
    lock_take(&p->lock);
    bell_ring(&p->more);
    lock_drop(&p->lock);
}

/* Starts the threads, when the first task comes. */
static void start(pool *p) {
    int64_t i = 1;
    for (; i < p->threads; i++) {
        worker *w = &p->workers[i];
        w->pool = p;
        w->number = i;
        if (!thread_start(&w->thread, work, w)) break; /* fewer do as well */
    }
    atomic_store(&p->running, i);
}

/* Waits for parts that others do; one that the system has put aside may need this processor. */
static void wait_for_others(pool *p) {
    for (int spins = 0; atomic_load(&p->left);) {
        if (++spins < 512) relax();
        else thread_yield();
    }
}

void pool_do(pool *p, kernel *k, const task *t, char *scratch, int64_t scratch_each) {
    if (atomic_flag_test_and_set(&p->busy)) {
        for (int64_t part = 0; part < t->parts; part++) k(t, part, scratch);
        return;
    }
    if (!atomic_load(&p->running)) start(p);
    uint64_t number = atomic_load(&p->ticket) >> 32;
    p->kernel = k;
    p->task = t;
    p->scratch = scratch;
    p->scratch_each = scratch_each;
    atomic_store(&p->left, t->parts);
    atomic_store(&p->parts, t->parts);
    atomic_store(&p->ticket, (number + 1) << 32);
    wake(p);
    help(p, 0);
    wait_for_others(p);
    atomic_store(&p->ticket, (number + 1) << 32 | CLOSED);
    atomic_flag_clear(&p->busy);
}

/* Puts a pool in order that has no threads: a new one, or in a forked child that of its parent. */
static void begin(pool *p) {
    atomic_store(&p->ticket, CLOSED);
    atomic_store(&p->left, 0);
    atomic_store(&p->asleep, 0);
    atomic_store(&p->running, 0);
    atomic_flag_clear(&p->busy);
    lock_init(&p->lock);
    bell_init(&p->more);
}

EXPORT pool *cornu_pool_new(int64_t threads) {
    pool *p = calloc(1, sizeof(pool));
    if (p == NULL) return NULL;
    p->threads = smaller(threads, MOST_THREADS);
    begin(p);
    return p;
}

EXPORT void cornu_pool_forked(pool *p) { begin(p); }

EXPORT void cornu_pool_free(pool *p) {
    atomic_store(&p->ends, 1);
    lock_take(&p->lock);
    bell_ring(&p->more);
    lock_drop(&p->lock);
    for (int64_t i = 1; i < p->running; i++) thread_join(p->workers[i].thread);
    bell_free(&p->more);
    lock_free(&p->lock);
    free(p);
}
