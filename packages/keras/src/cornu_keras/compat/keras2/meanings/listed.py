"""What layers and models list beside their weights: the updates and the losses of their calls.

In Keras 2 a call on symbolic tensors left operations behind, which were listed. Here a call leaves
itself behind, and the entries are made of it when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from cornu.base.layer import KerasTensor, Layer
from cornu.base.layer.context import current_call
from cornu_data.symbolic.keras_tensor import tensor_key
from cornu_data.symbolic.signature import signature_of
from cornu_engine import tree
from cornu_engine.trace import current_trace
from cornu_engine.values import Value
from cornu_engine.variable import Variable
from cornu_keras.compat.classes import is_a
from cornu_keras.compat.keras2.meanings import marks  # noqa: F401  # traced values take marks
from cornu_keras.compat.keras2.meanings.graph import OfNodes, note_call

__all__ = ["Listed", "ListedOfLayers"]

# Bases of layers that do something else while training.
_PHASED = ("Disturbance", "BatchNormalization")
# Whether a step adds up losses, which are values then and no entries of a list.
_computing: ContextVar[bool] = ContextVar("cornu_keras2_computing", default=False)

if TYPE_CHECKING:
    _Base = Layer
else:
    _Base = object


class Entry(NamedTuple):
    """An update or a loss.

    Attributes
    ----------
    make : callable
        Returns it.
    inputs : frozenset or None
        What it depends on.
    source : object
        What no other entry comes from.
    """

    make: Callable[[], Any]
    inputs: frozenset[Any] | None
    source: Any


class Call(NamedTuple):
    """A call of a layer on symbolic tensors, or on a variable."""

    inputs: Any
    outputs: Any
    training: Any

    @property
    def keys(self) -> frozenset[Any] | None:
        return _keys(self.inputs)


class OfCall:
    """An entry for what a layer inside does in a call of the one around it.

    Parameters
    ----------
    what : str
    layer : Layer
    """

    def __init__(self, what: str, layer: Any) -> None:
        self.what = what
        self.layer = layer

    def __repr__(self) -> str:
        return f"<{self.what} of {getattr(self.layer, 'name', self.layer)}>"


class Listed(OfNodes, _Base):
    """A layer that lists the updates and the losses of its calls."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the layer; a call on a variable is noted as one on a symbolic tensor is."""
        outputs = super().__call__(*args, **kwargs)
        first = tree.flatten(args[0]) if args else []
        for tensor in tree.flatten(outputs):
            if isinstance(tensor, (KerasTensor, Value)):
                asks = self._asks_phase(args, kwargs)
                tensor._uses_learning_phase = asks  # type: ignore[union-attr]
        note_call(outputs)
        outermost = current_call() is None and current_trace() is None
        if outermost and any(isinstance(x, Variable) for x in first):
            noted = self.__dict__.setdefault("_calls_on_variables", [])
            noted.append(Call(args[0], outputs, kwargs.get("training")))
        return list(outputs) if type(outputs) is tuple else outputs

    def _asks_phase(self, args: tuple, kwargs: dict[str, Any]) -> bool:
        """Whether what a call returns differs between training and testing."""
        inside = [self] if hasattr(self, "fit") else self._flatten_layers()
        own = kwargs.get("training") is None and any(map(_differs_by_phase, inside))
        return own or any(getattr(x, "_uses_learning_phase", False) for x in tree.flatten(args))

    def _calls(self) -> list[Call]:
        nodes = [_call_of(node) for node in self._inbound_nodes if not node.is_input]
        return nodes + self.__dict__.get("_calls_on_variables", [])

    def _inner(self) -> Iterator[Any]:
        return (layer for layer in self._layers if isinstance(layer, Listed))

    # Updates

    @property
    def updates(self) -> list[Any]:
        """What calls on symbolic tensors move while training; empty while the layer is frozen."""
        return _made(self._update_entries())

    def get_updates_for(self, inputs: Any = None) -> list[Any]:
        """Return the updates of calls on these inputs; of no inputs at all, for None."""
        return _made(_of(self._update_entries(), inputs))

    def add_update(self, updates: Any, inputs: Any = None) -> None:
        """Let a call move variables while training.

        Parameters
        ----------
        updates : pair of variable and value, or list of them
        inputs : value or list of values, optional
            What they depend on, for `get_updates_for`.
        """
        given = list(updates) if isinstance(updates, list) else [updates]
        for update in given:
            if isinstance(update, tuple) and len(update) == 2 and not _is_symbolic(update[1]):
                update[0].assign(update[1])
        if current_trace() is None:
            self._note("_own_updates", given, inputs)

    def _update_entries(self) -> list[Entry]:
        if not self.trainable and not self.stateful:
            return []
        entries = self._own_updates_inside()
        for call in self._calls():
            entries += _updates_of(call, self)
        return entries

    def _own_updates_inside(self) -> list[Entry]:
        """What was added as an update, here and in layers inside."""
        if not self.trainable and not self.stateful:
            return []
        own = list(self.__dict__.get("_own_updates", ()))
        return own + [entry for layer in self._inner() for entry in layer._own_updates_inside()]

    def _moved(self) -> list[Any]:
        """The variables that every call moves while training."""
        if not self.trainable and not self.stateful:
            return []
        own: list[Any] = []
        if hasattr(self, "moving_mean"):
            own = [self.__dict__[name] for name in ("moving_mean", "moving_variance")]
        elif self.stateful and self.__dict__.get("states") is not None:
            own = tree.flatten(self.__dict__["states"])
        return own + [variable for layer in self._inner() for variable in layer._moved()]

    # Losses

    @property
    def losses(self) -> list[Any]:
        """The penalties on weights, and one entry for each call with a penalty on its outputs."""
        if _computing.get() or current_trace() is not None:
            return super().losses
        return _made(self._loss_entries())

    def get_losses_for(self, inputs: Any = None) -> list[Any]:
        """Return the losses of calls on these inputs; of no inputs at all, for None."""
        return _made(_of(self._loss_entries(), inputs))

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
        if current_trace() is None and current_call() is None:
            given = losses if isinstance(losses, (list, tuple)) else [losses]
            self._note("_own_losses", given, inputs)

    def _loss_entries(self) -> list[Entry]:
        entries = self._own_losses_inside()
        for call in self._calls():
            entries += _losses_of(call, self)
        return entries

    def _own_losses_inside(self) -> list[Entry]:
        """What does not come from a call, here and in layers inside."""
        entries = [
            Entry(lambda v=v: v.regularizer(v.value), None, id(v))  # type: ignore[misc]
            for v in [*self._parts.trainable_variables, *self._parts.non_trainable_variables]
            if v.regularizer is not None
        ]
        entries += self.__dict__.get("_own_losses", ())
        for layer in self._layers:
            if isinstance(layer, Listed):
                entries += layer._own_losses_inside()
            else:
                entries += [Entry(lambda x=x: x, None, object()) for x in layer.losses]  # type: ignore[misc]
        return entries

    def _penalised(self) -> list[Any]:
        """The layers inside whose outputs cost something in every call."""
        return [
            layer
            for inner in self._inner()
            for layer in ([inner] if inner.activity_regularizer is not None else [])
            + inner._penalised()
        ]

    def _note(self, where: str, given: Iterable[Any], inputs: Any) -> None:
        noted = self.__dict__.setdefault(where, [])
        keys = _keys(inputs)
        noted.extend(Entry(lambda x=x: x, keys, object()) for x in given)  # type: ignore[misc]


class ListedOfLayers(Listed):
    """A model: what it lists is what its layers do in the calls that are part of it."""

    _graph: Any

    def compute_loss(self, *args: Any, **kwargs: Any) -> Any:
        """Return the total loss."""
        token = _computing.set(True)
        try:
            return super().compute_loss(*args, **kwargs)  # type: ignore[misc]
        finally:
            _computing.reset(token)

    @property
    def losses(self) -> list[Any]:
        """The penalties on weights, and those on outputs of calls in this model."""
        if _computing.get() or current_trace() is not None:
            live = [loss for layer in self._flatten_layers() for loss in layer._live_losses()]
            return live + [v.regularizer(v) for v in self.weights if v.regularizer is not None]
        return _made(self._loss_entries())

    def _calls_inside(self) -> list[tuple[Any, Call]]:
        nodes = [] if self._graph is None else self._graph.nodes
        return [
            (node.operation, _call_of(node))
            for node in nodes
            if isinstance(node.operation, Listed) and not node.is_input
        ]

    def _update_entries(self) -> list[Entry]:
        if not self.trainable and not self.stateful:
            return []
        entries = self._own_updates_inside()
        for layer, call in self._calls_inside():
            entries += _updates_of(call, layer)
        return entries

    def _loss_entries(self) -> list[Entry]:
        entries = self._own_losses_inside()
        for layer, call in self._calls_inside():
            entries += _losses_of(call, layer)
        return entries

    def _moved(self) -> list[Any]:
        if not self.trainable and not self.stateful:
            return []
        if self._graph is None:
            return super()._moved()
        return [variable for layer, _ in self._calls_inside() for variable in layer._moved()]

    def _penalised(self) -> list[Any]:
        if self._graph is None:
            return super()._penalised()
        return [
            inner
            for layer, _ in self._calls_inside()
            for inner in ([layer] if layer.activity_regularizer is not None else [])
            + layer._penalised()
        ]


def _differs_by_phase(layer: Any) -> bool:
    """Whether a layer does something else while training."""
    if hasattr(layer, "fit"):
        return bool(getattr(layer, "uses_learning_phase", True))
    if "stands_for" in vars(type(layer)):
        drops = getattr(layer, "dropout", 0) or getattr(layer, "recurrent_dropout", 0)
        return bool(drops) or any(is_a(type(layer), name) for name in _PHASED)
    return "training" in signature_of(layer.call).names


def _updates_of(call: Call, layer: Any) -> list[Entry]:
    if call.training in (0, False) and call.training is not None:
        return []
    moved = layer._moved()
    return [Entry(lambda v=v: OfCall("update", v), call.keys, object()) for v in moved]  # type: ignore[misc]


def _losses_of(call: Call, layer: Any) -> list[Entry]:
    penalty = layer.activity_regularizer
    outputs = [] if penalty is None else tree.flatten(call.outputs)
    own = [Entry(lambda x=x: penalty(x), call.keys, object()) for x in outputs]  # type: ignore[misc]
    inner = layer._penalised()
    return own + [
        Entry(lambda x=x: OfCall("penalty", x), call.keys, object())  # type: ignore[misc]
        for x in inner
    ]


def _call_of(node: Any) -> Call:
    return Call(node.input_tensors, node.outputs, node.kwargs.get("training"))


def _keys(inputs: Any) -> frozenset[Any] | None:
    """Return what tells inputs from others; None for no inputs."""
    if inputs is None:
        return None
    return frozenset(
        tensor_key(x) if isinstance(x, KerasTensor) and x.node is not None else id(x)
        for x in tree.flatten(inputs)
    )


def _of(entries: Iterable[Entry], inputs: Any) -> list[Entry]:
    wanted = _keys(inputs)
    return [entry for entry in entries if entry.inputs == wanted]


def _made(entries: Iterable[Entry]) -> list[Any]:
    return [entry.make() for entry in {entry.source: entry for entry in entries}.values()]


def _is_symbolic(value: Any) -> bool:
    return isinstance(value, KerasTensor) or not (
        hasattr(value, "shape") or isinstance(value, (int, float, np.number))
    )
