"""Transformers that a subclass puts around its model: several inputs, several outputs (SciKeras).

`feature_encoder` says how rows become the model's inputs, `target_encoder` how y becomes what its
losses take and how its outputs become predictions.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from sklearn.utils.multiclass import type_of_target

from cornu_sklearn.targets import Target


class Encoded(Target):
    """A target that a transformer of the user's writes and reads.

    Attributes of the transformer are attributes of the target too.

    Parameters
    ----------
    transformer
        Has `fit`, `transform` and `inverse_transform`. The last is asked for probabilities by
        `return_proba=True`, if it has that argument. `get_metadata()`, if it is there, returns a
        dict of fitted attributes for the estimator.
    y : numpy.ndarray
    """

    def __init__(self, transformer: Any, y: np.ndarray) -> None:
        self.kind = type_of_target(y)
        self.n_outputs_ = self.n_outputs_expected_ = 1 if y.ndim == 1 else y.shape[1]
        self.transformer = transformer.fit(y)
        vars(self).update(self.metadata())

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or "transformer" not in vars(self):
            raise AttributeError(name)
        return getattr(self.transformer, name)

    def metadata(self) -> dict[str, Any]:
        """Return what the transformer says about itself."""
        return getattr(self.transformer, "get_metadata", dict)()

    def what(self) -> str:
        """Say what y holds."""
        return f"y has {self.n_outputs_} columns"

    def check_output(self, shape: Any, layer: str) -> int:
        """Return the number of outputs that are expected; whether they fit, `Model.fit` says."""
        return self.n_outputs_expected_

    def default_loss(self, units: int) -> str:
        """Refuse to guess."""
        raise ValueError(
            "With a target_encoder of your own the loss has to be given: compile the model in the "
            "function that makes it, or pass loss=..., for several outputs as a list or a dict."
        )

    def codes(self, y: np.ndarray) -> np.ndarray:
        """Return numbers that stand for y."""
        columns = y.reshape(len(y), -1).T
        return np.stack([np.unique(column, return_inverse=True)[1] for column in columns], axis=1)

    def encode(self, y: Any, units: int, loss: Any) -> Any:
        """Return y as the losses of the model take it: an array, or a list or dict of them."""
        return self.transformer.transform(y)

    def decode(self, raw: Any) -> np.ndarray:
        """Return predictions in the form of y."""
        return self.transformer.inverse_transform(raw)

    def probabilities(self, raw: Any) -> Any:
        """Return what the transformer says when it is asked for probabilities."""
        decode = self.transformer.inverse_transform
        if "return_proba" not in inspect.signature(decode).parameters:
            return raw
        return decode(raw, return_proba=True)

    def decision(self, raw: Any) -> Any:
        """Refuse: a transformer has no scores."""
        raise ValueError(
            "decision_function() is not known with a target_encoder of your own: use "
            "predict_proba()."
        )
