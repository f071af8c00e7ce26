"""The product of two inputs, summed over an axis of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cornu_data.shapes import show_shape
from cornu_engine.errors import ShapeError
from cornu_layers.checks import where
from cornu_layers.merging.base import Merge
from cornu_layers.vectors import batch_dot, unit_length

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class Dot(Merge):
    r"""Multiply two inputs and sum over one axis of each, sample by sample.

    $y_{ij} = \sum_k x_{ik} z_{jk}$

    Parameters
    ----------
    axes : int or (int, int)
        The axis of both inputs, or of each; the batch axis, 0, cannot be summed over.
    normalize : bool
        Give vectors along the axis length 1 first: the result is their cosine.

    Notes
    -----
    Input: a list of two values with equal sizes along their axes. Output: `(batch, other axes of
    the first, other axes of the second)`; `(batch, 1)` for two batches of vectors.

    Raises
    ------
    ShapeError
        When the sizes differ.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Dot(axes=1)([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])])
    array([[11.]], dtype=float32)
    """

    exactly = 2

    def __init__(
        self,
        axes: int | Sequence[int],
        normalize: bool = False,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        pair = (axes, axes) if isinstance(axes, int) else tuple(axes)
        if len(pair) != 2 or not all(isinstance(a, int) for a in pair):
            raise ValueError(
                f"{where(self)}: axes must be an integer or two of them; it is {axes!r}."
            )
        self.axes = axes
        self.normalize = normalize

    def call(self, inputs: Sequence[Any]) -> Any:  # type: ignore[override]
        """Return the products, summed."""
        self.check_list(inputs)
        x, y = inputs
        a, b = self._pair([x.shape, y.shape])
        if self.normalize:
            x, y = unit_length(x, a), unit_length(y, b)
        return batch_dot(x, y, (a, b))

    def _pair(self, shapes: Sequence[Sequence[int | None]]) -> tuple[int, int]:
        pair = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        a, b = (
            axis % len(s) if -len(s) <= axis < len(s) else 0
            for axis, s in zip(pair, shapes, strict=True)
        )
        listed = " and ".join(show_shape(s) for s in shapes)
        if a == 0 or b == 0:
            raise ShapeError(
                f"{where(self)} cannot sum inputs of shapes {listed} over axes={self.axes}: each "
                "axis must lie between 1 and the input's last; 0 is the batch."
            )
        if shapes[0][a] != shapes[1][b] and None not in (shapes[0][a], shapes[1][b]):
            raise ShapeError(
                f"{where(self)} sums over axis {a} of the first input and axis {b} of the second, "
                f"but in shapes {listed} their sizes are {shapes[0][a]} and {shapes[1][b]}. Choose "
                "axes of one size."
            )
        return a, b

    def compute_output_shape(
        self, input_shape: Sequence[Sequence[int | None]]
    ) -> tuple[int | None, ...]:
        """Return the batch size and the axes that were not summed over."""
        self.check_list(input_shape, shapes=True)
        pair = self._pair(input_shape)
        rest = [
            n
            for s, a in zip(input_shape, pair, strict=True)
            for i, n in enumerate(s)
            if i not in (0, a)
        ]
        return (input_shape[0][0], *(rest or [1]))

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        """Return None: steps are summed over, or multiply."""
        return None
