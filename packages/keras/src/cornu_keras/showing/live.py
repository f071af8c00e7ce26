"""Curves in a notebook that grow while a model trains."""

from __future__ import annotations

from typing import Any

from cornu.base import Callback
from cornu_keras.showing.chart import curves_to_svg

__all__ = ["LivePlot"]


class LivePlot(Callback):
    """Draws metrics in a notebook after each epoch, in one picture that is drawn anew.

    Parameters
    ----------
    metrics : list of str, optional
        Which to draw, each with its validation; the loss by default.
    display : callable, optional
        Is given the first picture as SVG text, and returns what each later one is given to by
        `update(picture)`; by default IPython shows it. Outside of a notebook nothing is drawn.

    Examples
    --------
    >>> pictures = []
    >>> plot = LivePlot(display=lambda picture: pictures.append(picture))
    >>> plot.on_train_begin()
    >>> plot.on_epoch_end(0, {"loss": 1.0, "val_loss": 2.0})
    >>> "val_loss" in pictures[0]
    True
    """

    def __init__(self, metrics: list[str] | None = None, display: Any = None) -> None:
        super().__init__()
        self.metrics = ["loss"] if metrics is None else list(metrics)
        self.display = display
        self._handle: Any = None
        self._epochs: list[int] = []
        self._curves: dict[str, list[float]] = {}

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Begin a picture."""
        self._handle, self._epochs, self._curves = None, [], {}

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Draw what has come so far."""
        self._epochs.append(epoch)
        for name in self.metrics:
            for key in (name, f"val_{name}"):
                if logs and key in logs:
                    curve = self._curves.setdefault(key, [float("nan")] * (len(self._epochs) - 1))
                    curve.append(float(logs[key]))
        for curve in self._curves.values():
            curve += [float("nan")] * (len(self._epochs) - len(curve))
        picture = curves_to_svg(self._epochs, self._curves)
        if self._handle is None:
            self._handle = (self.display or _in_notebook)(picture)
        elif hasattr(self._handle, "update"):
            self._handle.update(picture)

    def get_state(self) -> dict[str, Any]:
        """Return nothing: a picture belongs to the notebook that shows it."""
        return {}


class _Handle:
    """IPython's handle of a picture, given texts."""

    def __init__(self, picture: str) -> None:
        from IPython import display  # type: ignore[import-not-found]

        self._svg = display.SVG
        self._handle = display.display(self._svg(data=picture), display_id=True)

    def update(self, picture: str) -> None:
        """Show another picture in the place of the last."""
        if self._handle is not None:
            self._handle.update(self._svg(data=picture))


def _in_notebook(picture: str) -> Any:
    try:
        from IPython import get_ipython
    except ImportError:
        return object()
    return object() if get_ipython() is None else _Handle(picture)
