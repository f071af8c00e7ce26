/* Elementwise functions of float32. */
#include "cornu.h"
#include "math.h"

#define IS_FLOAT
#define T float
#define C float
#define NAME f4
#define WITH_SUFFIX(name) name##f
#define FABS fabsf
#define EXP exp_f
#define EXPM1 expm1_f
#define LOG log_f
#define LOG1P log1p_f
#define SQRT sqrtf
#define TANH tanh_f
#define ERF erf_f
#define FLOOR floorf
#define CEIL ceilf
#define ROUND rintf
#define REMAINDER remainder_f
#define QUOTIENT quotient_f
#include "elementwise.inc"
