"""`model.quantize`: which layers, and how."""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Callable
from typing import Any

from cornu_engine.errors import NotBuiltError
from cornu_layers.quantization.calibration import fixed_configs
from cornu_layers.quantization.configs import resolved


def quantize(
    model: Any,
    mode: Any = None,
    config: Any = None,
    filters: Any = None,
    calibration_data: Any = None,
    type_check: bool = True,
) -> None:
    """Quantize the layers of a model that can be; see `Model.quantize`."""
    config = resolved(mode, config)
    if not model.built:
        raise NotBuiltError(
            f"Model {model.name!r} has no weights yet: call it on data, or build(input_shape), "
            "before quantize."
        )
    wanted = _filter(filters)
    leaves = [x for x in model._flatten_layers()[1:] if len(x._flatten_layers()) == 1]
    layers = [layer for layer in leaves if wanted(layer)]
    waits = calibration_data is None
    left = [x for x in layers if waits and getattr(x, "needs_calibration", False)]
    more = " Convolutions are quantized with calibration_data." if left else ""
    layers = [layer for layer in layers if layer not in left]
    configs = fixed_configs(model, layers, config, calibration_data)
    for layer in layers:
        own = configs.get(layer, config)
        with contextlib.suppress(NotImplementedError):
            if hasattr(layer, "quantize"):
                layer.quantize(config.mode, type_check=type_check, config=own)
                continue
        left += [layer] if any(w.trainable and w.ndim > 1 for w in layer.weights) else []
    if left:
        names = ", ".join(layer.path or layer.name for layer in left)
        warnings.warn(f"These layers stay as they are: {names}.{more}", stacklevel=3)


def _filter(filters: Any) -> Callable[[Any], bool]:
    if filters is None:
        return lambda layer: True
    if callable(filters):
        return filters
    patterns = [filters] if isinstance(filters, str) else filters
    if not isinstance(patterns, (list, tuple)) or not all(isinstance(p, str) for p in patterns):
        raise ValueError(
            "filters is a pattern that names of layers are searched for, a list of them, or a "
            f"function of a layer; got {filters!r}."
        )
    return lambda layer: any(re.search(pattern, layer.name) for pattern in patterns)
