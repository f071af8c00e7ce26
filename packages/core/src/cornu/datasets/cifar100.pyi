"""Written by `hatch run stubs`, for editors."""
# ruff: noqa
# fmt: off

from cornu_preprocessing.datasets.cifar100 import *
