"""Written by `hatch run stubs`, for editors."""
# ruff: noqa
# fmt: off

from cornu.callbacks.tensorboard_v1 import *
