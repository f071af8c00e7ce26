"""`tf.strings`: texts, alone or in arrays."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu_keras.compat.tensorflow.kinds import as_dtype
from cornu_keras.compat.tensorflow.values import as_tensors


def _text(x: Any) -> str:
    return x.decode() if isinstance(x, bytes) else str(x)


def _each(function: Callable[[str], Any], dtype: Any = object) -> Callable[..., Any]:
    def call(input: Any, name: str | None = None) -> Any:
        array = np.asarray(input, object)
        flat = np.empty(array.size, object)
        flat[:] = [function(_text(x)) for x in array.reshape(-1)]
        result = flat.reshape(array.shape)
        result = result if dtype is object else result.astype(dtype)
        return as_tensors(result if array.ndim else result[()])

    return call


def regex_replace(input: Any, pattern: str, rewrite: str, replace_global: bool = True) -> Any:
    """Replace what a pattern finds."""
    count = 0 if replace_global else 1
    return _each(lambda text: re.sub(pattern, rewrite, text, count=count))(input)


def join(inputs: Any, separator: str = "") -> Any:
    """Join texts side by side."""
    arrays = np.broadcast_arrays(*(np.asarray(x, object) for x in inputs))
    pairs = zip(*(a.reshape(-1) for a in arrays), strict=True)
    joined = [separator.join(map(_text, pair)) for pair in pairs]
    return np.array(joined, object).reshape(arrays[0].shape) if arrays[0].ndim else joined[0]


def split(input: Any, sep: str | None = None, maxsplit: int = -1) -> Any:
    """Return the words of a text, or a list of such for several."""
    array = np.asarray(input, object)
    parts = [_text(x).split(sep, maxsplit) for x in array.reshape(-1)]
    return parts if array.ndim else np.array(parts[0], object)


def to_number(input: Any, out_type: Any = "float32") -> Any:
    """Return the numbers that texts write."""
    return _each(float, str(as_dtype(out_type)))(input)


def as_string(input: Any, precision: int = -1) -> Any:
    """Write numbers as texts."""
    form = "{}" if precision < 0 else f"{{:.{precision}f}}"
    array = np.asarray(input)
    texts = np.array([form.format(x) for x in array.reshape(-1).tolist()], object)
    return texts.reshape(array.shape) if array.ndim else texts[0]


def substr(input: Any, pos: int, len: int, unit: str = "BYTE") -> Any:
    """Return parts of texts: so many bytes, or letters for `UTF8_CHAR`."""
    if unit == "BYTE":
        return _each(lambda text: text.encode()[pos : pos + len])(input)
    return _each(lambda text: text[pos : pos + len])(input)


def regex_full_match(input: Any, pattern: str) -> Any:
    """Tell which texts a pattern describes as a whole."""
    return _each(lambda text: re.fullmatch(pattern, text) is not None, "bool")(input)


def unicode_split(input: Any, input_encoding: str = "UTF-8") -> Any:
    """Return the letters of a text, or a list of such for several."""
    array = np.asarray(input, object)
    if array.ndim:
        return [unicode_split(text) for text in array]
    return np.array(list(_text(array[()])), object)


def reduce_join(inputs: Any, axis: int | None = None, separator: str = "") -> Any:
    """Join texts along an axis, all of them by default."""
    array = np.asarray(inputs, object)
    if axis is None:
        return separator.join(map(_text, array.reshape(-1)))
    return np.apply_along_axis(
        lambda row: np.array(separator.join(map(_text, row)), object), axis, array
    )


lower = _each(str.lower)
upper = _each(str.upper)
strip = _each(str.strip)
length = _each(lambda text: len(text.encode()), "int32")
__all__ = [
    "as_string", "join", "length", "lower", "reduce_join", "regex_full_match", "regex_replace",
    "split", "strip", "substr", "to_number", "unicode_split", "upper",
]  # fmt: skip
