"""A fitted model as it goes into a pickle: configuration and weights, each once."""

from __future__ import annotations

from typing import Any

from cornu import Model


class Packed:
    """A model on its way into a pickle.

    Parameters
    ----------
    model : Model
    training_state : bool
        Whether the state of its optimizer goes along, which is as large as the weights or more: it
        is needed only where training is to go on.
    """

    def __init__(self, model: Model, training_state: bool = True) -> None:
        self.model = model
        self._training_state = training_state

    def __reduce__(self) -> Any:
        reduced = self.model._reduced(4, training_state=self._training_state)
        if len(reduced) > 2:  # a model without a graph, pickled attribute by attribute
            return Packed, (self.model,)
        return _unpacked, reduced


def _unpacked(restore: Any, arguments: tuple[Any, ...]) -> Packed:
    return Packed(restore(*arguments))
