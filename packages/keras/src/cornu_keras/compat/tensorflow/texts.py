"""Texts as tensors: arrays of objects whose `numpy()` are bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_keras.compat.tensorflow.kinds import TensorShape

__all__ = ["Text", "as_key", "as_text"]


class Text(np.ndarray):
    """Texts, or bytes: what they hold is what Python would; `numpy()` gives bytes.

    Examples
    --------
    >>> words = as_text(["sun", "sea"])
    >>> words[0], words.numpy().tolist(), words.shape.as_list()
    (<tf.Tensor: shape=(), dtype=string, numpy=b'sun'>, [b'sun', b'sea'], [2])
    """

    @property  # type: ignore[misc]
    def shape(self) -> TensorShape:  # type: ignore[override]
        """The sizes along its axes."""
        return TensorShape(np.shape(self.view(np.ndarray)))

    def get_shape(self) -> TensorShape:
        """Return the sizes along its axes."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Do nothing: the shape is known."""

    def numpy(self) -> Any:
        """Return bytes: one, or an array of them."""
        if not self.ndim:
            return _encoded(self.item())
        found = np.empty(self.size, object)
        found[:] = [_encoded(text) for text in self.reshape(-1).tolist()]
        return found.reshape(np.shape(self.view(np.ndarray)))

    def __getitem__(self, key: Any) -> Any:
        return as_text(self.view(np.ndarray)[as_key(key)])

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def __eq__(self, other: Any) -> Any:
        return _equal(self, other)

    def __ne__(self, other: Any) -> Any:
        return np.logical_not(_equal(self, other))

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(self.numpy())

    def __add__(self, other: Any) -> Any:
        return _joined(self, other)

    def __radd__(self, other: Any) -> Any:
        return _joined(other, self)

    def __str__(self) -> str:
        return f"tf.Tensor({self.numpy()}, shape={self.shape}, dtype=string)"

    def __repr__(self) -> str:
        return f"<tf.Tensor: shape={self.shape}, dtype=string, numpy={self.numpy()!r}>"

    def __format__(self, spec: str) -> str:
        return format(str(self.numpy()) if not self.ndim else str(self), spec)

    def __reduce__(self) -> Any:
        return as_text, (self.view(np.ndarray),)


def as_text(value: Any) -> Any:
    """Return texts as a tensor.

    Examples
    --------
    >>> as_text("sun").numpy()
    b'sun'
    """
    if isinstance(value, Text):
        return value
    return np.array(value, object).view(Text)


def _encoded(text: Any) -> Any:
    return text.encode() if isinstance(text, str) else text


def as_key(key: Any) -> Any:
    """Return what stands in brackets as NumPy takes it."""
    if isinstance(key, tuple):
        return tuple(as_key(part) for part in key)
    if isinstance(key, slice) or key is None or key is Ellipsis:
        return key
    return np.asarray(key) if not isinstance(key, Sequence) else key


def _equal(one: Any, other: Any) -> Any:
    a, b = (as_text(x).numpy() for x in (one, other))
    return np.equal(np.asarray(a, object), np.asarray(b, object)).astype(bool)


def _joined(one: Any, other: Any) -> Any:
    a, b = (np.asarray(as_text(x).numpy(), object) for x in (one, other))
    return as_text(np.asarray(np.add(a, b), object))
