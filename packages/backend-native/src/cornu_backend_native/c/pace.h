/* Whether a program runs sooner on all threads or on its caller's alone, told from its own runs.
 *
 * Threads cost what they say to each other. Where cores lie on two chiplets, where other programs hold
 * them, or where a container owns half of one, a short program is done sooner by one thread. The parts
 * of each row are the same either way, so the numbers are too. */
#ifndef PACE_H
#define PACE_H

#include <stdbool.h>
#include <stdint.h>

enum { TOGETHER = 0, ALONE = 1, LONGEST_WAIT = 256 };

typedef struct pace {
    double seconds[2]; /* of a run together and alone; 0: not known */
    int64_t runs;
    int64_t next;      /* the run that tries what seems slower */
    int64_t wait;      /* runs from that trial to the one after it */
} pace;

/* How the next run goes. The first touches all memory for the first time and tells nothing; the second
 * and third are one of each. */
static inline int pace_choose(const pace *p) {
    if (p->runs < 3) return p->runs == 2 ? ALONE : TOGETHER;
    int best = p->seconds[ALONE] < p->seconds[TOGETHER] ? ALONE : TOGETHER;
    return p->runs == p->next ? 1 - best : best;
}

/* Notes how long a run took. Faster is believed at once, slower by a tenth at a time: the run may have
 * been disturbed. */
static inline void pace_note(pace *p, int how, double seconds) {
    double *known = &p->seconds[how];
    double most = 1.1 * *known;
    if (p->runs > 0) *known = *known == 0 || seconds < most ? seconds : most;
    if (p->runs == 2) p->wait = 8;
    if (p->runs == 2 || p->runs == p->next) {
        p->next = p->runs + p->wait;
        if (p->wait < LONGEST_WAIT) p->wait *= 2;
    }
    p->runs++;
}

#endif
