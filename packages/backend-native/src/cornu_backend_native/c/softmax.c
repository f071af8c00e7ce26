/* Softmax and its logarithm over lines of (outer, n, inner) elements, in order.
 *
 * Three walks over each line: the largest number, the sum of the powers, the results. A row of many numbers
 * is walked with vectors along it; short rows, and lines that are not rows, are walked side by side. NaN
 * and infinity go where the definition takes them: a NaN is lost in the maximum, but not in the sum.
 *
 * addresses: out, x. numbers: outer, n, inner, whether the logarithm is wanted. It is cut along the lines,
 * at multiples of BESIDE; sums depend on n and inner alone. */
#include "cornu.h"
#include "math.h"

enum {
    BESIDE = 16, /* lines walked side by side; sums along a line are as many */
    LONG = 64,   /* elements of a row that is worth vectors along it */
};

#define T float
#define C float
#define NAME(x) x##_f4
#define EXP exp_f
#define LOG log_f
#include "softmax.inc"
#undef T
#undef C
#undef NAME
#undef EXP
#undef LOG

#define T double
#define C double
#define NAME(x) x##_f8
#define EXP exp
#define LOG log
#include "softmax.inc"
#undef T
#undef C
#undef NAME
#undef EXP
#undef LOG

#define T _Float16
#define C float
#define NAME(x) x##_f2
#define EXP exp_f
#define LOG log_f
#include "softmax.inc"
