/* Convolutions of each channel by itself, and their gradients by the kernel.
 *
 * addresses of k_depthwise: out, x with its padding, kernel; of k_depthwise_kernel: partial gradients, x with
 * its padding, gradient of the results. numbers: those of `geometry`, where `groups` are the channels and each
 * tap is a run of its own; then where each tap is. Both are cut along the lines of results. */
#include "cornu.h"
#include "geometry.h"
#include "vector.h"

#define UNROLL _Pragma("clang loop unroll(full)")

#define T float
#define NAME f4
#define ADD_PRODUCT MULTIPLY_ADD
#include "depthwise.inc"
#define T double
#define NAME f8
#define ADD_PRODUCT MULTIPLY_ADD
#include "depthwise.inc"
#define T int64_t
#define NAME i8
#define ADD_PRODUCT(a, b, c) ((a) * (b) + (c))
#include "depthwise.inc"
