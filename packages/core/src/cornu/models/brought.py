"""Methods of models whose work a distribution brings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.plugins import registry
from cornu.training.trainable import Trainable

__all__ = ["quantize", "summary"]


def quantize(
    self: Trainable, mode: Any = None, config: Any = None, filters: Any = None, **kwargs: Any
) -> None:
    """Keep the weights of layers as whole numbers from now on, and compute in these.

    Parameters
    ----------
    mode : {"int8"}, optional
        What weights become.
    config : QuantizationConfig, optional
        Of `cornu.quantizers`: how they do.
    filters : str, list of str, or callable, optional
        Which layers: patterns that names are searched for, or what tells for a layer.
    **kwargs
        `calibration_data`, inputs to find out on how large activations become: their scales
        are fixed then, and convolutions are quantized too. `type_check=False` takes subclasses
        of our layers as what they derive from.

    Examples
    --------
    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(2)])
    >>> model.quantize("int8")
    >>> model.layers[0].kernel.dtype
    dtype('int8')
    """
    registry.attribute("utility", "(quantize)")(self, mode, config, filters, **kwargs)


def summary(
    self: Trainable,
    line_length: int | None = None,
    positions: Any = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Any = None,
) -> None:
    """Print a table of the layers, with shapes and numbers of weights.

    Parameters
    ----------
    line_length : int, optional
        Width of the table.
    positions : list of float, optional
        Where each column ends, as fractions of the width.
    print_fn : callable, optional
        Gets the text; `print` if not given.
    expand_nested : bool
        Whether to list the layers of models inside.
    show_trainable : bool
        Whether to add a column that says so.
    layer_range : list of two str, optional
        Names, or patterns, of the first and last layer to show.
    """
    registry.attribute("utility", "print_summary")(
        self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range
    )
