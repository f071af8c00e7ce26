"""How values become whole numbers with a scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu.configuration.config import deserialize as _deserialize
from cornu.configuration.config import serialize as _serialize
from cornu.plugins import registry
from cornu_engine.errors import UnknownNameError, near_matches

Axes = int | Sequence[int] | None


def abs_max_quantize(
    inputs: Any,
    axis: Axes,
    value_range: Sequence[int] = (-127, 127),
    dtype: str = "int8",
    epsilon: float = 1e-07,
    to_numpy: bool = False,
) -> tuple[Any, Any]:
    r"""Scale values so that the largest magnitude meets the end of a range, and round.

    $q = \operatorname{round}(x s)$ with $s = r / (\max |x| + \epsilon)$.

    Parameters
    ----------
    inputs : tensor
    axis : int or tuple of int
        Axes that share a scale.
    value_range : (int, int)
        Of the whole numbers.
    dtype : str
        Of the whole numbers.
    epsilon : float
        Added to the largest magnitude, which may be 0.
    to_numpy : bool
        Whether to compute at once, on arrays.

    Returns
    -------
    tuple
        The whole numbers and the scale, which keeps the axes with size 1.

    Examples
    --------
    >>> import numpy as np
    >>> numbers, scale = abs_max_quantize(np.float32([[0.5, -1.0, 0.25]]), axis=-1)
    >>> numbers, scale.shape
    (array([[  63, -127,   32]], dtype=int8), (1, 1))
    """
    x = np.asarray(inputs) if to_numpy else ops.convert_to_tensor(inputs)
    axes = axis if axis is None or isinstance(axis, int) else tuple(axis)
    largest = ops.max(ops.absolute(x), axis=axes, keepdims=True)
    scale = ops.cast(ops.divide(value_range[1], ops.add(largest, epsilon)), x.dtype)
    return _rounded(x, scale, value_range, dtype), scale


def _rounded(x: Any, scale: Any, value_range: Sequence[int], dtype: str) -> Any:
    low, high = value_range
    return ops.cast(ops.clip(ops.round(ops.multiply(x, scale)), low, high), dtype)


class Quantizer:
    """Base of quantizers, which return whole numbers and the scale that they were made with.

    Parameters
    ----------
    output_dtype : str
        Of the whole numbers.

    Examples
    --------
    >>> class Halves(Quantizer):
    ...     def __call__(self, x, axis=None, to_numpy=False):
    ...         return ops.cast(ops.round(ops.multiply(x, 2.0)), self.output_dtype), 2.0
    >>> Halves()([0.5, 3.0])[0]
    array([1, 6], dtype=int8)
    """

    keras_module = "keras.quantizers"

    def __init__(self, output_dtype: str = "int8") -> None:
        self.output_dtype = output_dtype

    def __call__(self, x: Any, axis: Axes = None, to_numpy: bool = False) -> Any:
        """Return the values as whole numbers, and their scale."""
        return x

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {"output_dtype": self.output_dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Quantizer:
        """Make a quantizer from what `get_config` returned."""
        return cls(**config)


class AbsMaxQuantizer(Quantizer):
    """Quantizer whose scale follows the largest magnitude of the values: `abs_max_quantize`.

    Parameters
    ----------
    axis : int or tuple of int, optional
        Axes that share a scale, where a call names none; the last one if None.
    value_range : (int, int)
        Of the whole numbers.
    epsilon : float
        Added to the largest magnitude, which may be 0.
    output_dtype : str
        Of the whole numbers.

    Examples
    --------
    >>> import numpy as np
    >>> AbsMaxQuantizer(axis=0)(np.float32([[1.0], [2.0]]))[0]
    array([[ 64],
           [127]], dtype=int8)
    """

    keras_module = "keras.quantizers"

    def __init__(
        self,
        axis: int | Sequence[int] | None = None,
        value_range: Sequence[int] = (-127, 127),
        epsilon: float = 1e-07,
        output_dtype: str = "int8",
    ) -> None:
        super().__init__(output_dtype)
        self.axis = (axis,) if isinstance(axis, int) else None if axis is None else tuple(axis)
        self.value_range = _range_of(value_range, output_dtype)
        self.epsilon = epsilon

    def __call__(self, x: Any, axis: Axes = None, to_numpy: bool = False) -> tuple[Any, Any]:
        """Return the values as whole numbers, and their scale.

        Parameters
        ----------
        x : tensor
        axis : int or tuple of int, optional
            Axes that share a scale.
        to_numpy : bool
            Whether to compute at once, on arrays.
        """
        shared = next((a for a in (axis, self.axis) if a is not None), -1)
        return abs_max_quantize(
            x, shared, self.value_range, self.output_dtype, self.epsilon, to_numpy
        )

    def get_config(self) -> dict[str, Any]:
        """Return the arguments, as Keras writes them."""
        written = {
            "value_range": self.value_range,
            "epsilon": self.epsilon,
            "output_dtype": self.output_dtype,
        }
        return written if self.axis is None else {**written, "axis": self.axis}


class FixedQuantizer(Quantizer):
    """Quantizer with one scale for all values, as calibration finds it; Keras has none.

    Parameters
    ----------
    scale : float
        That values are multiplied by.
    value_range : (int, int)
        Of the whole numbers; what lies beyond becomes its end.
    output_dtype : str
        Of the whole numbers.

    Examples
    --------
    >>> import numpy as np
    >>> FixedQuantizer(scale=10.0)(np.float32([1.25, -0.3, 99.0]))[0]
    array([ 12,  -3, 127], dtype=int8)
    """

    keras_module = "cornu.quantizers"

    def __init__(
        self,
        scale: float,
        value_range: Sequence[int] = (-127, 127),
        output_dtype: str = "int8",
    ) -> None:
        super().__init__(output_dtype)
        if not scale > 0:
            raise ValueError(f"FixedQuantizer: scale has to be above 0, not {scale!r}.")
        self.scale = float(scale)
        self.value_range = _range_of(value_range, output_dtype)

    def __call__(self, x: Any, axis: Axes = None, to_numpy: bool = False) -> tuple[Any, Any]:
        """Return the values as whole numbers, and the scale; `axis` changes nothing."""
        x = np.asarray(x) if to_numpy else ops.convert_to_tensor(x)
        scale = np.asarray(self.scale, x.dtype)
        return _rounded(x, scale, self.value_range, self.output_dtype), scale

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {
            "scale": self.scale,
            "value_range": self.value_range,
            "output_dtype": self.output_dtype,
        }


def _range_of(value_range: Sequence[int], dtype: str) -> tuple[int, int]:
    low, high = value_range
    if dtype == "int8" and (low < -128 or high > 127):
        raise ValueError(
            "A quantizer with output_dtype='int8' has a value_range within (-128, 127), not "
            f"{tuple(value_range)}."
        )
    return low, high


def serialize(initializer: Quantizer) -> Any:
    """Return a quantizer, which Keras calls so here, as a configuration.

    Examples
    --------
    >>> serialize(AbsMaxQuantizer())["class_name"]
    'AbsMaxQuantizer'
    """
    return _serialize(initializer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """Return the quantizer of a configuration.

    Examples
    --------
    >>> deserialize(serialize(AbsMaxQuantizer(axis=0))).axis
    (0,)
    """
    return _deserialize(config, custom_objects)


def get(identifier: Any) -> Any:
    """Return a quantizer from a name, a configuration or a quantizer; None stays None.

    Examples
    --------
    >>> get("abs_max_quantizer").output_dtype
    'int8'
    """
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if not isinstance(identifier, str):
        return identifier
    found = registry.find("object", identifier)
    if not (isinstance(found, type) and issubclass(found, Quantizer)):
        hint = near_matches(identifier, ["AbsMaxQuantizer", "FixedQuantizer"])
        raise UnknownNameError(f"There is no quantizer {identifier!r}. {hint}".rstrip())
    return found()
