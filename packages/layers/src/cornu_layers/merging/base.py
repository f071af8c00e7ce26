"""Several inputs in, one output out."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.base import Layer
from cornu_data.shapes import show_shape
from cornu_engine.errors import ShapeError
from cornu_layers.checks import where

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class Merge(Layer):
    """Base of layers that take a list of inputs and merge them number by number.

    A subclass writes `merge(inputs)`. Inputs of lower rank gain axes of size 1 after the batch
    axis, and shapes broadcast. The output is masked where every input is.
    """

    exactly: int | None = None  # how many inputs, where it matters

    def __init__(self, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape: Sequence[Sequence[int | None]]) -> None:
        """Refuse inputs that do not fit each other."""
        self.compute_output_shape(input_shape)

    def merge(self, inputs: Sequence[Any]) -> Any:
        """Return one value for several of one rank."""
        raise NotImplementedError(f"{type(self).__name__} must define merge(self, inputs).")

    def merge_masked(self, inputs: Sequence[Any], masks: Sequence[Any]) -> Any:
        """Return one value for several, some of them masked; here, masks change nothing."""
        return self.merge(inputs)

    def call(self, inputs: Sequence[Any], mask: Any = None) -> Any:
        """Return the merged inputs."""
        self.check_list(inputs)
        rank = max(len(x.shape) for x in inputs)
        inputs = [_raised(x, rank) for x in inputs]
        if mask is None or all(m is None for m in mask):
            return self.merge(inputs)
        masks = [None if m is None else _over(m, x) for m, x in zip(mask, inputs, strict=True)]
        return self.merge_masked(inputs, masks)

    def check_list(self, inputs: Any, shapes: bool = False) -> None:
        """Refuse what is no list of values (or of shapes), or has the wrong number of them."""
        is_list = isinstance(inputs, (list, tuple)) and len(inputs) > 0
        if is_list and shapes:
            is_list = all(isinstance(s, (list, tuple)) for s in inputs)
        if not is_list:
            raise ShapeError(
                f"{where(self)} merges a list of inputs: call it as layer([a, b]). It was given "
                f"{inputs if shapes else type(inputs).__name__}."
            )
        if self.exactly is not None and len(inputs) != self.exactly:
            raise ShapeError(
                f"{where(self)} takes exactly {self.exactly} inputs; it was given {len(inputs)}."
            )

    def check_masks(self, inputs: Any, mask: Any) -> Any:
        """Refuse masks that are no list of one for each input."""
        if mask is None:
            return None
        is_list = isinstance(inputs, (list, tuple)) and isinstance(mask, (list, tuple))
        if not is_list or len(inputs) != len(mask):
            raise ShapeError(f"{where(self)} takes a list of inputs and as many masks (or None).")
        return mask

    def compute_output_shape(
        self, input_shape: Sequence[Sequence[int | None]]
    ) -> tuple[int | None, ...]:
        """Return the shape that all inputs broadcast to."""
        self.check_list(input_shape, shapes=True)
        batch = functools.reduce(
            lambda a, b: self._meet(a, b, input_shape, batch=True), (s[0] for s in input_shape)
        )
        rank = max(len(s) for s in input_shape)
        inner: list[int | None] = [1] * (rank - 1)
        for shape in input_shape:
            for axis, size in enumerate(shape[1:], start=rank - len(shape)):
                inner[axis] = self._meet(inner[axis], size, input_shape)
        return (batch, *inner)

    def _meet(
        self, a: int | None, b: int | None, shapes: Sequence[Any], batch: bool = False
    ) -> int | None:
        if batch and None in (a, b):
            return b if a is None else a
        if a == b or (b == 1 and not batch):
            return a
        if not batch and (a == 1 or None in (a, b)):
            return b if a == 1 else None
        listed = " and ".join(show_shape(s) for s in shapes)
        raise ShapeError(
            f"{where(self)} cannot merge inputs of shapes {listed}: sizes {a} and {b} "
            f"meet{' as batch sizes' if batch else ''}. Give both the same size, or size 1, e.g. "
            "with a Dense or Reshape on one branch."
        )

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return where any input counts, if every input has a mask."""
        mask = self.check_masks(inputs, mask)
        if mask is None or any(m is None for m in mask):
            return None
        return functools.reduce(ops.logical_or, mask)


def _raised(x: Any, rank: int) -> Any:
    missing = rank - len(x.shape)
    return ops.reshape(x, (x.shape[0], *(1,) * missing, *x.shape[1:])) if missing else x


def _over(mask: Any, x: Any) -> Any:
    """Return a mask with the shape of the value it belongs to."""
    shape = (*mask.shape, *(1,) * (len(x.shape) - len(mask.shape)))
    return ops.broadcast_to(ops.reshape(ops.cast(mask, "bool"), shape), x.shape)
