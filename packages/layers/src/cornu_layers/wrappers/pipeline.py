"""Layers one after the other, as one layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu.base import Layer
from cornu.configuration.config import serialize
from cornu_layers.checks import where


class Pipeline(Layer):
    """Apply layers one after the other: a way to keep the steps of preprocessing together.

    Unlike a `Sequential` it is a plain layer, no model, and takes whatever its first layer takes:
    text, for one.

    Parameters
    ----------
    layers : list of Layer
        In the order in which they are applied.
    name : str, optional
        Of the layer.

    Notes
    -----
    Input as of the first layer, output as of the last. Called alone it is `training`, as layers
    that change images at random should be; inside of a model it is what the model is.

    Raises
    ------
    ValueError
        When one of `layers` is none.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> pipeline = layers.Pipeline([layers.Rescaling(2.0), layers.Cropping1D(1)])
    >>> pipeline(np.ones((1, 3, 1), "float32"))
    array([[[2.]]], dtype=float32)
    """

    _convert_input_args = False

    def __init__(self, layers: Sequence[Any], name: str | None = None) -> None:
        super().__init__(name=name)
        if not isinstance(layers, (list, tuple)) or not all(isinstance(x, Layer) for x in layers):
            raise ValueError(
                f"{where(self)} takes a list of layers; it was given {layers!r}. Wrap functions in "
                "Lambda."
            )
        self.layers = list(layers)

    def call(self, inputs: Any, training: bool = True, mask: Any = None) -> Any:
        """Return what the last layer makes of it."""
        for layer in self.layers:
            given = {} if mask is None else {"mask": mask}
            inputs, mask = layer(inputs, training=training, **given), None
        return inputs

    def get_config(self) -> dict[str, Any]:
        """Return the layers and the name."""
        return {"name": self.name, "layers": [serialize(x) for x in self.layers]}
