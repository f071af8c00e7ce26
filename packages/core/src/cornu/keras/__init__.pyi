"""Written by `hatch run stubs`, for editors."""
# ruff: noqa
# fmt: off

from cornu import *
from cornu import __version__ as __version__
