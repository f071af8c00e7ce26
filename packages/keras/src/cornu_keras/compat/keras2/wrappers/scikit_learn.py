"""`keras.wrappers.scikit_learn`: estimators whose `model` is the trained one once there is one."""

from __future__ import annotations

import functools
import sys
from importlib import import_module
from typing import Any

import numpy as np

_NAMES = ("BaseWrapper", "KerasClassifier", "KerasRegressor")


class Trained:
    """What an estimator means in Keras 2.3: `build_fn` makes the model, `model` is it."""

    @property
    def model(self) -> Any:
        """The trained model; before `fit`, what makes it."""
        return self.__dict__.get("model_", self.__dict__.get("model"))

    @model.setter
    def model(self, model: Any) -> None:
        self.__dict__["model"] = model

    def get_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the parameters: of the model what makes it."""
        found: dict[str, Any] = super().get_params(*args, **kwargs)  # type: ignore[misc]
        if "model" in found:
            found["model"] = self.__dict__.get("model")
        return found

    def predict(self, x: Any, **kwargs: Any) -> Any:
        """Return what is predicted for rows, of which there may be none."""
        if len(x):
            return super().predict(x, **kwargs)  # type: ignore[misc]
        return super().predict(np.zeros((1, *np.shape(x)[1:])), **kwargs)[:0]  # type: ignore[misc]

    def _fit(self, *args: Any, go_on: bool = False, **kwargs: Any) -> Any:
        before = None if go_on else self.__dict__.pop("model_", None)
        try:
            return super()._fit(*args, go_on=go_on, **kwargs)  # type: ignore[misc]
        except BaseException:
            if before is not None:
                self.__dict__["model_"] = before
            raise


@functools.cache
def _estimator(name: str) -> type:
    base = getattr(import_module("cornu.wrappers"), name)
    body = {"__module__": __name__, "__qualname__": name, "__doc__": base.__doc__}
    return type(base)(name, (Trained, base), body)


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return list(_NAMES)
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    plain = name == "BaseWrapper"
    found = getattr(import_module("cornu.wrappers"), name) if plain else _estimator(name)
    setattr(sys.modules[__name__], name, found)
    return found
