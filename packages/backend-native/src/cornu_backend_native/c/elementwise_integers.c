/* Elementwise functions of integers and of truth values. */
#include "cornu.h"

/* Powers wrap around; of a negative exponent nothing is left but 1 and -1. */
static inline uint64_t integer_power(uint64_t base, int64_t exponent) {
    if (exponent < 0) return base == 1 ? 1 : base == UINT64_MAX ? (exponent & 1 ? UINT64_MAX : 1) : 0;
    uint64_t result = 1;
    for (; exponent; exponent >>= 1, base *= base)
        if (exponent & 1) result *= base;
    return result;
}

#define IS_SIGNED
#define T int8_t
#define C int8_t
#define U uint8_t
#define NAME i1
#include "elementwise.inc"
#define T int16_t
#define C int16_t
#define U uint16_t
#define NAME i2
#include "elementwise.inc"
#define T int32_t
#define C int32_t
#define U uint32_t
#define NAME i4
#include "elementwise.inc"
#define T int64_t
#define C int64_t
#define U uint64_t
#define NAME i8
#include "elementwise.inc"
#undef IS_SIGNED

#define IS_UNSIGNED
#define T uint8_t
#define C uint8_t
#define U uint8_t
#define NAME u1
#include "elementwise.inc"
#define T uint16_t
#define C uint16_t
#define U uint16_t
#define NAME u2
#include "elementwise.inc"
#define T uint32_t
#define C uint32_t
#define U uint32_t
#define NAME u4
#include "elementwise.inc"
#define T uint64_t
#define C uint64_t
#define U uint64_t
#define NAME u8
#include "elementwise.inc"
#undef IS_UNSIGNED

#define IS_BOOL
#define T uint8_t
#define C uint8_t
#define NAME b1
#include "elementwise.inc"
#undef IS_BOOL
