"""Between what scikit-learn calls a target and what a model puts out, both ways.

A target knows what the model must put out, how `y` is written for its loss, and what its outputs
say. Here are what all kinds share and the simplest one, numbers; classes are in `labels`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine.errors import ShapeError


class Target:
    """What is to be predicted.

    Attributes
    ----------
    kind : str
        As scikit-learn's `type_of_target` says it.
    n_outputs_ : int
        Columns of y.
    n_outputs_expected_ : int
        Numbers that a model puts out for a row, unless it can be one of several.
    """

    kind: str
    n_outputs_: int
    n_outputs_expected_: int
    activation: str | None = None

    @property
    def allowed(self) -> tuple[int, ...]:
        """How many numbers a model may put out for a row."""
        return (self.n_outputs_expected_,)

    def default_loss(self, units: int) -> str:
        """Return the loss of a model that was not compiled."""
        return "mse"

    def for_function(self, y: np.ndarray) -> np.ndarray:
        """Return y as a function that makes a model may ask for it, as in Keras 3."""
        return self.encode(y, self.n_outputs_expected_, None)

    def codes(self, y: np.ndarray) -> np.ndarray:
        """Return numbers that stand for y."""
        return self.encode(y, self.n_outputs_expected_, None)

    def encode(self, y: Any, units: int, loss: Any) -> np.ndarray:
        """Return y as the loss of a model with so many outputs takes it."""
        raise TypeError(f"{type(self).__name__} has no encode().")

    def what(self) -> str:
        """Say what y holds."""
        raise TypeError(f"{type(self).__name__} has no what().")

    def metadata(self) -> dict[str, Any]:
        """Return fitted attributes for the estimator, by name."""
        return {}

    def check_output(self, shape: Any, layer: str) -> int:
        """Return the number of outputs of a model, if they fit.

        Raises
        ------
        ShapeError
            With the layer to change, and how.
        """
        edit = f"Dense({self.n_outputs_expected_}"
        edit += f", activation={self.activation!r})" if self.activation else ")"
        if isinstance(shape, (list, dict)) or (shape and isinstance(shape[0], (tuple, list))):
            raise ShapeError(
                f"The model has {len(shape)} outputs, but {self.what()}. A scikit-learn estimator "
                f"has one output: end the model in {edit}."
            )
        if len(shape) != 2:
            flat = "Put Flatten() before it, and make it" if len(shape) > 2 else "Make that layer"
            raise ShapeError(
                f"The model ends in {layer!r} with an output of shape {_shown(shape)}, but "
                f"{self.what()}. {flat} {edit}."
            )
        if shape[1] not in self.allowed:
            if shape[1] == 1 and self.kind == "multiclass":
                edit += ". Only binary classification is supported with 1 output"
            numbers = "1 output" if shape[1] == 1 else f"{shape[1]} outputs"
            raise ShapeError(
                f"The model ends in {layer!r} with {numbers}, but {self.what()}: make that layer "
                f"{edit}."
            )
        return int(shape[1])


class Values(Target):
    """Numbers: a column, or several.

    Parameters
    ----------
    y : numpy.ndarray
    """

    def __init__(self, y: np.ndarray) -> None:
        self.kind = "continuous" if y.ndim == 1 else "continuous-multioutput"
        self.is_flat = y.ndim == 1
        self.n_outputs_ = self.n_outputs_expected_ = 1 if y.ndim == 1 else y.shape[1]

    def what(self) -> str:
        """Say what y holds."""
        return "y has 1 column" if self.n_outputs_ == 1 else f"y has {self.n_outputs_} columns"

    def encode(self, y: Any, units: int, loss: Any) -> np.ndarray:
        """Return y as a table of numbers."""
        table = np.asarray(y, np.float32).reshape(len(y), -1)
        if table.shape[1] != self.n_outputs_:
            raise ValueError(
                f"y has {table.shape[1]} columns, but {self.n_outputs_} in the first fit."
            )
        return table

    def decode(self, raw: np.ndarray) -> np.ndarray:
        """Return outputs in the shape of y."""
        return (raw[:, 0] if self.is_flat else raw).astype(np.float64)


def _shown(shape: Any) -> str:
    return f"({', '.join('batch' if size is None else str(size) for size in shape)})"
