"""Weights of layers: called `dense/kernel:0`, and in lists that may be set."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

from cornu_engine.variable import Variable

__all__ = ["NamedWeights"]

# The layers that are being built or called, from the outermost on.
_around: ContextVar[tuple[Any, ...]] = ContextVar("cornu_keras2_around", default=())


class NamedWeights:
    """A layer whose weights are called after it; it stands before Cornu's among the bases."""

    _speaking: Any
    _parts: Any
    _walk_variables: Any
    name: str
    weights: list[Any]
    _may_have_parts = True

    def add_weight(self, *args: Any, **kwargs: Any) -> Variable:
        """Make a weight, which is called after its layer: `dense_1/kernel:0`."""
        with self._speaking():
            variable = super().add_weight(*args, **kwargs)  # type: ignore[misc]
        variable.name = f"{self._name_around()}/{variable.path.rpartition('/')[2]}:0"
        return variable

    def _name_around(self) -> str:
        """The names of the layers around a weight, without models and the cells of RNNs."""
        around = [layer for layer in _around.get() if not hasattr(layer, "fit")]
        if self not in around:
            around.append(self)
        names = [
            layer.name
            for outer, layer in zip([None, *around], around, strict=False)
            if outer is None or getattr(outer, "cell", None) is not layer
        ]
        return "/".join(names)

    def _finish_build(self) -> None:
        super()._finish_build()  # type: ignore[misc]
        prefix = self._name_around()
        for variable in self._walk_variables(with_state=False):
            if not variable.name.endswith(":0"):  # of a layer of plain Cornu inside
                variable.name = f"{prefix}/{variable.name}:0"

    def _scope(self) -> Any:
        return _Around(self, super()._scope())  # type: ignore[misc]

    @property
    def trainable_weights(self) -> list[Any]:
        """The weights that training moves; settable, for layers that keep a list of their own."""
        return super().trainable_weights  # type: ignore[misc]

    @trainable_weights.setter
    def trainable_weights(self, weights: Iterable[Any]) -> None:
        self._take_weights(weights, trainable=True)

    @property
    def non_trainable_weights(self) -> list[Any]:
        """The weights that training leaves alone; settable."""
        return super().non_trainable_weights  # type: ignore[misc]

    @non_trainable_weights.setter
    def non_trainable_weights(self, weights: Iterable[Any]) -> None:
        self._take_weights(weights, trainable=False)

    @property
    def _trainable_weights(self) -> list[Any]:
        return self._parts.trainable_variables

    @_trainable_weights.setter
    def _trainable_weights(self, weights: Iterable[Any]) -> None:
        self._take_weights(weights, trainable=True)

    @property
    def _non_trainable_weights(self) -> list[Any]:
        return self._parts.non_trainable_variables

    @_non_trainable_weights.setter
    def _non_trainable_weights(self, weights: Iterable[Any]) -> None:
        self._take_weights(weights, trainable=False)

    def _take_weights(self, weights: Iterable[Any], trainable: bool) -> None:
        known = {id(v) for v in self.weights}
        for variable in weights:
            if id(variable) not in known:
                variable.trainable = trainable
                self._parts.add(variable)


class _Around:
    """The scope of a layer, which names of weights inside are told."""

    def __init__(self, layer: Any, scope: Any) -> None:
        self.layer = layer
        self.scope = scope
        self.tokens: list[Any] = []

    def __enter__(self) -> None:
        around = _around.get()
        inside = around if around and around[-1] is self.layer else (*around, self.layer)
        self.tokens.append(_around.set(inside))
        self.scope.__enter__()

    def __exit__(self, *error: Any) -> None:
        self.scope.__exit__(*error)
        _around.reset(self.tokens.pop())
