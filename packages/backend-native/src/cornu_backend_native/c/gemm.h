/* Products of matrices: C = A B, many at once, every operand given by strides in elements.
 *
 * A tile of C is held in registers while it runs along K. The columns of B that a tile needs stand together
 * in a panel, step by step of K; so do the rows of A where they are used for many tiles. K is taken in
 * blocks, whose panels stay in the caches. Sums run along K in one order: no bit depends on how a
 * product is cut.
 *
 * addresses: C, A, B. numbers: as in `product`, then per axis of the batch its size and the strides of
 * C, A and B. */
#ifndef CORNU_GEMM_H
#define CORNU_GEMM_H

#include "cornu.h"
#include "vector.h"

enum { BY_ROWS = 0, BY_COLUMNS = 1 };               /* which side is cut; rows: of all the batch */
enum { IN_PLACE = 0, PACKED = 1, TO_BE_PACKED = 2 }; /* how B lies: with rows in order, in panels, any */

typedef struct product {
    int64_t rows, columns, depth; /* M, N, K */
    int64_t c_row, c_column, a_row, a_column, b_row, b_column;
    int64_t side, b_lies;
    int64_t quantum; /* it is cut at multiples of this */
    int64_t axes;
    int64_t batch[];
} product;

enum { DEPTH = 512, WIDTH = 256 }; /* of a block of B */
#if VECTOR_REGISTERS == 32
#define TILE_ROWS 12
#else
#define TILE_ROWS 6
#endif
enum { MOST_ROWS = 16 }; /* that a packed step of A takes, on any processor */

/* The longest step of K, no longer than DEPTH, that cuts it evenly. */
static inline int64_t block_depth(int64_t depth) {
    int64_t blocks = larger(1, (depth + DEPTH - 1) / DEPTH);
    return (depth + blocks - 1) / blocks;
}

/* Where matrix `index` of the batch begins in each operand, in elements. */
typedef struct place_in_batch { int64_t c, a, b; } place_in_batch;

static inline place_in_batch matrix_at(const product *p, int64_t index) {
    place_in_batch at = {0, 0, 0};
    for (int64_t axis = p->axes - 1; axis >= 0; axis--) {
        const int64_t *n = p->batch + 4 * axis;
        int64_t i = index % n[0];
        index /= n[0];
        at.c += i * n[1];
        at.a += i * n[2];
        at.b += i * n[3];
    }
    return at;
}

static inline int64_t matrices(const product *p) {
    int64_t count = 1;
    for (int64_t axis = 0; axis < p->axes; axis++) count *= p->batch[4 * axis];
    return count;
}

#endif
