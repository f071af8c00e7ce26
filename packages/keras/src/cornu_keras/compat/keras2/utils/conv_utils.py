"""`keras.utils.conv_utils`: lengths of windows, and kernels turned round."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_keras.backend.phases import normalize_data_format

__all__ = [
    "conv_input_length",
    "conv_output_length",
    "convert_kernel",
    "deconv_length",
    "normalize_data_format",
    "normalize_padding",
    "normalize_tuple",
]


def normalize_tuple(value: Any, n: int, name: str) -> tuple[Any, ...]:
    """Return `n` integers for one integer, or for an iterable of `n`.

    Parameters
    ----------
    value : int or iterable of int
    n : int
    name : str
        Of the argument, for the message.

    Raises
    ------
    ValueError
        For anything else.

    Examples
    --------
    >>> normalize_tuple(2, 3, "strides")
    (2, 2, 2)
    """
    if isinstance(value, int):
        return (value,) * n
    wrong = ValueError(
        f"The `{name}` argument must be a tuple of {n} integers. Received: {value!r}."
    )
    try:
        members = tuple(value)
        for member in members:
            int(member)
    except (TypeError, ValueError):
        raise wrong from None
    if len(members) != n:
        raise wrong
    return members


def normalize_padding(value: str) -> str:
    """Return a padding in lower case: "valid", "same" or "causal".

    Examples
    --------
    >>> normalize_padding("SAME")
    'same'
    """
    padding = value.lower()
    if padding not in ("valid", "same", "causal"):
        raise ValueError(
            f'The `padding` argument must be one of "valid", "same", "causal". Received: {value!r}.'
        )
    return padding


def convert_kernel(kernel: Any) -> np.ndarray:
    """Return a kernel with its spatial axes turned round, as Theano's convolution wanted it.

    Examples
    --------
    >>> convert_kernel(np.arange(3.0).reshape(3, 1, 1)).ravel()
    array([2., 1., 0.])
    """
    kernel = np.asarray(kernel)
    if not 3 <= kernel.ndim <= 5:
        raise ValueError(f"A kernel has 3 to 5 axes, this one the shape {kernel.shape}.")
    return np.flip(kernel, tuple(range(kernel.ndim - 2))).copy()


# By how much a window makes its input shorter, of its length.
_SHORTER = {
    "valid": lambda size: size - 1,
    "same": lambda size: 0,
    "causal": lambda size: 0,
    "full": lambda size: 1 - size,
}
# How much is put on each side.
_PADDED = {
    "valid": lambda size: 0,
    "same": lambda size: size // 2,
    "full": lambda size: size - 1,
}


def _of(table: dict[str, Any], padding: str, size: int) -> int:
    assert padding in table, f"padding={padding!r} is none of {', '.join(table)}."
    return int(table[padding](size))


def conv_output_length(
    input_length: int | None, filter_size: int, padding: str, stride: int, dilation: int = 1
) -> int | None:
    """Return how long the result of a convolution is.

    Examples
    --------
    >>> conv_output_length(10, 3, "valid", stride=2), conv_output_length(10, 3, "full", 1)
    (4, 12)
    """
    if input_length is None:
        return None
    window = (filter_size - 1) * dilation + 1
    return -(-(input_length - _of(_SHORTER, padding, window)) // stride)


def conv_input_length(
    output_length: int | None, filter_size: int, padding: str, stride: int
) -> int | None:
    """Return how long the input of a convolution was.

    Examples
    --------
    >>> conv_input_length(4, 3, "valid", stride=2)
    9
    """
    if output_length is None:
        return None
    return (output_length - 1) * stride - 2 * _of(_PADDED, padding, filter_size) + filter_size


def deconv_length(
    dim_size: int | None,
    stride_size: int,
    kernel_size: int,
    padding: str,
    output_padding: int | None,
    dilation: int = 1,
) -> int | None:
    """Return how long the result of a transposed convolution is.

    Examples
    --------
    >>> deconv_length(4, 2, 3, "valid", None), deconv_length(4, 2, 3, "same", 1)
    (9, 8)
    """
    assert padding in _PADDED, f"padding={padding!r} is none of {', '.join(_PADDED)}."
    if dim_size is None:
        return None
    window = (kernel_size - 1) * dilation + 1
    if output_padding is not None:
        pad = _of(_PADDED, padding, window)
        return (dim_size - 1) * stride_size + window - 2 * pad + output_padding
    more = {
        "valid": max(window - stride_size, 0),
        "same": 0,
        "full": -(stride_size + window - 2),
    }
    return dim_size * stride_size + more[padding]
