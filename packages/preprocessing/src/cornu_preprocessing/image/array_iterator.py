"""Batches of the pictures in an array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_engine import config
from cornu_engine.errors import DataError
from cornu_preprocessing.image.layout import standard_format, warn_about_channels
from cornu_preprocessing.image.pictures import PictureIterator, Plan, split_of

__all__ = ["NumpyArrayIterator"]


# Keras' words for arrays of unlike lengths.
_WHICH = {
    "y": "`x` (images tensor) and `y` (labels)",
    "sample_weight": "`x` (images tensor) and `sample_weight`",
}


class NumpyArrayIterator(PictureIterator):
    """Batches of the pictures in an array, changed at random.

    Parameters
    ----------
    x : array_like or (array_like, array_like or list of array_like)
        Pictures of rank 4; or a pair of them and of other inputs, which pass through unchanged.
    y : array_like or None
        Targets; without them a batch holds the inputs alone.
    image_data_generator : ImageDataGenerator
    batch_size : int
    shuffle : bool
    sample_weight : array_like, optional
        A weight for each picture.
    seed : int, optional
        As of `Iterator`.
    data_format : "channels_last" or "channels_first", optional
    save_to_dir : path, optional
        Where to write a copy of each picture that is made, stretched to 0 … 255.
    save_prefix, save_format : str
        The beginning and the ending of their names.
    subset : "training" or "validation", optional
        Which part of `validation_split` of the generator; validation is the beginning.
    ignore_class_split : bool
        Whether the two parts may hold different classes.
    dtype : dtype, optional

    Raises
    ------
    DataError
        If lengths differ, `x` has no rank of 4, or a subset lacks classes that the other has.

    Example
    -------
    >>> from cornu_preprocessing.image import ImageDataGenerator
    >>> x, extra, y = np.zeros((4, 8, 8, 1)), np.arange(4), np.ones(4)
    >>> batches = NumpyArrayIterator((x, extra), y, ImageDataGenerator(), batch_size=2)
    >>> (pictures, numbers), targets = batches[1]
    >>> pictures.shape, numbers
    ((2, 8, 8, 1), array([2, 3]))
    """

    _tags_below = 10_000

    def __init__(
        self,
        x: Any,
        y: Any,
        image_data_generator: Any,
        batch_size: int = 32,
        shuffle: bool = False,
        sample_weight: Any = None,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        ignore_class_split: bool = False,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        self.image_data_generator = image_data_generator
        self.data_format = standard_format(data_format)
        self.save_to_dir, self.save_prefix, self.save_format = save_to_dir, save_prefix, save_format
        self.dtype = dtype or config.floatx()
        x, others = _inputs(x)
        labels = None if y is None else np.asarray(y)
        arrays = {f"x[{i}]": other for i, other in enumerate(others, start=1)}
        if labels is not None:
            arrays["y"] = labels
        if sample_weight is not None:
            arrays["sample_weight"] = np.asarray(sample_weight)
        for name, array in arrays.items():
            if len(array) != len(x):
                raise DataError(
                    f"{_WHICH.get(name, 'All of the arrays in x')} have the same length: {name} "
                    f"has {len(array)} rows and there are {len(x)} pictures."
                )
        part = _part(len(x), image_data_generator, subset)
        if subset is not None and labels is not None and not ignore_class_split:
            _same_classes(labels, part)
        self.x = np.asarray(x[part], dtype=self.dtype)
        if self.x.ndim != 4:
            raise DataError(
                "flow() takes pictures of shape (n, height, width, channels); got an array of "
                f"shape {np.shape(x)}. A single channel is x[..., np.newaxis]."
            )
        if not len(self.x):
            raise DataError(f"There are no pictures{f' in subset {subset!r}' if subset else ''}.")
        warn_about_channels(type(self).__name__, self.x.shape, self.data_format)
        kept = {name: array[part] for name, array in arrays.items()}
        self.y = kept.pop("y", None)
        self.sample_weight = kept.pop("sample_weight", None)
        self.x_misc = list(kept.values())
        self.image_shape = self.x.shape[1:]
        super().__init__(len(self.x), batch_size, shuffle, seed, **kwargs)

    def _pictures(self, indices: np.ndarray, plan: Plan) -> Sequence[np.ndarray]:
        generator, transforms = self.image_data_generator, plan.transforms
        if transforms is None:
            return [self.x[j].copy() for j in indices]
        return [
            generator.apply_transform(self.x[j].copy(), drawn)
            for j, drawn in zip(indices, transforms, strict=True)
        ]

    def _with_targets(self, batch_x: np.ndarray, indices: np.ndarray) -> Any:
        inputs = [batch_x, *(other[indices] for other in self.x_misc)] if self.x_misc else batch_x
        if self.y is None:
            return inputs
        if self.sample_weight is None:
            return inputs, self.y[indices]
        return inputs, self.y[indices], self.sample_weight[indices]


def _inputs(x: Any) -> tuple[np.ndarray, list[np.ndarray]]:
    """The pictures, and what passes through beside them."""
    if not isinstance(x, (tuple, list)) and np.ndim(x) == 0:
        raise DataError(
            f"x is {x!r}; pass pictures as an array of shape (n, height, width, channels)."
        )
    if not isinstance(x, (tuple, list)):
        return np.asarray(x), []
    if len(x) != 2:
        raise DataError(
            f"x is a {type(x).__name__} of {len(x)}; pass one array, or a pair of the pictures and "
            "a list of the other inputs."
        )
    others = x[1] if isinstance(x[1], list) else [x[1]]
    return np.asarray(x[0]), [np.asarray(other) for other in others]


def _part(count: int, generator: Any, subset: str | None) -> slice:
    split = split_of(generator, subset)
    return slice(None) if split is None else slice(int(count * split[0]), int(count * split[1]))


def _same_classes(y: np.ndarray, part: slice) -> None:
    inside = np.zeros(len(y), bool)
    inside[part] = True
    if not np.array_equal(np.unique(y[inside]), np.unique(y[~inside])):
        raise DataError(
            "The training and the validation subset hold different classes: the labels are "
            "probably in order. Shuffle x and y first, or pass ignore_class_split=True."
        )
