"""Written by `hatch run stubs`, for editors."""
# ruff: noqa
# fmt: off

from cornu.utils.data_utils import *
