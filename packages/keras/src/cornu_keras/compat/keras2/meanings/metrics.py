"""Metrics of symbolic tensors: `model.add_metric(metrics.Mean(name="m")(y))`."""

from __future__ import annotations

from typing import Any

from cornu_engine.trace import op
from cornu_keras.backend.variables import is_keras_tensor

__all__ = ["OfSymbols"]


class OfSymbols:
    """A metric that may be called on symbolic tensors: what comes out is its value of a batch."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Add a batch and return the value so far; of symbolic tensors, that of one batch."""
        if not any(map(is_keras_tensor, (*args, *kwargs.values()))):
            return super().__call__(*args, **kwargs)  # type: ignore[misc]
        config = self.get_config()  # type: ignore[attr-defined]
        metric = self

        @op
        def value(*args: Any, **kwargs: Any) -> Any:
            fresh = type(metric).from_config(config)  # type: ignore[attr-defined]
            fresh.update_state(*args, **kwargs)
            return fresh.result()

        found = value(*args, **kwargs)
        found._metric_obj = self
        return found
