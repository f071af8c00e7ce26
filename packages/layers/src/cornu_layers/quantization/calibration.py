"""How large activations become: one scale for the inputs of each layer, found on data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from cornu.base import Layer
from cornu.models.sequential import Sequential
from cornu_engine import tree
from cornu_engine.errors import ShapeError
from cornu_layers.quantization.configs import Int8QuantizationConfig
from cornu_layers.quantization.quantizable import Quantizable
from cornu_layers.quantization.quantizers import FixedQuantizer

_ROWS = 32  # at a time


def fixed_configs(
    model: Any, layers: Sequence[Layer], config: Any, data: Any
) -> dict[Layer, Int8QuantizationConfig]:
    """Return the configuration of each layer, with the scale that its inputs on data ask for.

    Parameters
    ----------
    model : Model
    layers : sequence of Layer
        That are going to be quantized.
    config : Int8QuantizationConfig
    data : array, structure of arrays, or dataset of batches
        Inputs of the model; None for none.
    """
    quantizer = config.of_inputs(0)
    if data is None or quantizer is None:
        return {}
    described = {id(layer) for layer in _described(model)}
    known = [x for x in layers if isinstance(x, Quantizable) and id(x) in described]
    largest = _largest_inputs(model, known, data)
    end = min(-quantizer.value_range[0], quantizer.value_range[1])
    found: dict[Layer, Int8QuantizationConfig] = {}
    for layer in known:
        sizes = [largest[layer, name] for name in layer.products if (layer, name) in largest]
        fixed = [FixedQuantizer(end / (size or 1.0), quantizer.value_range) for size in sizes]
        if fixed:
            of_inputs = fixed[0] if len(fixed) == 1 else tuple(fixed)
            found[layer] = Int8QuantizationConfig(config.weight_quantizer, of_inputs)
    return found


def _described(model: Any) -> Iterator[Any]:
    """Yield the layers that the configuration of a model describes one by one.

    The scale stands there. What a layer makes for itself, as attention does its projections, is
    made anew from a file, and would not know of it.
    """
    if not (isinstance(model, Sequential) or getattr(model, "_graph", None) is not None):
        return
    for layer in model.layers:
        inner = getattr(layer, "layer", layer)  # of a wrapper
        if hasattr(inner, "layers"):
            yield from _described(inner)
        else:
            yield inner


def _largest_inputs(model: Any, layers: Sequence[Any], data: Any) -> dict[Any, float]:
    """Return the largest magnitude in the inputs of each product of each layer."""
    largest: dict[Any, float] = {}

    def watch(layer: Any, name: str) -> None:
        product = getattr(layer, name)

        def watched(inputs: Any) -> Any:
            if isinstance(inputs, np.ndarray) and inputs.size:
                found = float(np.max(np.abs(inputs)))
                if not np.isfinite(found):
                    raise ValueError(
                        f"calibration_data makes inputs of layer {layer.name!r} that are not "
                        "finite."
                    )
                largest[layer, name] = max(found, largest.get((layer, name), 0.0))
            return product(inputs)

        layer.__dict__[name] = watched

    products = [(layer, name) for layer in layers for name in layer.products]
    try:
        for layer, name in products:
            watch(layer, name)
        for batch in _batches(data):
            model(batch, training=False)
    finally:
        for layer, name in products:
            layer.__dict__.pop(name, None)
    return largest


def _batches(data: Any) -> Iterator[Any]:
    """Yield the inputs in parts; of a dataset, what it yields, without targets."""
    if hasattr(data, "__iter__") and not isinstance(data, (np.ndarray, list, tuple, dict)):
        found = False
        for batch in data:
            found = True
            yield batch[0] if isinstance(batch, tuple) else batch
        if not found:
            raise ShapeError("calibration_data is empty.")
        return
    arrays = tree.map_structure(np.asarray, data)
    rows = {len(x) for x in tree.flatten(arrays)}
    if len(rows) != 1 or not max(rows):
        raise ShapeError(
            f"calibration_data has to have as many rows in each array, at least one; got {rows}."
        )
    for first in range(0, max(rows), _ROWS):
        part = slice(first, first + _ROWS)
        yield tree.map_structure(lambda x, part=part: x[part], arrays)
