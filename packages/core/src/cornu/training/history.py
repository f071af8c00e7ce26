"""What `fit` returns: the metrics of every epoch."""

from __future__ import annotations

import weakref
from typing import Any

from cornu.base.callback import Callback
from cornu.base.shown import repr_html
from cornu.plugins import registry

__all__ = ["History"]


class History(Callback):
    """Records the metrics of every epoch; `fit` adds one by itself and returns it.

    Attributes
    ----------
    history : dict of str to list of float
        One value per epoch; of validation under `val_…`, in the epochs that had one.
    epoch : list of int
        Numbers of the epochs, from 0.
    params : dict
        `verbose`, `epochs`, `steps`.

    Examples
    --------
    >>> history = History()
    >>> history.on_train_begin()
    >>> history.on_epoch_end(0, {"loss": 0.5})
    >>> history.on_epoch_end(1, {"loss": 0.25})
    >>> history.history, history.epoch
    ({'loss': [0.5, 0.25]}, [0, 1])
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []
        self._model_ref: Any = None

    # The model holds its History; held weakly in turn, a model that is dropped is freed at once.

    @property
    def model(self) -> Any:
        """The model in training, as long as it exists."""
        return None if self._model_ref is None else self._model_ref()

    @model.setter
    def model(self, model: Any) -> None:
        self._model_ref = None if model is None else weakref.ref(model)

    def set_model(self, model: Any) -> None:
        """Receive the model."""
        self.model = model

    def get_state(self) -> dict[str, Any]:
        """Return nothing: as in Keras, it records the epochs of its own `fit`."""
        return {}

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start a list of epochs; metrics of an earlier `fit` with the same object are kept."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Append an epoch."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def plot(self, metrics: Any = None, axes: Any = None) -> Any:
        """Draw the numbers over the epochs, by matplotlib; see `cornu.utils.plot_history`."""
        return registry.attribute("utility", "plot_history")(self, metrics, axes)

    _repr_html_ = repr_html

    def __repr__(self) -> str:
        last = [f"{n}={v[-1]:.4g}" for n, v in self.history.items() if isinstance(v[-1], float)]
        return f"<History of {len(self.epoch)} epochs: {', '.join(last)}>"

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_model_ref": None}
