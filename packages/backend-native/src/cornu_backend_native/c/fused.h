/* What prebuilt groups are made of: see fused.py, which writes them. */
#ifndef CORNU_FUSED_H
#define CORNU_FUSED_H

#include "cornu.h"
#include "scalars.h"

typedef uint8_t b1, u1;
typedef uint16_t u2;
typedef uint32_t u4;
typedef uint64_t u8;
typedef int8_t i1;
typedef int16_t i2;
typedef int32_t i4;
typedef int64_t i8;
typedef _Float16 f2;
typedef float f4;
typedef double f8;

/* No element is read after another one is written: they are of one place, or lie apart. */
#define EACH _Pragma("clang loop vectorize(assume_safety)") for (int64_t i = 0; i < n; i++)

#endif
