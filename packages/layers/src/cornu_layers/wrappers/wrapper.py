"""A layer around another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cornu.base import Layer

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class Wrapper(Layer):
    """Base of layers around another one, which they build with their own input's shape.

    Parameters
    ----------
    layer : Layer
        The layer inside.

    Raises
    ------
    ValueError
        When `layer` is none.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> class Twice(layers.Wrapper):
    ...     def call(self, inputs):
    ...         return self.layer(inputs) * 2.0
    >>> Twice(layers.Identity())(np.array([1.0], "float32"))
    array([2.], dtype=float32)
    """

    def __init__(self, layer: Layer, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        if not isinstance(layer, Layer):
            raise ValueError(
                f"{type(self).__name__} goes around a layer; it was given {layer!r}. Pass an "
                "object, as in Dense(8), not a class or a function."
            )
        self.layer = layer

    @property
    def _output_dtype(self) -> str:
        return self.layer.compute_dtype

    def build(self, input_shape: Any = None) -> None:
        """Build the layer inside."""
        if not self.layer.built:
            self.layer.build(input_shape)
