"""`tf.strings`: texts, alone or in arrays."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu_keras.compat.tensorflow.kinds import as_dtype
from cornu_keras.compat.tensorflow.rows_of_lengths import Ragged
from cornu_keras.compat.tensorflow.texts import as_text
from cornu_keras.compat.tensorflow.values import as_tensors


def _text(x: Any) -> str:
    return x.decode() if isinstance(x, bytes) else str(x)


def _each(function: Callable[[str], Any], dtype: Any = object) -> Callable[..., Any]:
    def call(input: Any, name: str | None = None, encoding: str = "") -> Any:
        if isinstance(input, Ragged):
            return input.with_flat_values(call(input.flat_values))
        array = np.asarray(input, object)
        flat = np.empty(array.size, object)
        flat[:] = [function(_text(x)) for x in array.reshape(-1)]
        result = flat.reshape(array.shape)
        result = result if dtype is object else result.astype(dtype)
        return as_tensors(result)

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
    return as_text(np.array(joined, object).reshape(arrays[0].shape))


def split(input: Any, sep: str | None = None, maxsplit: int = -1, name: Any = None) -> Any:
    """Return the words of a text, or rows of such for several."""
    array = np.asarray(input, object)
    words = [_text(x).split(sep or None, maxsplit) for x in array.reshape(-1)]
    parts = [as_text(np.array(row, object)) for row in words]
    return Ragged(parts) if array.ndim else parts[0]


def to_number(input: Any, out_type: Any = "float32") -> Any:
    """Return the numbers that texts write."""
    return _each(float, str(as_dtype(out_type)))(input)


def as_string(
    input: Any, precision: int = -1, scientific: bool = False, shortest: bool = False,
    width: int = -1, fill: str = "", name: Any = None,
) -> Any:  # fmt: skip
    """Write numbers as texts: floats with `precision` digits behind the point, 6 by default."""
    array = np.asarray(input)
    digits = 6 if precision < 0 else precision
    letter = "e" if scientific else "g" if shortest else "f"
    end = f".{digits}{letter}" if array.dtype.kind == "f" else ""
    form = f"{{:{fill}{width if width >= 0 else ''}{end}}}"
    words = {True: "true", False: "false"} if array.dtype.kind == "b" else None
    found = [words[x] if words else form.format(x) for x in array.reshape(-1).tolist()]
    return as_text(np.array(found, object).reshape(array.shape))


def substr(input: Any, pos: int, len: int, unit: str = "BYTE") -> Any:
    """Return parts of texts: so many bytes, or letters for `UTF8_CHAR`."""
    if unit == "BYTE":
        return _each(lambda text: text.encode()[pos : pos + len])(input)
    return _each(lambda text: text[pos : pos + len])(input)


def regex_full_match(input: Any, pattern: str) -> Any:
    """Tell which texts a pattern describes as a whole."""
    return _each(lambda text: re.fullmatch(pattern, text) is not None, "bool")(input)


def unicode_split(
    input: Any, input_encoding: str = "UTF-8", errors: str = "replace", name: Any = None
) -> Any:
    """Return the letters of a text, or rows of such for several."""
    array = np.asarray(input, object)
    if array.ndim:
        return Ragged(unicode_split(text) for text in array)
    return as_text(np.array(list(_text(array[()])), object))


def unicode_decode(input: Any, input_encoding: str = "UTF-8", name: Any = None) -> Any:
    """Return the numbers of letters, or rows of such for several texts."""
    array = np.asarray(input, object)
    if array.ndim:
        return Ragged(unicode_decode(text) for text in array)
    return as_tensors(np.array([ord(letter) for letter in _text(array[()])], "int32"))


def unicode_encode(input: Any, output_encoding: str = "UTF-8", name: Any = None) -> Any:
    """Return texts of letters by their numbers."""
    rows = input if isinstance(input, Ragged) else np.asarray(input)
    if isinstance(rows, Ragged) or rows.ndim > 1:
        return as_text([_of_numbers(row) for row in rows])
    return as_text(_of_numbers(rows))


def _of_numbers(row: Any) -> str:
    return "".join(chr(int(n)) for n in np.asarray(row))


def bytes_split(input: Any, name: Any = None) -> Any:
    """Return the bytes of a text, or rows of such for several."""
    array = np.asarray(as_text(input).numpy(), object)
    if array.ndim:
        return Ragged(bytes_split(text) for text in array)
    return as_text(np.array([bytes([n]) for n in array[()]], object))


def ngrams(
    data: Any, ngram_width: Any, separator: str = " ", pad_values: Any = None,
    padding_width: Any = None, preserve_short_sequences: bool = False, name: Any = None,
) -> Any:  # fmt: skip
    """Return all runs of so many words of a text, joined; rows of such for several."""
    widths = [ngram_width] if isinstance(ngram_width, int) else list(ngram_width)
    if isinstance(data, Ragged) or np.ndim(data) > 1:
        given = (ngram_width, separator, pad_values, padding_width, preserve_short_sequences)
        return Ragged(ngrams(row, *given) for row in data)
    words = [_text(x) for x in np.asarray(data, object)]
    pads = (pad_values, pad_values) if isinstance(pad_values, str) else pad_values
    found: list[str] = []
    for width in widths:
        count = 0 if pads is None else width - 1
        count = count if padding_width is None else min(count, padding_width)
        left, right = pads or ("", "")
        row = [left] * count + words + [right] * count
        runs = [separator.join(row[i : i + width]) for i in range(len(row) - width + 1)]
        short = [separator.join(row)] if preserve_short_sequences and not runs and row else []
        found += runs or short
    return as_text(np.array(found, object))


def format(template: str, inputs: Any, placeholder: str = "{}", summarize: int = 3) -> Any:
    """Return a text with the numbers of tensors in it."""
    for value in inputs if isinstance(inputs, (list, tuple)) else [inputs]:
        shown = value.numpy() if hasattr(value, "numpy") else value
        template = template.replace(placeholder, str(shown), 1)
    return as_text(template)


def to_hash_bucket_fast(input: Any, num_buckets: int, name: Any = None) -> Any:
    """Return a number below `num_buckets` for each text, the same one each time."""
    return _each(lambda text: zlib.crc32(text.encode()) % num_buckets, "int64")(input)


to_hash_bucket = to_hash_bucket_fast


def reduce_join(
    inputs: Any, axis: int | None = None, keepdims: bool = False, separator: str = "",
    name: Any = None,
) -> Any:  # fmt: skip
    """Join texts along an axis, all of them by default."""
    array = np.asarray([] if isinstance(inputs, Ragged) else inputs, object)
    if isinstance(inputs, Ragged):
        return as_text([separator.join(map(_text, np.asarray(row, object))) for row in inputs])
    if keepdims:
        raise ValueError(
            "tf.strings.reduce_join joins without keepdims here: expand_dims after it."
        )
    if axis is None:
        return as_text(separator.join(map(_text, array.reshape(-1))))
    moved = np.moveaxis(array, axis, -1)
    rows = moved.reshape(-1, moved.shape[-1])
    joined = np.empty(len(rows), object)
    joined[:] = [separator.join(map(_text, row)) for row in rows]
    return as_text(joined.reshape(moved.shape[:-1]))


lower = _each(str.lower)
upper = _each(str.upper)
strip = _each(str.strip)
_bytes = _each(lambda text: len(text.encode()), "int32")
_letters = _each(len, "int32")


def length(input: Any, unit: str = "BYTE", name: Any = None) -> Any:
    """Return how many bytes texts have, or letters for `UTF8_CHAR`."""
    return (_letters if unit == "UTF8_CHAR" else _bytes)(input)


__all__ = [
    "as_string", "bytes_split", "format", "ngrams", "to_hash_bucket", "to_hash_bucket_fast",
    "unicode_decode", "unicode_encode", "join", "length", "lower", "reduce_join",
    "regex_full_match", "regex_replace", "split", "strip", "substr", "to_number", "unicode_split",
    "upper",
]  # fmt: skip
