"""Arguments of training by other names, as editors and type checkers know them."""

from __future__ import annotations

from typing import TypedDict


class NoOptions(TypedDict):
    """None at all: what is given nevertheless is told what may have been meant."""


class FitOptions(TypedDict, total=False):
    """What Keras 1 called the arguments of `fit`."""

    nb_epoch: int
