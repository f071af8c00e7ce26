"""Data as Keras 2.3 takes it: for some outputs only, beside tensors that are fed already."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from cornu_data import is_arrays
from cornu_data.dataset import PyDataset
from cornu_data.unpack import pack_x_y_sample_weight, unpack_x_y_sample_weight
from cornu_engine.variable import Variable
from cornu_keras.compat.keras2.training_ends import End
from cornu_keras.compat.keras2.training_utils import (
    check_array_length_consistency,
    is_sequence,
    standardize_sample_weights,
    standardize_weights,
)

__all__ = [
    "EveryClass",
    "Feeds",
    "again_and_again",
    "by_first",
    "holds_tensors",
    "is_stream",
    "must_end",
    "stream_of",
    "whole_batches",
]


def is_stream(x: Any) -> bool:
    """Tell what makes whole batches from arrays."""
    return x is not None and not is_arrays(x) and not (isinstance(x, (list, dict)) and not x)


def holds_tensors(*parts: Any) -> bool:
    """Tell whether there is a tensor where Keras 2 would have wanted an array."""
    return any(
        isinstance(leaf, Variable)
        for part in parts
        for leaf in (part.values() if isinstance(part, dict) else _listed(part))
    )


def again_and_again(x: Any, y: Any, sample_weight: Any) -> Iterator[Any]:
    """Yield whole arrays as one batch, without end."""
    return itertools.repeat(pack_x_y_sample_weight(x, y, sample_weight))


def by_first(arrays: Sequence[Any], size: int) -> Iterator[Any]:
    """Yield batches of arrays of different lengths, as many as the first has rows for."""
    rows = len(arrays[0])
    for start in range(0, rows, size):
        yield ([array[start : min(start + size, rows)] for array in arrays],)


class EveryClass(dict[Any, Any]):
    """Weights of classes, of which none may be missing."""

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the weight of a class."""
        if key not in self:
            raise ValueError(
                "`class_weight` must contain all classes in the data. The class "
                f"{key!r} exists in the data but not in `class_weight`."
            )
        return self[key]

    @classmethod
    def of(cls, class_weight: Any) -> Any:
        """Return the weights of each output, whatever they lie in."""
        if isinstance(class_weight, list):
            return [cls.of(one) for one in class_weight]
        if not isinstance(class_weight, Mapping):
            return class_weight
        if any(value is None or isinstance(value, Mapping) for value in class_weight.values()):
            return {name: cls.of(one) for name, one in class_weight.items()}
        return cls(class_weight)


class Feeds:
    """The ends of a model, and how data reaches them.

    Parameters
    ----------
    model : Model
    ends : list of End
        Of its outputs; empty where they are not known.
    """

    def __init__(self, model: Any, ends: Sequence[End]) -> None:
        self.ends = list(ends)
        graph = model._graph
        tensors = [] if graph is None else list(graph.inputs)
        self.names = [] if graph is None else model.input_names
        self.fixed = [getattr(t._operation, "fixed_value", None) for t in tensors]

    @property
    def has_fixed_inputs(self) -> bool:
        """Whether the value of an input is known already."""
        return any(value is not None for value in self.fixed)

    @property
    def needs_no_input(self) -> bool:
        """Whether no input is left to be given."""
        return bool(self.fixed) and all(value is not None for value in self.fixed)

    def triple(self, x: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, Any]:
        """Return inputs, targets and weights as Cornu takes them, checked."""
        rows = _rows(x, y)
        x = self.inputs(x, rows)
        if not self.ends:
            return x, y, sample_weight
        targets = self._targets(y, _rows(x) if rows is None else rows)
        weights = self._weights(sample_weight, targets)
        given = [t for end, t in zip(self.ends, targets, strict=True) if end.loss is not None]
        if given and x is not None:
            arrays = list(x.values()) if isinstance(x, dict) else _listed(x)
            if all(hasattr(a, "shape") for a in [*arrays, *given]):
                check_array_length_consistency(arrays, given, given)
        return x, self._shaped(targets), self._shaped(weights)

    def batches(self, stream: Any) -> Any:
        """Return a stream of batches, with what is known already put in."""
        if not self.has_fixed_inputs:
            is_endless = hasattr(stream, "__next__") and not is_sequence(stream)
            return map(self._asked_for, stream) if is_endless else stream
        return map(self._batch, _without_end(stream))

    def _batch(self, batch: Any) -> Any:
        if batch is None:
            return pack_x_y_sample_weight(*self.triple(None, None, None))
        return pack_x_y_sample_weight(*self.triple(*unpack_x_y_sample_weight(batch)))

    def _asked_for(self, batch: Any) -> Any:
        """Return a batch of a generator without inputs by other names, which it has for itself."""
        if not self.names or not isinstance(batch, tuple) or not isinstance(batch[0], dict):
            return batch
        return self._by_name(batch[0]), *batch[1:]

    def _by_name(self, x: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in x.items() if name in self.names}

    # Inputs

    def inputs(self, x: Any, rows: int | None = None) -> Any:
        """Return all inputs, where some of them may be known already."""
        if not self.has_fixed_inputs:
            if not self.names and isinstance(x, list) and len(x) == 1 and hasattr(x[0], "shape"):
                return x[0]
            if isinstance(x, list) and any(part is None for part in x):
                raise ValueError(
                    f"x holds None where an array is expected: the model takes {self.names}."
                )
            return self._by_name(x) if self.names and isinstance(x, dict) else x
        free = [n for n, value in zip(self.names, self.fixed, strict=True) if value is None]
        if isinstance(x, dict):
            given = x
        else:
            listed = _listed(x)
            if len(listed) != len(free):
                raise ValueError(f"The model is to be given {free}, but x holds {len(listed)}.")
            given = dict(zip(free, listed, strict=True))
        missing = [name for name in free if name not in given]
        if missing:
            raise ValueError(
                f'No data provided for "{missing[0]}". Need data for each key in: {free}'
            )
        pairs = zip(self.names, self.fixed, strict=True)
        whole = [given[n] if value is None else _as_many(value, rows) for n, value in pairs]
        return whole[0] if len(whole) == 1 else whole

    # Targets

    def _targets(self, y: Any, rows: int | None) -> list[Any]:
        """Return the target of each output, None for those without a loss."""
        wanted = [end for end in self.ends if end.loss is not None and end.target is None]
        names = [end.name for end in wanted]
        given = self._given(y, names)
        found: list[Any] = []
        for end in self.ends:
            if end.loss is None:
                found.append(None)
            elif end.target is not None:
                found.append(_as_many(end.target, rows))
            elif given.get(end.name) is None:
                raise ValueError(
                    f'No data provided for "{end.name}". Need data for each key in: {names}'
                )
            else:
                found.append(given[end.name])
        return found

    def _given(self, y: Any, names: Sequence[str]) -> dict[str, Any]:
        everything = [end.name for end in self.ends]
        if isinstance(y, dict):
            unknown = [key for key in y if key not in everything]
            if unknown and len(everything) == len(y) == 1:
                return {everything[0]: y[unknown[0]]}
            if unknown:
                raise ValueError(f"y has entries for {unknown}, but the outputs are {everything}.")
            return y
        if len(names) == 1 and not isinstance(y, (list, tuple)):
            return {} if y is None else {names[0]: y}
        if len(names) == 1 and not any(hasattr(part, "shape") for part in y):
            return {names[0]: y}  # a list of numbers
        listed = _listed(y)
        if listed and all(part is None for part in listed):
            listed = []
        if listed and not names and any(end.target is not None for end in self.ends):
            raise ValueError("y was given, but the targets are the target_tensors of compile().")
        for order in (names, everything):
            if len(listed) == len(order):
                return dict(zip(order, listed, strict=True))
        if not listed:
            return {}
        raise ValueError(
            f"y holds {len(listed)} targets, but the model takes {len(names)} ({names}). Pass a "
            "list with one target for each, or a dict with their names as keys."
        )

    # Weights

    def _weights(self, sample_weight: Any, targets: Sequence[Any]) -> list[Any]:
        names = [end.name for end in self.ends]
        if isinstance(sample_weight, (list, tuple)) and len(names) == 1:
            sample_weight = np.asarray(sample_weight) if sample_weight else None
            if sample_weight is not None and sample_weight.ndim > 1 and len(sample_weight) == 1:
                sample_weight = sample_weight[0]
        listed: list[Any] = [None] * len(names)
        if sample_weight is not None:
            listed = standardize_sample_weights(sample_weight, names)
        arrays = [None if w is None else np.asarray(w) for w in listed]
        present = [w for w in arrays if w is not None]
        if len({len(w) for w in present if w.ndim}) > 1:
            check_array_length_consistency(None, None, present)
        for end, target, weight in zip(self.ends, targets, arrays, strict=True):
            if target is not None and (weight is not None or end.mode):
                standardize_weights(np.asarray(target), weight, None, end.mode)
        return arrays

    def _shaped(self, members: list[Any]) -> Any:
        """Return members of outputs as Cornu takes them: one alone, several by name."""
        if all(member is None for member in members):
            return None
        if len(members) == 1:
            return members[0]
        pairs = zip(self.ends, members, strict=True)
        return {end.name: member for end, member in pairs if member is not None}


def whole_batches(
    feeds: Feeds,
    x: Any,
    y: Any,
    sample_weight: Any,
    batch_size: int | None,
    steps: int | None,
    argument: str,
) -> tuple[Any, Any, Any, int | None]:
    """Return data to go over in batches; where a number of steps is given, each takes all of it."""
    if steps is not None and batch_size is not None:
        raise ValueError(f"If {argument} is set, the `batch_size` must be None.")
    if steps is None and (holds_tensors(x, y) or (feeds.needs_no_input and y is None)):
        raise ValueError(
            "If your data is in the form of symbolic tensors, you should specify the "
            f"`{argument}` argument (instead of the `batch_size` argument, because symbolic "
            "tensors are expected to produce batches of input data)."
        )
    x, y, sample_weight = feeds.triple(x, y, sample_weight)
    if steps is None:
        return x, y, sample_weight, batch_size
    return again_and_again(x, y, sample_weight), None, None, None


def must_end(x: Any, steps: int | None, argument: str) -> None:
    """Raise ValueError for a generator of which nobody says how far to go."""
    if steps is None and hasattr(x, "__next__") and not is_sequence(x):
        raise ValueError(
            f"`{argument}=None` is only valid for a generator based on the `keras.utils.Sequence` "
            f"class. Please specify `{argument}` or use the `keras.utils.Sequence` class."
        )


def stream_of(data: Any) -> Any:
    """Return `validation_data` itself where it makes batches, None where it holds arrays."""
    return None if isinstance(data, (tuple, list)) else data


def _listed(x: Any) -> list[Any]:
    if x is None:
        return []
    return list(x) if isinstance(x, (list, tuple)) else [x]


def _rows(*parts: Any) -> int | None:
    for part in parts:
        for leaf in part.values() if isinstance(part, dict) else _listed(part):
            shape = getattr(leaf, "shape", None)
            if shape:
                return int(shape[0])
    return None


def _as_many(value: Any, rows: int | None) -> np.ndarray:
    """Return a value that is known already with so many rows, from its first on."""
    array = np.asarray(value)
    if rows is None or len(array) == rows:
        return array
    return array[np.arange(rows) % len(array)]


def _without_end(stream: Any) -> Iterator[Any]:
    if not isinstance(stream, PyDataset):
        yield from stream
        return
    while True:
        yield from (stream[i] for i in range(stream.num_batches or 0))
        stream.on_epoch_end()
