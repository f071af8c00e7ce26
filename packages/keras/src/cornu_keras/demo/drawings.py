"""The pictures of the demo, drawn by matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

_COLUMNS = 8


def draw(
    history: Mapping[str, Sequence[float]],
    images: np.ndarray,
    labels: np.ndarray,
    guesses: np.ndarray,
    folder: Path,
) -> dict[str, str]:
    """Draw all into a folder; return what is in which file, nothing where matplotlib is missing."""
    if find_spec("matplotlib") is None:
        print("To see the curves and the mistakes: pip install matplotlib")
        return {}
    learning_curves(history, folder / "curves.png")
    mistakes(images, labels, guesses, folder / "mistakes.png")
    return {"learning curves": "curves.png", "misclassified digits": "mistakes.png"}


def _figure(*args: Any, **kwargs: Any) -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(*args, layout="constrained", **kwargs)
    FigureCanvasAgg(figure)  # draws to a file, whatever screen there is or is not
    return figure


def learning_curves(history: Mapping[str, Sequence[float]], path: Path) -> None:
    """Draw loss and accuracy over epochs, on training and held-out digits."""
    from matplotlib.ticker import MaxNLocator

    figure = _figure(figsize=(9, 3.5))
    for axes, name in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        epochs = np.arange(1, len(history[name]) + 1)
        axes.plot(epochs, history[name], label="training")
        axes.plot(epochs, history[f"val_{name}"], label="held out")
        axes.set(xlabel="epoch", title=name)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))  # there is no half epoch
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(path, dpi=120)


def mistakes(images: np.ndarray, labels: np.ndarray, guesses: np.ndarray, path: Path) -> None:
    """Draw every misclassified digit with what it is and what it was taken for."""
    wrong = np.flatnonzero(labels != guesses)
    rows, columns = _grid(len(wrong))
    figure = _figure(figsize=(max(columns, 4) * 1.3, rows * 1.6 + 0.5))
    figure.suptitle(f"{len(wrong)} of {len(labels)} held-out digits misread")
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid:
        axes.axis("off")
    for axes, i in zip(grid, wrong, strict=False):
        axes.imshow(images[i, ..., 0], cmap="gray_r")
        axes.set_title(f"{labels[i]} read as {guesses[i]}", fontsize=8)
    figure.savefig(path, dpi=120)


def _grid(pictures: int) -> tuple[int, int]:
    """Return rows and columns in which the last row has the fewest places empty.

    Examples
    --------
    >>> _grid(9), _grid(10), _grid(8), _grid(0)
    ((2, 5), (2, 5), (1, 8), (1, 1))
    """
    rows = max(1, -(-pictures // _COLUMNS))
    return rows, max(1, -(-pictures // rows))
