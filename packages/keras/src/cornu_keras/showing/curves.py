"""The curves of a training, by matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["plot_history"]


def plot_history(history: Any, metrics: Sequence[str] | None = None, axes: Any = None) -> Any:
    """Draw what a `History` holds over its epochs: each metric beside its validation.

    Parameters
    ----------
    history : History
        What `fit` returned; its `plot` calls this.
    metrics : list of str, optional
        Without those of the validation, which are drawn with them; all by default.
    axes : matplotlib.axes.Axes or sequence of them, optional
        Where to draw, one for each metric; by default a new figure.

    Returns
    -------
    list of matplotlib.axes.Axes

    Raises
    ------
    ImportError
        Without matplotlib.
    ValueError
        For a metric that is not there.
    """
    numbers = history.history
    names = list(metrics or [n for n in numbers if not n.startswith("val_")])
    unknown = [name for name in names if name not in numbers]
    if unknown or not names:
        raise ValueError(
            f"The history holds no {unknown[0]!r}. There are: {', '.join(numbers)}."
            if unknown
            else "The history holds no epochs yet: draw what fit() returned."
        )
    try:
        from matplotlib import pyplot
        from matplotlib.ticker import MaxNLocator
    except ImportError:
        raise ImportError(
            "A history is drawn by matplotlib, which is not installed here: pip install matplotlib"
        ) from None
    if axes is None:
        _, axes = pyplot.subplots(
            1, len(names), figsize=(4.5 * len(names), 3.5), squeeze=False, layout="constrained"
        )
    places = list(getattr(axes, "flat", axes if isinstance(axes, (list, tuple)) else [axes]))
    if len(places) < len(names):
        raise ValueError(f"{len(names)} metrics need as many axes; {len(places)} were given.")
    for place, name in zip(places, names, strict=False):
        for label, key in (("training", name), ("validation", f"val_{name}")):
            if key in numbers:
                epochs = [epoch + 1 for epoch in history.epoch[-len(numbers[key]) :]]
                place.plot(epochs, numbers[key], label=label, marker="." if len(epochs) < 3 else "")
        place.set(xlabel="epoch", title=name)
        place.xaxis.set_major_locator(MaxNLocator(integer=True))
        place.grid(alpha=0.3)
        place.legend()
    return places[: len(names)]
