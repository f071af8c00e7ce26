"""The native backend of Cornu: the same programs as one call of compiled kernels."""
