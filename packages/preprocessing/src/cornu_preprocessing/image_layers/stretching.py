"""Pictures made higher or wider by chance: two layers that Keras 3 keeps for old models only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cornu_ops as ops
from cornu_engine.errors import TracedValueError
from cornu_engine.trace import traced_in_vain
from cornu_ops import random
from cornu_preprocessing.image.layout import checked
from cornu_preprocessing.image_layers.base import RandomImageLayer
from cornu_preprocessing.image_layers.ranges import symmetric_range
from cornu_preprocessing.image_layers.resizing import INTERPOLATIONS

__all__ = ["RandomHeight", "RandomWidth"]


class RandomStretch(RandomImageLayer):
    """Base class of layers that draw a new size of one axis, the same for the whole batch.

    The size is known when the numbers are drawn: a compiled step cannot train them.

    Parameters
    ----------
    factor : float or (float, float)
    interpolation : str
    """

    moves_pixels = True
    axis = 1

    def __init__(self, factor: Any, interpolation: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = symmetric_range("factor", factor, -1.0, float("inf"))
        self.interpolation = checked("interpolation", interpolation, INTERPOLATIONS)

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Draw the size.

        Raises
        ------
        TracedValueError
            In a step that is compiled.
        """
        if traced_in_vain():  # to make weights, which hang on no size
            return {"size": shape[self.axis]}
        low, high = self.factor
        scale = random.uniform((), 1.0 + low, 1.0 + high, seed=seed)
        try:
            part = float(scale)
        except TracedValueError:
            raise TracedValueError(
                f"{type(self).__name__} {self.name!r} draws a size for each batch, and a compiled "
                "step has one for all. To train with it, pass run_eagerly=True to compile(), or "
                "put it in front of the model: dataset.map(lambda x, y: (layer(x, training=True), "
                "y)). predict() and evaluate() need neither."
            ) from None
        return {"size": max(int(part * shape[self.axis]), 1)}

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Return the shape of the pictures, with the axis open that is stretched."""
        shape: list[Any] = list(self._checked(tuple(input_shape)))
        shape[self.axis - 4 if self.data_format == "channels_last" else self.axis - 3] = None
        return tuple(shape)

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, stretched."""
        size = list(x.shape[1:3])
        size[self.axis - 1] = drawn["size"]
        how = interpolation or self.interpolation
        return ops.image.resize(x, size, interpolation=how, data_format="channels_last")


class RandomHeight(RandomStretch):
    """While training, make pictures higher or lower, without changing their width.

    Parameters
    ----------
    factor : float or (float, float)
        Range of what the height changes by, as a part of it, from -1 on; `f` stands for
        `(-f, f)`. One number is drawn for the whole batch.
    interpolation : "bilinear", "nearest", "bicubic", "lanczos3" or "lanczos5"
    seed : int, optional
        Makes the draws the same in every run.

    Notes
    -----
    What follows must take pictures of any size. A model with this layer predicts as it is, and
    trains with `compile(run_eagerly=True)`; or the layer stands in front of it.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.RandomHeight((0.5, 0.5))(np.ones((1, 4, 6, 3)), training=True).shape
    (1, 6, 6, 3)
    """

    def __init__(
        self,
        factor: Any,
        interpolation: str = "bilinear",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(factor, interpolation, seed=seed, **kwargs)


class RandomWidth(RandomStretch):
    """While training, make pictures wider or narrower, without changing their height.

    Parameters
    ----------
    factor : float or (float, float)
        Range of what the width changes by, as a part of it, from -1 on; `f` stands for
        `(-f, f)`. One number is drawn for the whole batch.
    interpolation : "bilinear", "nearest", "bicubic", "lanczos3" or "lanczos5"
    seed : int, optional
        Makes the draws the same in every run.

    Notes
    -----
    What follows must take pictures of any size. A model with this layer predicts as it is, and
    trains with `compile(run_eagerly=True)`; or the layer stands in front of it.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.RandomWidth((0.5, 0.5))(np.ones((1, 4, 6, 3)), training=True).shape
    (1, 4, 9, 3)
    """

    axis = 2

    def __init__(
        self,
        factor: Any,
        interpolation: str = "bilinear",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(factor, interpolation, seed=seed, **kwargs)
