"""What a layer says about an input it cannot take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu_data.shapes import show_shape
from cornu_engine.errors import ShapeError


def where(layer: Any) -> str:
    """Return how an error names a layer.

    Examples
    --------
    >>> from cornu.layers import Dense
    >>> where(Dense(1, name="score"))
    'Layer "score" (Dense)'
    """
    return f'Layer "{layer.path or layer.name}" ({type(layer).__name__})'


def check_rank(layer: Any, shape: Sequence[int | None], axes: Sequence[str]) -> None:
    """Refuse an input whose rank is not that of `axes`.

    Parameters
    ----------
    layer : Layer
        Named in the error.
    shape : sequence of int or None
        Of the input, batch axis first.
    axes : sequence of str
        What the axes after the batch are; `"..."` stands for any number of them.

    Raises
    ------
    ShapeError
        With the edit that mends it.
    """
    open_ended = "..." in axes
    named = [a for a in axes if a != "..."]
    missing = len(named) + 1 - len(shape)
    if missing == 0 or (missing < 0 and open_ended):
        return
    wanted = f"({', '.join(['batch', *axes])})"
    text = (
        f"{where(layer)} takes an input of shape {wanted}; this one has shape {show_shape(shape)}. "
    )
    raise ShapeError(text + _mend(list(shape[1:]), named, missing))


def _mend(inner: list, named: list[str], missing: int) -> str:
    if missing == 1 and "steps" in named:
        return (
            f"Add the axis of {named[-1]} with Reshape({(*inner, 1)}), or, if the numbers are "
            "indices, put an Embedding before this layer. A recurrent layer below needs "
            "return_sequences=True."
        )
    if missing == 1:
        target = tuple(-1 if n is None else n for n in (*inner, 1))
        return (
            f"Add the axis of {named[-1]}: x[..., np.newaxis] in the data, or Reshape({target}) "
            "before this layer."
        )
    if missing > 1:
        return f"Reshape the data so that {' and '.join(named)} are axes of their own."
    return "Merge axes with Flatten() or Reshape(...), or wrap this layer in TimeDistributed(...)."


def known_size(layer: Any, shape: Sequence[int | None], axis: int, name: str) -> int:
    """Return the size of an axis that weights depend on.

    Raises
    ------
    ShapeError
        When it is unknown.
    """
    size = shape[axis]
    if size is None:
        raise ShapeError(
            f"{where(layer)} makes weights for each of its {name}, so their number must be known; "
            f"the input has shape {show_shape(shape)}. Give Input(shape=...) a number there."
        )
    return int(size)
