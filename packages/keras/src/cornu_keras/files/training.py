"""Arguments of `compile` as Keras 2 and tf_keras stored them."""

from __future__ import annotations

from typing import Any

from cornu_keras.files.dialect import Dialect
from cornu_keras.files.upgrade import upgrade

_PLAIN = ("loss_weights", "run_eagerly", "steps_per_execution", "jit_compile", "sample_weight_mode")


def upgrade_training(config: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    """Return what `Model.compile_from_config` takes from a `training_config`.

    Examples
    --------
    >>> old = {"optimizer_config": {"class_name": "SGD", "config": {"lr": 0.1}}, "loss": "mse"}
    >>> upgrade_training(old, Dialect.of("2.2.4"))["optimizer"]["config"]
    {'learning_rate': 0.1}
    """
    arguments: dict[str, Any] = {
        key: config[key] for key in _PLAIN if config.get(key) not in (None, [], {})
    }
    optimizer = config.get("optimizer_config", config.get("optimizer"))
    arguments["optimizer"] = upgrade(optimizer, dialect)
    for key in ("loss", "metrics", "weighted_metrics"):
        value = upgrade(config.get(key), dialect)
        if value not in (None, [], {}):
            arguments[key] = _without_empty(value) if key != "loss" else value
    return arguments


def _without_empty(metrics: Any) -> Any:
    """Return None for outputs without metrics, which tf_keras gives empty lists."""
    if isinstance(metrics, list):
        return [_without_empty(m) if isinstance(m, (list, dict)) else m for m in metrics]
    return metrics
