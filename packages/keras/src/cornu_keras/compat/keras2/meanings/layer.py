"""Layers: their names and those of their weights, and what they list beside them."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.base.layer import KerasTensor, Layer
from cornu.base.naming import get_uid, snake_case
from cornu.plugins import registry
from cornu.plugins.custom_objects import CustomObjectScope
from cornu_engine import tree
from cornu_engine.trace import current_trace
from cornu_engine.variable import Variable

__all__ = ["LayerMeanings", "computing", "keys_of"]

# The layers that are being built or called, from the outermost on.
_around: ContextVar[tuple[Any, ...]] = ContextVar("cornu_keras2_around", default=())
# Whether a step adds up losses, which are values then and no entries of a list.
computing: ContextVar[bool] = ContextVar("cornu_keras2_computing", default=False)

if TYPE_CHECKING:
    _Base = Layer
else:
    _Base = object


class Update:
    """An entry of `layer.updates`: a variable that a call moves while training.

    Parameters
    ----------
    variable : Variable
    """

    def __init__(self, variable: Any) -> None:
        self.variable = variable

    def __repr__(self) -> str:
        return f"<update of {self.variable.name}>"


class LayerMeanings(_Base):
    """What a layer means in Keras 2: it stands before Cornu's class among the bases."""

    _speaking: Any

    @classmethod
    def _prepare(cls, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Fill in the name: numbered from the first of a kind on."""
        if kwargs.get("name") is None:
            prefix = snake_case(cls.__name__)
            kwargs = {**kwargs, "name": f"{prefix}_{get_uid(prefix)}"}
        return kwargs

    def _made(self) -> None:
        """Let the layers that this one made for itself be of the dialect as well."""
        with self._speaking():
            for layer in self._layers:
                if isinstance(layer, LayerMeanings):
                    continue
                plain = type(layer)
                meant = registry.meant("layer", plain.__name__, plain)
                if meant is not plain and issubclass(meant, plain):
                    layer.__class__ = meant

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Make a layer from what `get_config` returned."""
        with CustomObjectScope(custom_objects or {}), cls._speaking():
            return super().from_config(config)

    # Weights

    def add_weight(self, *args: Any, **kwargs: Any) -> Variable:
        """Make a weight, which is called after its layer: `dense_1/kernel:0`."""
        with self._speaking():
            variable = super().add_weight(*args, **kwargs)
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
        super()._finish_build()
        prefix = self._name_around()
        for variable in self._walk_variables(with_state=False):
            if not variable.name.endswith(":0"):  # of a layer of plain Cornu inside
                variable.name = f"{prefix}/{variable.name}:0"

    def _scope(self) -> Any:
        return _Around(self, super()._scope())

    @property
    def trainable_weights(self) -> list[Any]:
        """The weights that training moves; settable, for layers that keep a list of their own."""
        return super().trainable_weights

    @trainable_weights.setter
    def trainable_weights(self, weights: Iterable[Any]) -> None:
        self._take(weights, trainable=True)

    @property
    def non_trainable_weights(self) -> list[Any]:
        """The weights that training leaves alone; settable."""
        return super().non_trainable_weights

    @non_trainable_weights.setter
    def non_trainable_weights(self, weights: Iterable[Any]) -> None:
        self._take(weights, trainable=False)

    @property
    def _trainable_weights(self) -> list[Any]:
        return self._parts.trainable_variables

    @_trainable_weights.setter
    def _trainable_weights(self, weights: Iterable[Any]) -> None:
        self._take(weights, trainable=True)

    @property
    def _non_trainable_weights(self) -> list[Any]:
        return self._parts.non_trainable_variables

    @_non_trainable_weights.setter
    def _non_trainable_weights(self, weights: Iterable[Any]) -> None:
        self._take(weights, trainable=False)

    def _take(self, weights: Iterable[Any], trainable: bool) -> None:
        known = {id(v) for v in self.weights}
        for variable in weights:
            if id(variable) not in known:
                variable.trainable = trainable
                self._parts.add(variable)

    # Updates

    @property
    def updates(self) -> list[Any]:
        """What calls on symbolic tensors move while training; empty while the layer is frozen."""
        if not self.trainable and not self.stateful:
            return []
        return [update for update, _ in self._all_updates()]

    def add_update(self, updates: Any, inputs: Any = None) -> None:
        """Let a call move variables while training.

        Parameters
        ----------
        updates : pair of variable and value, or list of them
        inputs : value or list of values, optional
            What they depend on, for `get_updates_for`.
        """
        given = list(updates) if isinstance(updates, list) else [updates]
        if not given:
            return
        for update in given:
            if isinstance(update, tuple) and len(update) == 2 and not _is_symbolic(update[1]):
                update[0].assign(update[1])
        if current_trace() is None:
            noted = self.__dict__.setdefault("_own_updates", [])
            noted.extend((update, keys_of(inputs)) for update in given)

    def get_updates_for(self, inputs: Any = None) -> list[Any]:
        """Return the updates of calls on these inputs; of no inputs at all, for None."""
        if not self.trainable and not self.stateful:
            return []
        return _of(self._all_updates(), inputs)

    def _all_updates(self) -> list[tuple[Any, Any]]:
        own = list(self.__dict__.get("_own_updates", ()))
        calls = [keys_of(_inputs_of(node)) for node in self._inbound_nodes]
        return own + [(Update(variable), keys) for keys in calls for variable in self._moved()]

    def _moved(self) -> list[Any]:
        """The variables that every call moves."""
        if hasattr(self, "moving_mean"):
            return [self.moving_mean, getattr(self, "moving_variance")]  # noqa: B009
        if self.stateful and hasattr(self, "states"):
            return [state for state in tree.flatten(self.states) if state is not None]
        return []

    # Losses

    @property
    def losses(self) -> list[Any]:
        """The penalties on weights, and one entry for each call with a penalty on its outputs."""
        if computing.get() or current_trace() is not None:
            return super().losses
        return [loss for loss, _ in self._all_losses()]

    def add_loss(self, loss: Any = None, inputs: Any = None, **kwargs: Any) -> None:
        """Add to what training minimises.

        Parameters
        ----------
        loss : value or list of values
        inputs : value or list of values, optional
            What they depend on, for `get_losses_for`.
        **kwargs
            `losses=`, its name in Keras 2.
        """
        losses = kwargs.pop("losses", loss)
        if losses is None or (isinstance(losses, list) and not losses):
            return
        super().add_loss(losses, **kwargs)
        if current_trace() is None:
            given = losses if isinstance(losses, (list, tuple)) else [losses]
            noted = self.__dict__.setdefault("_own_losses", [])
            noted.extend((loss, keys_of(inputs)) for loss in given)

    def get_losses_for(self, inputs: Any = None) -> list[Any]:
        """Return the losses of calls on these inputs; of no inputs at all, for None."""
        return _of(self._all_losses(), inputs)

    def _all_losses(self) -> list[tuple[Any, Any]]:
        entries: list[tuple[Any, Any]] = [
            (v.regularizer(v.value), None)
            for v in self._parts.trainable_variables
            if v.regularizer is not None
        ]
        entries += self.__dict__.get("_own_losses", ())
        if self.activity_regularizer is not None:
            for node in self._inbound_nodes:
                keys = keys_of(_inputs_of(node))
                entries += [
                    (self.activity_regularizer(x), keys) for x in tree.flatten(node.outputs)
                ]
        for layer in self._layers:
            entries += _entries_of(layer)
        return entries


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


def _entries_of(layer: Any) -> list[tuple[Any, Any]]:
    if isinstance(layer, LayerMeanings):
        return layer._all_losses()
    return [(loss, None) for loss in layer.losses]


def keys_of(inputs: Any) -> frozenset[int] | None:
    """Return what tells inputs from others; None for no inputs."""
    if inputs is None:
        return None
    return frozenset(id(x) for x in tree.flatten(inputs))


def _of(entries: Iterable[tuple[Any, Any]], inputs: Any) -> list[Any]:
    wanted = keys_of(inputs)
    return [entry for entry, keys in entries if keys == wanted]


def _inputs_of(node: Any) -> Any:
    return [x for x in tree.flatten(node.inputs) if isinstance(x, KerasTensor)]


def _is_symbolic(value: Any) -> bool:
    return isinstance(value, KerasTensor) or not (
        hasattr(value, "shape") or isinstance(value, (int, float, np.number))
    )
