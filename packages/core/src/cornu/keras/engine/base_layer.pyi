"""Written by `hatch run stubs`, for editors."""
# ruff: noqa
# fmt: off

from cornu.engine.base_layer import *
