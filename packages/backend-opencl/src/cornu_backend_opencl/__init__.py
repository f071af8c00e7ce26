"""The OpenCL backend of Cornu: the same programs on any OpenCL device."""
