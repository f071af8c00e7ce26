"""Batches of pictures that a generator transforms: drawn in order, transformed in threads."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from cornu_engine.errors import DataError
from cornu_preprocessing.image.convert import save_img
from cornu_preprocessing.image.iterator import Iterator
from cornu_preprocessing.image.layout import checked

__all__ = ["PictureIterator", "Plan", "split_of"]

# Two threads make batches while a model trains, and few lie ready: pictures are large.
_WORKERS = {"workers": 2, "max_queue_size": 4}


class Plan(NamedTuple):
    """What was drawn for a batch: a transformation for each picture, and names for copies."""

    transforms: list[dict[str, Any]] | None
    tags: list[int]


class PictureIterator(Iterator):
    """Base class of iterators over the pictures of an `ImageDataGenerator`.

    A subclass writes `_pictures`, which reads and transforms them, and `_with_targets`.
    """

    image_data_generator: Any
    image_shape: tuple[int, ...]
    data_format: str
    dtype: Any
    save_to_dir: Any = None
    save_prefix = ""
    save_format = "png"
    _tags_below = 10_000_000  # of the number in the name of a saved picture

    def __init__(
        self, n: int, batch_size: int, shuffle: bool, seed: int | None, **kwargs: Any
    ) -> None:
        super().__init__(n, batch_size, shuffle, seed, **{**_WORKERS, **kwargs})
        if self.save_to_dir is not None:
            os.makedirs(self.save_to_dir, exist_ok=True)

    def _pictures(self, indices: np.ndarray, plan: Plan) -> Sequence[np.ndarray]:
        """Return the transformed pictures of a batch."""
        raise NotImplementedError(f"{type(self).__name__} must define _pictures(indices, plan).")

    def _with_targets(self, batch_x: np.ndarray, indices: np.ndarray) -> Any:
        """Return the batch as a model takes it."""
        raise NotImplementedError(f"{type(self).__name__} must define _with_targets(x, indices).")

    def _get_batches_of_transformed_samples(self, index_array: np.ndarray) -> Any:
        return self._batch(index_array, self._drawn(index_array, np.random))

    def _plan(self, indices: np.ndarray, random: Any) -> Any:
        own = PictureIterator._get_batches_of_transformed_samples
        if type(self)._get_batches_of_transformed_samples is not own:
            return super()._plan(indices, random)  # the user's subclass draws for itself
        return self._drawn(indices, random)

    def _make(self, indices: np.ndarray, plan: Any) -> Any:
        return (
            self._batch(indices, plan) if isinstance(plan, Plan) else super()._make(indices, plan)
        )

    def _drawn(self, indices: np.ndarray, random: Any) -> Plan:
        generator = self.image_data_generator
        transforms = None
        if generator is not None:
            draw = getattr(generator, "_draw_from", None)
            if draw is None:  # the user's own, which draws from NumPy's global generator
                if random is not np.random:
                    np.random.set_state(random.get_state())
                draw, random = lambda shape, _: generator.get_random_transform(shape), np.random
            transforms = [draw(self.image_shape, random) for _ in indices]
        copies = 0 if self.save_to_dir is None else len(indices)
        return Plan(transforms, [int(random.randint(self._tags_below)) for _ in range(copies)])

    def _batch(self, indices: np.ndarray, plan: Plan) -> Any:
        batch_x = np.zeros((len(indices), *self.image_shape), dtype=self.dtype)
        generator = self.image_data_generator
        for row, x in zip(batch_x, self._pictures(indices, plan), strict=True):
            row[...] = x if generator is None else generator.standardize(x)
        for row, index, tag in zip(batch_x, indices, plan.tags, strict=False):
            name = f"{self.save_prefix}_{index}_{tag}.{self.save_format}"
            save_img(os.path.join(self.save_to_dir, name), row, self.data_format)
        return self._with_targets(batch_x, indices)


def split_of(generator: Any, subset: str | None) -> tuple[float, float] | None:
    """Return which part of the data a subset is, None for all of it.

    Raises
    ------
    DataError
        For an unknown subset, and where the generator has no `validation_split`.
    """
    if checked("subset", subset, ("training", "validation", None)) is None:
        return None
    split = getattr(generator, "_validation_split", 0)
    if not split:
        raise DataError(
            f"subset={subset!r} needs a split: ImageDataGenerator(validation_split=0.2)."
        )
    return (0, split) if subset == "validation" else (split, 1)
