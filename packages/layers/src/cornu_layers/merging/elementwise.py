"""Merging number by number."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import cornu_ops as ops
from cornu_layers.merging.base import Merge


class Add(Merge):
    r"""Add inputs: $y = x_1 + x_2 + \dots$

    Notes
    -----
    Input: a list of values whose shapes broadcast. Output: the broadcast shape.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Add()([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])])
    array([[4., 6.]], dtype=float32)
    """

    def merge(self, inputs: Sequence[Any]) -> Any:
        """Return the sum."""
        return functools.reduce(ops.add, inputs)


class Subtract(Merge):
    r"""Subtract the second input from the first: $y = x_1 - x_2$.

    Notes
    -----
    Input: a list of two values whose shapes broadcast. Output: the broadcast shape.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Subtract()([np.array([[5.0]]), np.array([[3.0]])])
    array([[2.]], dtype=float32)
    """

    exactly = 2

    def merge(self, inputs: Sequence[Any]) -> Any:
        """Return the difference."""
        return ops.subtract(*inputs)


class Multiply(Merge):
    r"""Multiply inputs: $y = x_1 x_2 \dots$

    A masked step counts as 1, and the output is 0 where every input is masked.

    Notes
    -----
    Input: a list of values whose shapes broadcast. Output: the broadcast shape.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Multiply()([np.array([[2.0]]), np.array([[3.0]])])
    array([[6.]], dtype=float32)
    """

    def merge(self, inputs: Sequence[Any]) -> Any:
        """Return the product."""
        return functools.reduce(ops.multiply, inputs)

    def merge_masked(self, inputs: Sequence[Any], masks: Sequence[Any]) -> Any:
        """Return the product of what is not masked."""
        present = [
            x if m is None else ops.where(m, x, ops.ones((), dtype=x.dtype))
            for x, m in zip(inputs, masks, strict=True)
        ]
        product = self.merge(present)
        if any(m is None for m in masks):
            return product
        anywhere = functools.reduce(ops.logical_or, masks)
        return ops.where(anywhere, product, ops.zeros((), dtype=product.dtype))


class Average(Merge):
    r"""Average inputs: $y = (x_1 + \dots + x_n) / n$.

    Notes
    -----
    Input: a list of values whose shapes broadcast. Output: the broadcast shape.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Average()([np.array([[1.0]]), np.array([[3.0]])])
    array([[2.]], dtype=float32)
    """

    def merge(self, inputs: Sequence[Any]) -> Any:
        """Return the mean."""
        return functools.reduce(ops.add, inputs) / len(inputs)


class _Extreme(Merge):
    """The largest or smallest of what is not masked."""

    @staticmethod
    def pick(a: Any, b: Any) -> Any:
        """Return the one of two that is wanted; a subclass says which."""
        raise NotImplementedError

    def merge(self, inputs: Sequence[Any]) -> Any:
        """Return the extreme of the inputs."""
        return functools.reduce(type(self).pick, inputs)

    def merge_masked(self, inputs: Sequence[Any], masks: Sequence[Any]) -> Any:
        """Return the extreme of what is not masked."""
        output, output_mask = inputs[0], masks[0]
        for x, mask in zip(inputs[1:], masks[1:], strict=True):
            if mask is not None:
                x = ops.where(mask, x, output)
            if output_mask is not None:
                output = ops.where(output_mask, output, x)
            both = mask is not None and output_mask is not None
            output_mask = ops.logical_or(output_mask, mask) if both else None
            output = type(self).pick(output, x)
        return output


class Maximum(_Extreme):
    r"""Take the largest input: $y = \max(x_1, x_2, \dots)$. Masked steps do not compete.

    Notes
    -----
    Input: a list of values whose shapes broadcast. Output: the broadcast shape.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Maximum()([np.array([[1.0, 5.0]]), np.array([[3.0, 4.0]])])
    array([[3., 5.]], dtype=float32)
    """

    @staticmethod
    def pick(a: Any, b: Any) -> Any:
        """Return the larger of two."""
        return ops.maximum(a, b)


class Minimum(_Extreme):
    r"""Take the smallest input: $y = \min(x_1, x_2, \dots)$. Masked steps do not compete.

    Notes
    -----
    Input: a list of values whose shapes broadcast. Output: the broadcast shape.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Minimum()([np.array([[1.0, 5.0]]), np.array([[3.0, 4.0]])])
    array([[1., 4.]], dtype=float32)
    """

    @staticmethod
    def pick(a: Any, b: Any) -> Any:
        """Return the smaller of two."""
        return ops.minimum(a, b)
