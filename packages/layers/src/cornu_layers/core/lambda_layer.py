"""A function as a layer."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cornu.base import KerasTensor, Layer
from cornu.configuration.config import AtHand, serialize
from cornu.plugins.registry import CustomObjectScope
from cornu_engine import tree
from cornu_layers.checks import where

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class Lambda(Layer):
    """Apply a function of your own.

    Parameters
    ----------
    function : callable
        `f(inputs, **arguments)` in ops or Python's operators. It may also take `mask` and
        `training`.
    output_shape : tuple of int or callable, optional
        Shape of one output without the batch axis, or a function of the input's shape. Found by
        tracing if None.
    mask : value or callable, optional
        The mask of the output, or `mask(inputs, mask)`.
    arguments : dict, optional
        Further arguments of the function.

    Notes
    -----
    Weights used inside the function are not seen by the layer: write a `Layer` for those. A model
    that holds an anonymous function cannot be saved as a file; name the function and register it.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Lambda(lambda x: x**2)(np.array([3.0], "float32"))
    array([9.], dtype=float32)
    """

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        mask: Any = None,
        arguments: dict[str, Any] | None = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        if not callable(function):
            raise TypeError(f"{where(self)}: function must be callable; it is {function!r}.")
        self.function = function
        self._output_shape = output_shape
        self.mask = mask
        self.arguments = dict(arguments or {})
        self.supports_masking = mask is not None
        taken = _parameter_names(function)
        self._passed_on = tuple(name for name in ("mask", "training") if name in taken)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal layer.

        Functions without a registered name stay at hand in it, for copies within the process; a
        file never holds them.
        """
        parts = {
            "function": self.function,
            "output_shape": self._output_shape,
            "mask": self.mask,
            "arguments": self.arguments,
        }
        return {**super().get_config(), **{name: _at_hand(x) for name, x in parts.items()}}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None, safe_mode: bool | None = None
    ) -> Any:
        """Make a layer from what `get_config` returned.

        Parameters
        ----------
        config : dict
        custom_objects : dict, optional
            Functions by the names that a file holds.
        safe_mode
            Accepted for Keras' sake: code in a configuration is never run.
        """
        with CustomObjectScope(custom_objects or {}):
            return super().from_config(config)

    def call(self, inputs: Any, mask: Any = None, training: Any = None) -> Any:
        """Return the function of the inputs."""
        offered = {"mask": mask, "training": training}
        extra = {name: offered[name] for name in self._passed_on}
        return self.function(inputs, **self.arguments, **extra)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return the mask that was given, or what it makes of the inputs."""
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return symbolic outputs: by tracing the function, unless a shape was given."""
        if self._output_shape is None:
            return self._trace_once(*args, **kwargs)
        return super().compute_output_spec(*args, **kwargs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape that was given, or the one that tracing finds."""
        if self._output_shape is None:
            inputs = tree.map_shape_structure(
                lambda s: KerasTensor(s, self.compute_dtype), input_shape
            )
            return tree.map_structure(lambda t: t.shape, self.compute_output_spec(inputs))
        if callable(self._output_shape):
            return tuple(self._output_shape(input_shape))
        first = input_shape[0]
        batch = first[0] if isinstance(first, (list, tuple)) else first
        return (batch, *self._output_shape)


def _at_hand(value: Any) -> Any:
    return AtHand(value, serialize(value)) if callable(value) else serialize(value)


def _parameter_names(function: Callable[..., Any]) -> set[str]:
    try:
        return set(inspect.signature(function).parameters)
    except (TypeError, ValueError):  # built-in functions tell nothing
        return set()
