/* Elementwise operations as functions of single numbers, of every dtype. */
#ifndef CORNU_SCALARS_H
#define CORNU_SCALARS_H

#include "math.h"

/* Powers wrap around; of a negative exponent nothing is left but 1 and -1. */
static inline uint64_t integer_power(uint64_t base, int64_t exponent) {
    if (exponent < 0) return base == 1 ? 1 : base == UINT64_MAX ? (exponent & 1 ? UINT64_MAX : 1) : 0;
    uint64_t result = 1;
    for (; exponent; exponent >>= 1, base *= base)
        if (exponent & 1) result *= base;
    return result;
}

/* The function of the dtype NAME. */
#define SCALAR_NAME3(op, name) o_##op##_##name
#define SCALAR_NAME2(op, name) SCALAR_NAME3(op, name)
#define SCALAR(op) SCALAR_NAME2(op, NAME)
#define CAST_NAME3(from, to) o_cast_##from##_##to
#define CAST_NAME2(from, to) CAST_NAME3(from, to)

#define BODY "scalars.inc"
#include "dtypes_floats.inc"
#include "dtypes_integers.inc"
#undef BODY

#endif
