"""How an estimator shows itself in a notebook: with the network inside."""

from __future__ import annotations

import contextlib
from typing import Any

try:
    from sklearn.utils._repr_html.estimator import _VisualBlock
except ImportError:  # scikit-learn 1.6
    from sklearn.utils._estimator_html_repr import _VisualBlock

_SHOWN = ("units", "filters", "kernel_size", "activation", "rate")


def visual_block(estimator: Any) -> Any:
    """Return what scikit-learn draws: a box for each layer of a fitted model, in its order."""
    name = type(estimator).__name__
    model = vars(estimator).get("model_")
    if model is None or not getattr(model, "layers", None):
        return _VisualBlock("single", estimator, names=name, name_details=str(estimator))
    boxes = [
        _VisualBlock("single", None, names=_title(layer), name_details=_details(layer))
        for layer in model.layers
    ]
    return _VisualBlock(
        "serial",
        boxes,
        names=[box.names for box in boxes],
        name_details=[box.name_details for box in boxes],
        dash_wrapped=True,
    )


def _title(layer: Any) -> str:
    return f"{layer.name}: {type(layer).__name__}"


def _details(layer: Any) -> str:
    lines = [f"{layer.count_params():,} parameters"] if layer.built else []
    with contextlib.suppress(AttributeError, ValueError):  # used more than once, or by no graph
        lines.append(f"output {layer.output.shape}")
    config = layer.get_config()
    shown = [name for name in _SHOWN if config.get(name) is not None]
    lines += [f"{name}={config[name]!r}" for name in shown]
    return "\n".join(lines)
