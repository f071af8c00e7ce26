"""The base of layers that work on text, which no compiled program holds."""

from __future__ import annotations

from typing import Any

from cornu.base import KerasTensor, Layer
from cornu_engine import tree
from cornu_engine.errors import TracedValueError
from cornu_engine.graph import Node

__all__ = ["InFront", "is_traced", "refuse_traced"]


class InFront(Layer):
    """A layer that runs on arrays, in front of a model.

    Subclasses write `call(inputs)` for arrays and lists, and `compute_output_shape`. Those that
    work on numbers too say so by `numbers`; then `call` is given the values of a model as well.
    """

    numbers = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.built = True

    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Return what the layer makes of text.

        Raises
        ------
        TracedValueError
            If the layer is put into a model.
        """
        if self.numbers and is_traced(inputs):
            return super().__call__(inputs, **kwargs)
        refuse_traced(inputs, self, "works on text, and the program of a model holds numbers only")
        return self.call(inputs, **kwargs)

    def compute_output_spec(self, inputs: Any) -> Any:
        """Return symbolic tensors of the shape and dtype that a call would return."""
        shape = tree.map_structure(lambda x: tuple(x.shape), inputs)
        return KerasTensor(self.compute_output_shape(shape), self._output_dtype)


def is_traced(inputs: Any) -> bool:
    """Tell whether there are values of a model among inputs, which are known when it runs.

    Example
    -------
    >>> is_traced([[1, 2]])
    False
    """
    return any(isinstance(x, (KerasTensor, Node)) for x in tree.flatten(inputs))


def refuse_traced(inputs: Any, layer: Layer, why: str) -> None:
    """Raise TracedValueError for values of a model; the message says how to do without."""
    if is_traced(inputs):
        raise TracedValueError(
            f"{type(layer).__name__} {layer.name!r} {why}. Put it in front of the model: "
            "model.fit(layer(x), y), or dataset.map(lambda x, y: (layer(x), y)); the model takes "
            "what it returns, and predicts by model.predict(layer(x))."
        )
