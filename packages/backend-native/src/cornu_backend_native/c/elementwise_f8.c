/* Elementwise functions of float64, by the C library. */
#include "cornu.h"
#include "math.h"

#define IS_FLOAT
#define T double
#define C double
#define NAME f8
#define WITH_SUFFIX(name) name
#define FABS fabs
#define EXP exp
#define EXPM1 expm1
#define LOG log
#define LOG1P log1p
#define SQRT sqrt
#define TANH tanh
#define ERF erf
#define FLOOR floor
#define CEIL ceil
#define ROUND rint
#define REMAINDER remainder_d
#define QUOTIENT quotient_d
#include "elementwise.inc"
