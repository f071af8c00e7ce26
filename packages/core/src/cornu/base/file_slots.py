"""What an optimizer says of older files: the order in which they keep its state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cornu_engine.variable import Variable


@dataclass(frozen=True)
class FileSlots:
    """How HDF5 files of Keras 2 and tf_keras keep the state of an optimizer.

    An optimizer class with an attribute `file_slots` is read from such files, and written to them.
    A subclass inherits it for reading; for writing it says its own, as its slots may be others.

    Attributes
    ----------
    blocks : tuple of str, optional
        The slots in the order of Keras 2.2 and 2.3, which keep all of one slot, then all of the
        next; None where they have no such optimizer.
    stand_ins : tuple of str
        Those of the blocks for which one 0 stands where the optimizer does not use them.
    in_turn : tuple of str
        Slots that tf_keras keeps in turn for each weight; the others come one after the other.
    words : mapping of str to str
        What tf_keras calls a slot that has another name here.
    of_weight : callable, optional
        Takes the optimizer and a weight, and returns all that it keeps of that weight, in the order
        of tf_keras, where that is more than its slots.
    of_all : callable, optional
        Takes the optimizer and the count of its steps, and returns the value of the one variable
        that belongs to no weight, which tf_keras does not keep.

    Examples
    --------
    >>> from cornu.base import Optimizer
    >>> class Heavy(Optimizer):
    ...     slots = ("speed",)
    ...     file_slots = FileSlots(blocks=("speed",), words={"moment": "speed"})
    """

    blocks: tuple[str, ...] | None = None
    stand_ins: tuple[str, ...] = ()
    in_turn: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    of_weight: Callable[[Any, Variable], list[Variable]] | None = None
    of_all: Callable[[Any, int], Any] | None = None
