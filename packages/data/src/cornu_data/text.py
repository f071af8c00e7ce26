"""Text among the values of a model: what counts as such, and what stands for it in a trace.

No program holds text. What is computed of it, up to the first numbers, is the *host stage* of a
step: it runs on arrays, in front of the program, which is given the numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine import tree
from cornu_engine.dtypes import canonical
from cornu_engine.trace import current_trace

__all__ = ["KINDS", "TEXT", "HostValue", "as_text", "is_text", "text_beside", "value_dtype"]

TEXT = "string"  # the dtype of text, as Keras calls it
KINDS = "SUO"  # of NumPy's dtypes, those that may hold text
_SPELLINGS = (TEXT, "str", "object", "bytes")


def is_text(value: Any) -> bool:
    """Tell whether a value is text: an array, a symbolic tensor, or what stands for it in a step.

    Examples
    --------
    >>> is_text(np.array(["a"])), is_text(np.array([1.0])), is_text("a")
    (True, False, False)
    """
    dtype = getattr(value, "dtype", None)
    if isinstance(dtype, np.dtype):
        if dtype.kind == "O":  # of strings, or of anything
            return value.size == 0 or isinstance(value.flat[0], (str, bytes))
        return dtype.kind in KINDS
    return isinstance(dtype, str) and dtype == TEXT


def as_text(value: Any) -> Any:
    """Return nested lists of strings as an array; anything else as it is.

    Examples
    --------
    >>> as_text(["a", "b"]), as_text([1, 2])
    (array(['a', 'b'], dtype=object), [1, 2])
    """
    if isinstance(value, dict):
        return {key: as_text(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)) and value:
        leaves = tree.flatten(value)
        if all(isinstance(leaf, (str, bytes)) for leaf in leaves):
            return np.array(value, dtype=object)
    return value


class HostValue:
    """Text in a trace.

    A trace of a step has a stage as its `host`, which keeps the arrays; one that asks for shapes
    only has the size that stands for open ones.

    Parameters
    ----------
    shape : tuple of int
    slot : int
        Place among the values of the stage.
    """

    dtype = TEXT

    def __init__(self, shape: tuple[int, ...], slot: int = -1) -> None:
        self.shape, self.slot = tuple(shape), slot

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def reshape(self, shape: tuple[int, ...]) -> Any:
        """Return the text in another shape, whose first axis is the samples'."""
        trace: Any = current_trace()
        host = trace.host
        if isinstance(host, int):
            return HostValue(shape)
        return host.call(_rows_of_shape, (self, tuple(shape[1:])), {}, "reshape")

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        raise TypeError(
            "Text is no number that a program computes with. Make numbers of it by a layer such as "
            "TextVectorization, StringLookup or Hashing."
        )

    def __repr__(self) -> str:
        return f"<text {self.shape}>"


def _rows_of_shape(text: np.ndarray, row: tuple[int, ...]) -> np.ndarray:
    return text.reshape(len(text), *row)


def value_dtype(dtype: Any) -> str:
    """Return the name of a dtype that a symbolic tensor may have: of numbers, or `"string"`.

    Examples
    --------
    >>> value_dtype(np.float32), value_dtype("string"), value_dtype(str)
    ('float32', 'string', 'string')
    """
    if isinstance(dtype, str):
        return TEXT if dtype in _SPELLINGS else canonical(dtype).name
    if isinstance(dtype, np.dtype):
        return TEXT if dtype.kind in KINDS else canonical(dtype).name
    if dtype in (str, bytes, object, np.str_, np.bytes_) or getattr(dtype, "name", None) == TEXT:
        return TEXT
    return canonical(dtype).name


def text_beside(where: str, value: Any, whole: bool = False) -> str:
    """Return the message for text that came to a layer of numbers.

    Parameters
    ----------
    where : str
        The layer or operation, as messages name it.
    value : value
    whole : bool
        Whether the layer is a model, whose inputs are described.
    """
    shape = tuple(value.shape)
    inside = f"({', '.join(map(str, shape[1:]))}{',' if len(shape) == 2 else ''})"
    edit = (
        f"Begin the model with cornu.Input({inside}, dtype='string') and a layer that makes "
        "numbers of text"
        if whole
        else "Put a layer between them that makes numbers of text"
    )
    return (
        f"{where} computes with numbers, and was called on text of shape {shape}. {edit}: "
        "TextVectorization for sentences, StringLookup or Hashing for words."
    )
