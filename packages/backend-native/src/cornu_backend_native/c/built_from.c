/* Which sources this library was built from: a checkout whose sources are others has to build again. */
#include "cornu.h"

EXPORT const char *cornu_built_from(void) { return BUILT_FROM; }
