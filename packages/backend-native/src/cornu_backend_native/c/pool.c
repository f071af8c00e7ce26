/* A pool of threads that share the parts of a task.
 *
 * Each thread has a range of the parts and begins there: what it wrote in the row before is mostly what
 * it reads in this one, and lies in its own cache. Nobody owns a part, though: whoever has done his
 * range claims the parts that are left in the others', so a thread that the system has put aside holds
 * nobody up. A thread that finds nothing to do spins for a moment and then sleeps. */
#include "cornu.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "system.h"

enum { MOST_THREADS = 256, MOST_PARTS = 0xffff };
static const double PATIENCE = 20e-6; /* seconds of spinning: waking a thread costs as much */

typedef struct pool pool;

typedef struct worker {
    pool *pool;
    thread thread;
    int64_t number;
} worker;

/* The parts of one thread: the number of the task (32 bits), the part after the last one (16), the next
 * one (16). It is claimed by compare and swap, so that nobody claims a part of a task that he has not
 * seen. Two of them lie in no common line of a cache. */
typedef struct range {
    _Atomic uint64_t ticket;
    char apart[120];
} range;

struct pool {
    range ranges[MOST_THREADS]; /* one for each thread that runs */
    _Atomic int64_t left;       /* parts that are not done */
    kernel *kernel;
    const task *task;
    char *scratch;
    int64_t scratch_each;

    atomic_flag busy;
    _Atomic int asleep;
    _Atomic int ends;
    lock lock;
    bell more;
    int64_t threads; /* that it may have, with the caller's */
    _Atomic int64_t running;
    worker workers[MOST_THREADS];
};

/* The number of the task at hand: the first range is given out last. */
static uint64_t number_of(pool *p) { return atomic_load(&p->ranges[0].ticket) >> 32; }

/* Does parts of a range until none is left to claim; how many it did. */
static int64_t help_with(pool *p, range *r, int64_t number) {
    for (int64_t done = 0;;) {
        uint64_t seen = atomic_load(&r->ticket);
        int64_t next = seen & 0xffff, end = seen >> 16 & 0xffff;
        if (next >= end) return done;
        if (!atomic_compare_exchange_weak(&r->ticket, &seen, seen + 1)) continue;
        p->kernel(p->task, next, p->scratch + number * p->scratch_each);
        done++;
    }
}

/* Does parts of the task at hand, those of its own range first, until none is left to claim. */
static void help(pool *p, int64_t number) {
    int64_t running = atomic_load(&p->running);
    for (int64_t i = 0; i < running; i++) {
        int64_t done = help_with(p, &p->ranges[(number + i) % running], number);
        if (done) atomic_fetch_sub(&p->left, done);
    }
}

static bool is_idle(pool *p, uint64_t last) {
    return number_of(p) == last && !atomic_load(&p->ends);
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
        last = number_of(p);
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
    if (t->parts > MOST_PARTS || atomic_flag_test_and_set(&p->busy)) {
        for (int64_t part = 0; part < t->parts; part++) k(t, part, scratch);
        return;
    }
    if (!atomic_load(&p->running)) start(p);
    uint64_t number = number_of(p) + 1;
    int64_t running = atomic_load(&p->running);
    p->kernel = k;
    p->task = t;
    p->scratch = scratch;
    p->scratch_each = scratch_each;
    atomic_store(&p->left, t->parts);
    for (int64_t i = running; i-- > 0;) {
        uint64_t first = t->parts * i / running, end = t->parts * (i + 1) / running;
        atomic_store(&p->ranges[i].ticket, number << 32 | end << 16 | first);
    }
    wake(p);
    help(p, 0);
    wait_for_others(p);
    atomic_flag_clear(&p->busy);
}

/* Puts a pool in order that has no threads: a new one, or in a forked child that of its parent. */
static void begin(pool *p) {
    for (int i = 0; i < MOST_THREADS; i++) atomic_store(&p->ranges[i].ticket, 0);
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
