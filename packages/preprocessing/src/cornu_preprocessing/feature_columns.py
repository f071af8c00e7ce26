"""What a column of a table is, and which columns are crossed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu.saving import deserialize_keras_object, serialize_keras_object
from cornu_engine.errors import DataError
from cornu_preprocessing.feature_layers.normalization import Normalization

__all__ = ["Cross", "Feature"]


class Feature:
    """How one column is prepared.

    Parameters
    ----------
    dtype : str
        What the column holds: "float32", "int32" or "string".
    preprocessor : Layer or None
        Makes numbers of it; None leaves them as they are.
    output_mode : "int", "one_hot" or "float"
    """

    def __init__(self, dtype: str, preprocessor: Any, output_mode: str) -> None:
        _check_mode(output_mode, ("int", "one_hot", "float"))
        if isinstance(preprocessor, dict):
            preprocessor = deserialize_keras_object(preprocessor)
        if not (preprocessor is None or callable(preprocessor)):
            raise DataError(f"A preprocessor is a layer, a function or None, not {preprocessor!r}.")
        self.dtype = dtype
        self.preprocessor = preprocessor
        self.output_mode = output_mode

    def get_config(self) -> dict[str, Any]:
        """Return the arguments, with what the preprocessor has learned."""
        layer = self.preprocessor
        if isinstance(layer, Normalization) and layer.built and layer.input_mean is None:
            mean = layer.adapt_mean.numpy().tolist()
            variance = layer.adapt_variance.numpy().tolist()
            layer = Normalization(layer.axis, mean, variance, layer.invert, name=layer.name)
        return {
            "dtype": self.dtype,
            "preprocessor": serialize_keras_object(layer),
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Feature:
        """Make a feature from what `get_config` returned."""
        return cls(**config)


class Cross:
    """Columns whose combinations are a feature.

    Parameters
    ----------
    feature_names : sequence of str
    crossing_dim : int
        In how many bins the combinations are hashed.
    output_mode : "one_hot" or "int"
    """

    def __init__(
        self, feature_names: Sequence[str], crossing_dim: int, output_mode: str = "one_hot"
    ) -> None:
        _check_mode(output_mode, ("int", "one_hot"))
        self.feature_names = tuple(feature_names)
        self.crossing_dim = crossing_dim
        self.output_mode = output_mode

    @property
    def name(self) -> str:
        """The names of the columns, joined by `_X_`."""
        return "_X_".join(self.feature_names)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {
            "feature_names": list(self.feature_names),
            "crossing_dim": self.crossing_dim,
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Cross:
        """Make a crossing from what `get_config` returned."""
        return cls(**config)


def _check_mode(output_mode: str, allowed: tuple[str, ...]) -> None:
    if output_mode not in allowed:
        raise DataError(f"output_mode={output_mode!r} must be one of {', '.join(allowed)}.")
