"""`keras.utils.layer_utils`: weights counted, and brought into another data format."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from cornu_data.symbolic.graph import get_source_inputs
from cornu_engine.shapes import product
from cornu_keras.compat.keras2.utils.conv_utils import convert_kernel
from cornu_keras.utilities.summary import print_summary

__all__ = [
    "convert_all_kernels_in_model",
    "convert_dense_weights_data_format",
    "convert_kernel",
    "count_params",
    "get_source_inputs",
    "print_summary",
]

_CONVOLUTIONS = ("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose")


def count_params(weights: Iterable[Any]) -> int:
    """Return how many numbers some weights hold, each counted once.

    Examples
    --------
    >>> import cornu
    >>> layer = cornu.layers.Dense(3)
    >>> layer.build((None, 4))
    >>> count_params([*layer.weights, *layer.weights])
    15
    """
    return sum(product(w.shape) for w in {id(w): w for w in weights}.values())


def convert_all_kernels_in_model(model: Any) -> None:
    """Turn the kernels of all convolutions round, as they are in models that Theano trained."""
    for layer in model.layers:
        if type(layer).__name__ in _CONVOLUTIONS:
            layer.kernel.assign(convert_kernel(layer.kernel.numpy()))


def convert_dense_weights_data_format(
    dense: Any,
    previous_feature_map_shape: tuple[int, int, int],
    target_data_format: str = "channels_first",
) -> None:
    """Reorder the kernel of a `Dense` that follows `Flatten`, for images in another format.

    Parameters
    ----------
    dense : Dense
    previous_feature_map_shape : tuple of int
        Of one image before `Flatten`, in the target format.
    target_data_format : {"channels_first", "channels_last"}
        What the model is brought to.
    """
    assert target_data_format in ("channels_first", "channels_last"), target_data_format
    first = target_data_format == "channels_first"
    shape = previous_feature_map_shape
    before = (*shape[1:], shape[0]) if first else (shape[2], *shape[:2])
    kernel, *bias = dense.get_weights()
    units = kernel.shape[1]
    images = kernel.reshape(*before, units)
    moved = np.moveaxis(images, 2, 0) if first else np.moveaxis(images, 0, 2)
    dense.set_weights([moved.reshape(-1, units), *bias])
