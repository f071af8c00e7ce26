/* Elementwise functions of integers and of truth values. */
#include "cornu.h"
#include "scalars.h"

#define BODY "elementwise.inc"
#include "dtypes_integers.inc"
