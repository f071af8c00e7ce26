/* Elementwise functions of floats. */
#include "cornu.h"
#include "scalars.h"

#define BODY "elementwise.inc"
#include "dtypes_floats.inc"
