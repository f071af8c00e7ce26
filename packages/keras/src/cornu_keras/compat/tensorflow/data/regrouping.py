"""Ways of data sets to put elements together anew: by key, by length, by chance."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cornu_engine import tree
from cornu_keras.compat.tensorflow.data.elements import arrays_of, drawn_seed, spread

__all__ = ["Regrouped"]


class Regrouped:
    """What a data set can do with the order and the company of its elements."""

    _walk: Callable[[], Iterator[Any]]
    _size: int

    def scan(self, initial_state: Any, scan_func: Callable[..., Any], name: Any = None) -> Any:
        """Return what a function makes of a state and an element, beside the next state."""

        def walk() -> Iterator[Any]:
            state = initial_state
            for element in self._walk():
                state, made = spread(lambda e, state=state: scan_func(state, e))(element)
                yield arrays_of(made)

        return type(self)(walk, self._size)  # type: ignore[call-arg]

    def unique(self, name: Any = None) -> Any:
        """Return each element once."""

        def walk() -> Iterator[Any]:
            seen = set()
            for element in self._walk():
                key = (
                    np.asarray(element).tobytes()
                    if np.ndim(element)
                    else np.asarray(element).item()
                )
                if key not in seen:
                    seen.add(key)
                    yield element

        return type(self)(walk)  # type: ignore[call-arg]

    def ignore_errors(self, log_warning: bool = False, name: Any = None) -> Any:
        """Return the elements whose making raises no error."""

        def walk() -> Iterator[Any]:
            def following() -> Any:
                try:
                    return next(elements, ended)
                except Exception as error:
                    if log_warning:
                        warnings.warn(f"An element is left out: {error}", stacklevel=3)
                    return failed

            ended, failed, elements = object(), object(), self._walk()
            while (element := following()) is not ended:
                if element is not failed:
                    yield element

        return type(self)(walk)  # type: ignore[call-arg]

    def rebatch(self, batch_size: int, drop_remainder: bool = False, name: Any = None) -> Any:
        """Return batches of another size."""
        return self.unbatch().batch(batch_size, drop_remainder)  # type: ignore[attr-defined]

    def group_by_window(
        self,
        key_func: Callable[..., Any],
        reduce_func: Callable[..., Any],
        window_size: int | None = None,
        window_size_func: Callable[..., Any] | None = None,
        name: Any = None,
    ) -> Any:
        """Return what a function makes of so many elements of one key."""
        key_of = spread(key_func)
        cls: Any = type(self)

        def made(key: Any, group: list[Any]) -> Iterator[Any]:
            return reduce_func(key, cls(lambda: iter(group), len(group)))._walk()

        def walk() -> Iterator[Any]:
            groups: dict[int, list[Any]] = {}
            for element in self._walk():
                key = int(np.asarray(key_of(element)))
                size = window_size if window_size_func is None else window_size_func(key)
                group = groups.setdefault(key, [])
                group.append(element)
                if len(group) == int(np.asarray(size)):
                    yield from made(key, groups.pop(key))
            for key, group in groups.items():
                yield from made(key, group)

        return cls(walk)

    def bucket_by_sequence_length(
        self,
        element_length_func: Callable[..., Any],
        bucket_boundaries: Any,
        bucket_batch_sizes: Any,
        padded_shapes: Any = None,
        padding_values: Any = None,
        pad_to_bucket_boundary: bool = False,
        no_padding: bool = False,
        drop_remainder: bool = False,
        name: Any = None,
    ) -> Any:
        """Return padded batches of elements that are about as long."""
        bounds = list(bucket_boundaries)

        def key(*element: Any) -> int:
            return int(
                np.searchsorted(bounds, int(np.asarray(element_length_func(*element))), "right")
            )

        def batched(bucket: int, group: Any) -> Any:
            size = bucket_batch_sizes[bucket]
            if no_padding:
                return group.batch(size, drop_remainder)
            shapes = padded_shapes
            if pad_to_bucket_boundary:
                first = tree.flatten(next(group._walk()))
                shapes = [
                    (bounds[bucket] - 1, *np.shape(a)[1:]) if np.ndim(a) else () for a in first
                ]
                shapes = shapes[0] if len(shapes) == 1 else shapes
            return group.padded_batch(size, shapes, padding_values, drop_remainder)

        return self.group_by_window(
            key, batched, window_size_func=lambda bucket: bucket_batch_sizes[bucket]
        )

    def rejection_resample(
        self,
        class_func: Callable[..., Any],
        target_dist: Any,
        initial_dist: Any = None,
        seed: int | None = None,
        name: Any = None,
    ) -> Any:
        """Return pairs of class and element, in which classes are as frequent as is wanted."""
        class_of, wanted = spread(class_func), np.asarray(target_dist, float)

        def walk() -> Iterator[Any]:
            rng = np.random.default_rng(drawn_seed() if seed is None else seed)
            counts = (
                np.ones(len(wanted)) if initial_dist is None else np.asarray(initial_dist) * 1e9
            )
            for element in self._walk():
                label = int(np.asarray(class_of(element)))
                counts[label] += 1
                ratio = wanted / counts
                if rng.random() < ratio[label] / ratio.max():
                    yield np.int32(label), element

        return type(self)(walk)  # type: ignore[call-arg]

    @classmethod
    def sample_from_datasets(
        cls, datasets: Any, weights: Any = None, seed: int | None = None,
        stop_on_empty_dataset: bool = False, rerandomize_each_iteration: Any = None,
    ) -> Any:  # fmt: skip
        """Return elements of several data sets, from which one is drawn each time."""
        chances = np.ones(len(datasets)) if weights is None else np.asarray(weights, float)

        def walk() -> Iterator[Any]:
            rng = np.random.default_rng(drawn_seed() if seed is None else seed)
            left = [(d._walk(), w) for d, w in zip(datasets, chances, strict=True)]
            while left:
                total = np.array([w for _, w in left])
                at = int(rng.choice(len(left), p=total / total.sum()))
                element = next(left[at][0], left)
                if element is not left:
                    yield element
                elif stop_on_empty_dataset:
                    return
                else:
                    del left[at]

        return cls(walk)  # type: ignore[call-arg]

    @classmethod
    def choose_from_datasets(
        cls, datasets: Any, choice_dataset: Any, stop_on_empty_dataset: bool = True
    ) -> Any:
        """Return elements of several data sets, in the order that another one numbers."""

        def walk() -> Iterator[Any]:
            sources, nothing = [d._walk() for d in datasets], object()
            for choice in choice_dataset._walk():
                element = next(sources[int(choice)], nothing)
                if element is not nothing:
                    yield element
                elif stop_on_empty_dataset:
                    return

        return cls(walk)  # type: ignore[call-arg]

    @classmethod
    def counter(cls, start: int = 0, step: int = 1, dtype: Any = "int64", name: Any = None) -> Any:
        """Return whole numbers without end."""
        return cls(lambda: map(np.dtype(str(dtype)).type, itertools.count(start, step)), -1)  # type: ignore[call-arg]

    @classmethod
    def random(
        cls, seed: int | None = None, rerandomize_each_iteration: Any = None, name: Any = None
    ) -> Any:
        """Return whole numbers by chance, without end."""

        def walk() -> Iterator[Any]:
            rng = np.random.default_rng(drawn_seed() if seed is None else seed)
            while True:
                yield rng.integers(2**32, dtype="int64")

        return cls(walk, -1)  # type: ignore[call-arg]
