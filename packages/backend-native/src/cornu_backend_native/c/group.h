/* Groups: elementwise operations that run together, block by block.
 *
 * A group goes over a space of several axes. Its operations work on blocks of it, which lie in registers:
 * pieces of scratch that stay in the nearest cache. A block is some steps of the second axis from the
 * end, each whole, or a piece of one.
 *
 * numbers:
 *   extent, quantum, unit   the cut axis is seen as `extent` rows of `unit` steps, and cut at multiples of
 *                           `quantum` rows
 *   cut                     which axis is cut
 *   axes, addresses, operations, constants
 *   block                   elements of a block at most; at least 1
 *   slot                    bytes of a register
 *   shape                   per axis
 *   views                   per address: bytes of an element, then bytes to the next one along each axis
 *   operations              five words each, see below; a fused one takes more
 *   constants               one word each, in its dtype
 *
 * An operation is (function, to, a, b, c). What it works on is a number times 4 plus its kind. */
#ifndef CORNU_GROUP_H
#define CORNU_GROUP_H

#include "cornu.h"

enum { MOST_AXES = 16 };
enum { REGISTER = 0, MEMORY = 1, CONSTANT = 2 }; /* kinds of what operations work on */
enum {
    LOAD = 1,  /* address a into register `to` */
    STEADY = 2, /* the same, of what is alike in all blocks of one size: once */
    STORE = 3, /* register a to address `to` */
    FUSED = 4, /* one of the prebuilt functions, `to`, on as many places as a says, which follow */
    ENTRY_WORDS = 5,
};

typedef void operation(void *to, const void *a, const void *b, const void *c, int64_t n);

/* All operations of a group in one loop over a block: `fused.py` writes them. */
typedef void fused(char *const *at, int64_t n);

typedef struct group {
    int64_t cut, axes, addresses, operations, block, slot;
    const int64_t *shape, *views, *code, *constants;
    int64_t first[MOST_AXES], last[MOST_AXES]; /* of the part at hand, per axis */
} group;

/* A block at work. */
typedef struct block {
    int64_t rows, columns;
    int64_t index[MOST_AXES]; /* of its first element */
    char *const *at;          /* per address, its first element */
    char *registers;
    int64_t steady_rows, steady_columns; /* of the steady registers */
} block;

/* Reads the numbers; returns the words behind them. */
const int64_t *group_read(group *g, const task *t, int64_t part);

/* Where an operand of an operation lies. */
static inline char *place(const group *g, const block *b, int64_t code) {
    int64_t i = code >> 2;
    switch (code & 3) {
    case REGISTER: return b->registers + i * g->slot;
    case MEMORY: return b->at[i];
    default: return (char *)(g->constants + i);
    }
}

/* Computes all blocks of a part; `then`, where there is one, is called after each. */
void group_walk(const group *g, const task *t, char *scratch,
                void (*then)(void *state, const group *g, const block *b), void *state);

#endif
