"""Written by `hatch run stubs`, for editors."""
# ruff: noqa
# fmt: off

from cornu.mixed_precision import *
