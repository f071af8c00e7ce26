"""Pixels as the models of ImageNet take them, and its classes as words."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_engine.errors import DataError
from cornu_layers.applications import published
from cornu_layers.validation import data_format as checked_format

__all__ = ["decode_predictions", "preprocess_input"]

CLASS_INDEX = published.File(
    "download.tensorflow.org/data/imagenet_class_index.json", "c2c37ea517e94d9795004a39431a14cb"
)

# By mode: whether the colours become blue, green, red; what is subtracted and divided by, in order.
Scales = tuple[tuple[str, Any], ...]
MODES: dict[str, tuple[bool, Scales]] = {
    "caffe": (True, (("-", (103.939, 116.779, 123.68)),)),
    "tf": (False, (("/", 127.5), ("-", 1.0))),
    "torch": (False, (("/", 255.0), ("-", (0.485, 0.456, 0.406)), ("/", (0.229, 0.224, 0.225)))),
}


def preprocess_input(x: Any, data_format: str | None = None, mode: str = "caffe") -> Any:
    """Scale pixels from 0 to 255 as a family of models was trained with.

    Parameters
    ----------
    x : array or tensor
        One image or a batch. A float array is written over, as in Keras: pass `x.copy()` to keep
        it.
    data_format : "channels_last", "channels_first", optional
        `cornu.config.image_data_format()` if not given.
    mode : "caffe", "tf" or "torch"
        "caffe": colours in the order blue, green, red, less their means over ImageNet; "tf": from
        -1 to 1; "torch": from 0 to 1, then less ImageNet's means and divided by its deviations.

    Returns
    -------
    array or tensor

    Examples
    --------
    >>> import numpy as np
    >>> preprocess_input(np.array([[[0.0, 127.5, 255.0]]]), mode="tf")
    array([[[-1.,  0.,  1.]]])
    """
    if mode not in MODES:
        raise DataError(f"Expected mode to be one of 'caffe', 'tf' or 'torch'; got mode={mode!r}.")
    axis = -3 if checked_format(None, data_format) == "channels_first" else -1
    backwards, scales = MODES[mode]
    array = isinstance(x, np.ndarray)
    if "float" not in str(x.dtype):
        x = x.astype(_floatx()) if array else ops.cast(x, _floatx())
    if backwards:
        x = np.flip(x, axis) if array else ops.flip(x, axis)
    for sign, value in scales:
        number = _along(value, axis, x.dtype)
        if array:
            (np.subtract if sign == "-" else np.divide)(x, number, out=x)
        else:
            x = x - number if sign == "-" else x / number
    return x


def _along(value: Any, axis: int, dtype: Any) -> Any:
    numbers = np.asarray(value, str(dtype))
    return numbers.reshape((-1,) + (1,) * (-axis - 1)) if numbers.ndim else numbers


def _floatx() -> str:
    from cornu import config

    return config.floatx()


def preprocessing(mode: str) -> Callable[..., Any]:
    """Return `preprocess_input` of a family."""

    def preprocess_input(x: Any, data_format: str | None = None) -> Any:
        return _of_a_mode(x, data_format=data_format, mode=mode)

    preprocess_input.__doc__ = (
        f"Scale pixels from 0 to 255 in the mode {mode!r} of\n"
        "    `cornu.applications.imagenet_utils.preprocess_input`, which see."
    )
    return preprocess_input


_of_a_mode = preprocess_input


def unchanged(x: Any, data_format: str | None = None) -> Any:
    """Return pixels from 0 to 255 as they are: the model scales them itself.

    Parameters
    ----------
    x : array or tensor
    data_format : str, optional
        Of no consequence here.

    Returns
    -------
    array or tensor
    """
    return x


def decode_predictions(preds: Any, top: int = 5) -> list[list[tuple[str, str, float]]]:
    """Return the likeliest classes of ImageNet, with their names.

    Parameters
    ----------
    preds : array (samples, 1000)
        What a model with its top returns.
    top : int
        How many of each sample.

    Returns
    -------
    list of lists of (class id, name, number)
        The likeliest first. The names are downloaded once, and kept in `~/.keras/models`.
    """
    numbers = ops.convert_to_numpy(preds)
    if numbers.ndim != 2 or numbers.shape[1] != 1000:
        raise DataError(
            "`decode_predictions` expects a batch of predictions, an array of shape (samples, "
            f"1000); got one of shape {numbers.shape}. A model of your own classes has no names "
            "here: use numbers.argmax(axis=-1)."
        )
    names = class_names()
    best = np.argsort(numbers, axis=-1)[:, ::-1][:, :top]
    return [[(*names[i], row[i]) for i in order] for row, order in zip(numbers, best, strict=True)]


@cache
def class_names() -> tuple[tuple[str, str], ...]:
    """Return (class id, name) of each class of ImageNet."""
    from cornu.utils import get_file  # comes with cornu-preprocessing

    path = get_file(
        "imagenet_class_index.json",
        published.ADDRESS + CLASS_INDEX.name,
        cache_subdir="models",
        file_hash=CLASS_INDEX.file_hash,
    )
    read = json.loads(Path(path).read_text(encoding="utf-8"))
    return tuple((str(read[str(i)][0]), str(read[str(i)][1])) for i in range(1000))
