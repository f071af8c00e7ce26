/* What differs between operating systems: threads, a lock with a bell, and the time. */
#ifndef SYSTEM_H
#define SYSTEM_H

#include <stdbool.h>

#if defined(_WIN32)
#include <windows.h>

typedef HANDLE thread;
typedef SRWLOCK lock;
typedef CONDITION_VARIABLE bell;
#define THREAD_RESULT DWORD WINAPI

static inline bool thread_start(thread *t, LPTHREAD_START_ROUTINE work, void *argument) {
    *t = CreateThread(NULL, 0, work, argument, 0, NULL);
    return *t != NULL;
}
static inline void thread_join(thread t) {
    WaitForSingleObject(t, INFINITE);
    CloseHandle(t);
}
static inline void thread_yield(void) { SwitchToThread(); }
static inline void lock_init(lock *l) { InitializeSRWLock(l); }
static inline void lock_free(lock *l) { (void)l; }
static inline void lock_take(lock *l) { AcquireSRWLockExclusive(l); }
static inline void lock_drop(lock *l) { ReleaseSRWLockExclusive(l); }
static inline void bell_init(bell *b) { InitializeConditionVariable(b); }
static inline void bell_free(bell *b) { (void)b; }
static inline void bell_wait(bell *b, lock *l) { SleepConditionVariableSRW(b, l, INFINITE, 0); }
static inline void bell_ring(bell *b) { WakeAllConditionVariable(b); }

static inline double seconds_now(void) {
    LARGE_INTEGER ticks, each;
    QueryPerformanceCounter(&ticks);
    QueryPerformanceFrequency(&each);
    return (double)ticks.QuadPart / (double)each.QuadPart;
}

#else
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <time.h>

typedef pthread_t thread;
typedef pthread_mutex_t lock;
typedef pthread_cond_t bell;
#define THREAD_RESULT void *

/* Signals are the business of the threads of Python. */
static inline bool thread_start(thread *t, void *(*work)(void *), void *argument) {
    pthread_attr_t with;
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_init(&with);
    pthread_attr_setstacksize(&with, 1 << 20); /* musl would give 128 KiB */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(t, &with, work, argument) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&with);
    return started;
}
static inline void thread_join(thread t) { pthread_join(t, NULL); }
static inline void thread_yield(void) { sched_yield(); }
static inline void lock_init(lock *l) { pthread_mutex_init(l, NULL); }
static inline void lock_free(lock *l) { pthread_mutex_destroy(l); }
static inline void lock_take(lock *l) { pthread_mutex_lock(l); }
static inline void lock_drop(lock *l) { pthread_mutex_unlock(l); }
static inline void bell_init(bell *b) { pthread_cond_init(b, NULL); }
static inline void bell_free(bell *b) { pthread_cond_destroy(b); }
static inline void bell_wait(bell *b, lock *l) { pthread_cond_wait(b, l); }
static inline void bell_ring(bell *b) { pthread_cond_broadcast(b); }

static inline double seconds_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
#endif

/* Tells the processor that this thread only waits. */
static inline void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
