"""Dropout in recurrent cells: one draw per sequence, the same at every step."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_ops import random

Masks = Any  # None, one mask for all gates, or one per gate


class DropoutCell:
    """Mixin of cells with `dropout` and `recurrent_dropout`.

    Attributes
    ----------
    dropout, recurrent_dropout : float
        Fractions of the inputs and of the state to drop.
    gates : int
        How many masks are drawn of each; with 1 all gates share it.
    seed_generator : SeedGenerator
    """

    dropout: float
    recurrent_dropout: float
    gates: int = 1
    seed_generator: Any

    _held: tuple[Masks, Masks] | None = None

    def masks(self, inputs: Any, state: Any, training: bool | None) -> tuple[Masks, Masks]:
        """Return the masks of inputs and state for one step: those of the sequence, or new ones."""
        if not training:
            return None, None
        if self._held is not None:
            return self._held
        return self.draw(inputs, state)

    def draw(self, inputs: Any, state: Any) -> tuple[Masks, Masks]:
        """Return new masks for inputs and a state like these."""
        return self._draw(inputs, self.dropout), self._draw(state, self.recurrent_dropout)

    def _draw(self, like: Any, rate: float) -> Masks:
        if not 0.0 < rate < 1.0:
            return None
        ones = np.ones(tuple(like.shape), np.dtype(like.dtype))
        drawn = [random.dropout(ones, rate, seed=self.seed_generator) for _ in range(self.gates)]
        return drawn if self.gates > 1 else drawn[0]

    @contextlib.contextmanager
    def one_sequence(self, inputs: Any, state: Any, training: bool | None) -> Iterator[None]:
        """Use one draw for every step made inside."""
        # no part of the layer
        self.__dict__["_held"] = self.draw(inputs, state) if training else None
        try:
            yield
        finally:
            self.__dict__["_held"] = None


def masked_matmul(x: Any, kernel: Any, masks: Masks) -> Any:
    """Return `x @ kernel`, with a mask on `x`: one for all gates, or one for each gate's columns.

    Examples
    --------
    >>> import numpy as np
    >>> x, kernel = np.ones((1, 2)), np.ones((2, 4))
    >>> masked_matmul(x, kernel, [np.array([[0.0, 1.0]]), np.array([[1.0, 1.0]])])
    array([[1., 1., 2., 2.]])
    """
    if masks is None:
        return ops.matmul(x, kernel)
    if not isinstance(masks, (list, tuple)):
        return ops.matmul(x * masks, kernel)
    parts: Sequence[Any] = ops.split(kernel, len(masks), axis=-1)
    products = [ops.matmul(x * m, k) for m, k in zip(masks, parts, strict=True)]
    return ops.concatenate(products, axis=-1)
