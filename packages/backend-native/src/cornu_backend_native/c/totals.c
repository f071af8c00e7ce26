/* Reductions of blocks to totals, for every dtype. */
#include "cornu.h"

#include <math.h>

typedef union total { double f; int64_t i; uint64_t u; } total;

#define SUM(x, y) (y) + (x)

#define A double
#define M f
#define FROM_A(x) (x)
#define T float
#define LANE_SUM float
#define NAME f4
#define LEAST -INFINITY
#define MOST INFINITY
#include "totals.inc"
#define T double
#define LANE_SUM double
#define NAME f8
#define LEAST -INFINITY
#define MOST INFINITY
#include "totals.inc"
#define T _Float16
#define LANE_SUM float
#define NAME f2
#define LEAST -INFINITY
#define MOST INFINITY
#include "totals.inc"
#undef A
#undef M

/* Integers wrap around: what is added and multiplied has no sign. */
#define A uint64_t
#define M u
#define T uint8_t
#define LANE_SUM uint64_t
#define NAME u1
#define LEAST 0
#define MOST UINT8_MAX
#include "totals.inc"
#define T uint16_t
#define LANE_SUM uint64_t
#define NAME u2
#define LEAST 0
#define MOST UINT16_MAX
#include "totals.inc"
#define T uint32_t
#define LANE_SUM uint64_t
#define NAME u4
#define LEAST 0
#define MOST UINT32_MAX
#include "totals.inc"
#define T uint64_t
#define LANE_SUM uint64_t
#define NAME u8
#define LEAST 0
#define MOST UINT64_MAX
#include "totals.inc"
#undef FROM_A
#define FROM_A(x) ((x) != 0)
#define T uint8_t
#define LANE_SUM uint64_t
#define NAME b1
#define LEAST 0
#define MOST 1
#include "totals.inc"
#undef FROM_A
#undef A
#undef M

#define A int64_t
#define M i
#define FROM_A(x) (x)
#define T int8_t
#define LANE_SUM int64_t
#define NAME i1
#define LEAST INT8_MIN
#define MOST INT8_MAX
#include "totals.inc"
#define T int16_t
#define LANE_SUM int64_t
#define NAME i2
#define LEAST INT16_MIN
#define MOST INT16_MAX
#include "totals.inc"
#define T int32_t
#define LANE_SUM int64_t
#define NAME i4
#define LEAST INT32_MIN
#define MOST INT32_MAX
#include "totals.inc"
#define T int64_t
#define LANE_SUM int64_t
#define NAME i8
#define LEAST INT64_MIN
#define MOST INT64_MAX
#include "totals.inc"
