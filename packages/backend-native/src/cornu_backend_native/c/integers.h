/* Whole numbers of any dtype, read one by one. */
#ifndef CORNU_INTEGERS_H
#define CORNU_INTEGERS_H

#include <stdint.h>

/* A dtype as a number: bytes, negative where they hold a sign. */
static inline int64_t integer_at(const char *p, int64_t kind, int64_t i) {
    switch (kind) {
    case -1: return ((const int8_t *)p)[i];
    case -2: return ((const int16_t *)p)[i];
    case -4: return ((const int32_t *)p)[i];
    case 1: return ((const uint8_t *)p)[i];
    case 2: return ((const uint16_t *)p)[i];
    case 4: return ((const uint32_t *)p)[i];
    default: return ((const int64_t *)p)[i];
    }
}

#endif
