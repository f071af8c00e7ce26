"""Written by `hatch run stubs`, for editors."""
# ruff: noqa
# fmt: off

from cornu_preprocessing.datasets.california_housing import *
