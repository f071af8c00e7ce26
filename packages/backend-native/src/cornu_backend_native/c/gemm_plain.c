/* Products of whole numbers, and of truth values (is any pair true?).
 *
 * The numbers are those of other products (gemm.h). They are cut along the rows of all the batch. */
#include "gemm.h"

/* A row of C at a time: T as stored, S as summed up. */
#define PLAIN(NAME, T, S, term)                                                                   \
    EXPORT void k_product_##NAME(const task *t, int64_t part, char *scratch) {                    \
        const product *p = (const product *)t->n;                                                 \
        S *sum = (S *)scratch;                                                                    \
        int64_t all = matrices(p) * p->rows, last = cut(all, p->quantum, part + 1, t->parts);     \
        for (int64_t row = cut(all, p->quantum, part, t->parts); row < last; row++) {             \
            place_in_batch at = matrix_at(p, row / p->rows);                                      \
            T *c = (T *)t->at[0] + at.c + row % p->rows * p->c_row;                               \
            const T *a = (const T *)t->at[1] + at.a + row % p->rows * p->a_row;                   \
            const T *b = (const T *)t->at[2] + at.b;                                              \
            for (int64_t j = 0; j < p->columns; j++) sum[j] = 0;                                  \
            for (int64_t k = 0; k < p->depth; k++, b += p->b_row) {                               \
                S x = (S)a[k * p->a_column];                                                      \
                if (p->b_column == 1)                                                             \
                    for (int64_t j = 0; j < p->columns; j++) sum[j] = (S)(term(x, (S)b[j]));      \
                else                                                                              \
                    for (int64_t j = 0; j < p->columns; j++)                                      \
                        sum[j] = (S)(term(x, (S)b[j * p->b_column]));                             \
            }                                                                                     \
            for (int64_t j = 0; j < p->columns; j++) c[j * p->c_column] = (T)sum[j];              \
        }                                                                                         \
    }

#define MULTIPLIED(x, y) sum[j] + (x) * (y)
#define BOTH(x, y) sum[j] | ((x) & (y))

PLAIN(i1, int8_t, uint32_t, MULTIPLIED)
PLAIN(i2, int16_t, uint32_t, MULTIPLIED)
PLAIN(i4, int32_t, uint32_t, MULTIPLIED)
PLAIN(i8, int64_t, uint64_t, MULTIPLIED)
PLAIN(u1, uint8_t, uint32_t, MULTIPLIED)
PLAIN(u2, uint16_t, uint32_t, MULTIPLIED)
PLAIN(u4, uint32_t, uint32_t, MULTIPLIED)
PLAIN(u8, uint64_t, uint64_t, MULTIPLIED)
PLAIN(b1, uint8_t, uint8_t, BOTH)
