"""From the instructions of a plan to OpenCL C: a row per operation, two schedules where it pays."""
