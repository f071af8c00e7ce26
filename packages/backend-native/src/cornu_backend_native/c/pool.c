/* A pool of threads that share the parts of a task.
 *
 * Nobody owns a part: whoever is free claims the next one, so a thread that the system has put aside
 * holds nobody up. A thread that finds nothing to do spins for a moment and then sleeps. */
#include "cornu.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { SPINS = 4000, MOST_THREADS = 256 };

typedef struct pool pool;

typedef struct worker {
    pool *pool;
    pthread_t thread;
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
    pthread_mutex_t mutex;
    pthread_cond_t more;
    int64_t threads;
    worker workers[MOST_THREADS];
};

static const uint64_t CLOSED = 0xffffffffu;

static void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

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

static void *work(void *argument) {
    worker *me = argument;
    pool *p = me->pool;
    uint64_t last = 0;
    for (;;) {
        int spins = 0;
        while (atomic_load(&p->ticket) >> 32 == last && !atomic_load(&p->ends)) {
            if (++spins < SPINS) {
                relax();
                continue;
            }
            pthread_mutex_lock(&p->mutex);
            atomic_fetch_add(&p->asleep, 1);
            while (atomic_load(&p->ticket) >> 32 == last && !atomic_load(&p->ends))
                pthread_cond_wait(&p->more, &p->mutex);
            atomic_fetch_sub(&p->asleep, 1);
            pthread_mutex_unlock(&p->mutex);
        }
        if (atomic_load(&p->ends)) return NULL;
        last = atomic_load(&p->ticket) >> 32;
        help(p, me->number);
    }
}

static void wake(pool *p) {
    if (!atomic_load(&p->asleep)) return;
    pthread_mutex_lock(&p->mutex);
    pthread_cond_broadcast(&p->more);
    pthread_mutex_unlock(&p->mutex);
}

void pool_do(pool *p, kernel *k, const task *t, char *scratch, int64_t scratch_each) {
    if (atomic_flag_test_and_set(&p->busy)) {
        for (int64_t part = 0; part < t->parts; part++) k(t, part, scratch);
        return;
    }
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
    for (int spins = 0; atomic_load(&p->left);) {
        if (++spins < SPINS) {
            relax();
        } else {
            sched_yield();
            spins = 0;
        }
    }
    atomic_store(&p->ticket, (number + 1) << 32 | CLOSED);
    atomic_flag_clear(&p->busy);
}

EXPORT pool *cornu_pool_new(int64_t threads) {
    pool *p = calloc(1, sizeof(pool));
    if (p == NULL) return NULL;
    atomic_init(&p->ticket, CLOSED);
    atomic_flag_clear(&p->busy);
    pthread_mutex_init(&p->mutex, NULL);
    pthread_cond_init(&p->more, NULL);
    p->threads = 1;
    for (int64_t i = 1; i < smaller(threads, MOST_THREADS); i++) {
        worker *w = &p->workers[p->threads];
        w->pool = p;
        w->number = p->threads;
        if (pthread_create(&w->thread, NULL, work, w)) break; /* fewer do as well */
        p->threads++;
    }
    return p;
}

EXPORT void cornu_pool_free(pool *p) {
    atomic_store(&p->ends, 1);
    pthread_mutex_lock(&p->mutex);
    pthread_cond_broadcast(&p->more);
    pthread_mutex_unlock(&p->mutex);
    for (int64_t i = 1; i < p->threads; i++) pthread_join(p->workers[i].thread, NULL);
    pthread_cond_destroy(&p->more);
    pthread_mutex_destroy(&p->mutex);
    free(p);
}
