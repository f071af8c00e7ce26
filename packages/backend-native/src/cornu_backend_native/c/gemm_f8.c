/* Products of double. */
#include "gemm.h"

#define T double
#define vec doubles
#define LANES DOUBLES
#define LOAD load_doubles
#define STORE store_doubles
#define ALL all_doubles
#define KERNEL(name) name##_f8

#include "gemm_tile.inc"
#include "gemm_pack.inc"
#include "gemm.inc"
#include "gemm_row.inc"
