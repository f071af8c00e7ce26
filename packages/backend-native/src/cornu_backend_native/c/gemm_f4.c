/* Products of float. */
#include "gemm.h"

#define T float
#define vec floats
#define LANES FLOATS
#define LOAD load_floats
#define STORE store_floats
#define ALL all_floats
#define KERNEL(name) name##_f4

#include "gemm_tile.inc"
#include "gemm_pack.inc"
#include "gemm.inc"
#include "gemm_row.inc"
