/* Convolutions over up to three spatial axes, channels last, any stride, dilation and groups.
 *
 * addresses of k_convolve: out, x with its padding, packed kernel; of k_convolve_kernel: partial gradients,
 * x with its padding, gradient of the results. numbers: those of `geometry`, then where each run begins, in
 * elements. Both are cut along the lines of results: all axes but the last spatial one. */
#include "cornu.h"
#include "geometry.h"
#include "vector.h"

#define T float
#define NAME f4
#define ADD_PRODUCT MULTIPLY_ADD
#include "convolve.inc"
#define T double
#define NAME f8
#define ADD_PRODUCT MULTIPLY_ADD
#include "convolve.inc"
#define T int64_t /* all integers: what they lose in the end, they may lose before */
#define NAME i8
#define ADD_PRODUCT(a, b, c) ((a) * (b) + (c))
#include "convolve.inc"

/* Bytes of a vector: packed rows are as wide as some of them. */
EXPORT int64_t cornu_vector_bytes(void) { return VECTOR_BYTES; }
