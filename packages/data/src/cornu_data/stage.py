"""The host stage of a step: what layers compute of text, in front of the program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from cornu_data.convert import as_array
from cornu_data.text import HostValue, is_text
from cornu_engine import tree
from cornu_engine.errors import TracedValueError
from cornu_engine.graph import Node, toposort
from cornu_engine.reference import evaluate
from cornu_engine.trace import CURRENT, current_trace

__all__ = ["HostStage"]


class _Slot:
    """An argument of a call: a value of the stage."""

    def __init__(self, number: int) -> None:
        self.number = number


class _Computed:
    """An argument of a call: numbers that follow from inputs of the batch alone."""

    def __init__(self, node: Node, inputs: dict[Node, int]) -> None:
        self.node, self.inputs = node, inputs


class _Call(NamedTuple):
    function: Callable[..., Any]
    args: tuple
    kwargs: dict[str, Any]
    name: str


class HostStage:
    """Calls on arrays that come before a program, noted while it is traced.

    The batch that a step is traced for runs through the stage at once, so that the shapes of the
    program's further inputs are known; later batches by `run`.

    Attributes
    ----------
    names : list of str
        What the program takes of the stage, in the order of its inputs: for messages.
    """

    def __init__(self) -> None:
        self.names: list[str] = []
        self._calls: list[_Call] = []
        self._values: list[Any] | None = []  # of the batch that is traced
        self._nodes: dict[Node, int] = {}  # inputs of the program, by slot
        self._fed: list[int] = []  # slots of those that the stage computes

    def enter(self, values: np.ndarray, node: Node | None = None) -> Any:
        """Take an array of the batch; text is no input of the program, and has no node."""
        slot = self._keep(values)
        if node is None:
            return HostValue(values.shape, slot)
        self._nodes[node] = slot
        return node

    def call(self, function: Callable[..., Any], args: tuple, kwargs: dict, name: str) -> Any:
        """Run a function on the arrays behind values; return what the step goes on with."""
        args, kwargs = tree.map_structure(lambda x: self._argument(x, name), (args, kwargs))
        call = _Call(function, args, kwargs, name)
        self._calls.append(call)
        assert self._values is not None
        return tree.map_structure(lambda x: self._result(x, name), _run(call, self._values))

    def run(self, leaves: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return the further inputs of the program for the arrays of a batch."""
        values: list[Any] = list(leaves)
        for call in self._calls:
            values.extend(_numbers(x, call.name) for x in tree.flatten(_run(call, values)))
        return [values[slot] for slot in self._fed]

    def close(self) -> None:
        """Let go of the batch that was traced."""
        self._values = None

    def _keep(self, value: Any) -> int:
        assert self._values is not None
        self._values.append(value)
        return len(self._values) - 1

    def _argument(self, x: Any, name: str) -> Any:
        if isinstance(x, HostValue):
            return _Slot(x.slot)
        if not isinstance(x, Node):
            return x
        if x in self._nodes:
            return _Slot(self._nodes[x])
        inputs = [node for node in toposort([x]) if node.op in ("input", "variable")]
        if not all(node in self._nodes for node in inputs):
            raise TracedValueError(
                f"Layer {name!r} works in front of the program, and is given numbers that the "
                "program computes. Give it inputs of the model only."
            )
        return _Computed(x, {node: self._nodes[node] for node in inputs})

    def _result(self, value: Any, name: str) -> Any:
        made = _numbers(value, name)
        slot = self._keep(made)
        if is_text(made):
            return HostValue(made.shape, slot)
        trace: Any = current_trace()
        node = trace.input(name, made.shape, made.dtype, made)
        self._nodes[node] = slot
        self._fed.append(slot)
        self.names.append(f"what layer {name!r} returns")
        return node


def _run(call: _Call, values: list[Any]) -> Any:
    def value(x: Any) -> Any:
        if isinstance(x, _Slot):
            return values[x.number]
        if isinstance(x, _Computed):
            return evaluate([x.node], {node: values[slot] for node, slot in x.inputs.items()})[0]
        return x

    args, kwargs = tree.map_structure(value, (call.args, call.kwargs))
    token = CURRENT.set(None)  # variables are their arrays
    try:
        return call.function(*args, **kwargs)
    finally:
        CURRENT.reset(token)


def _numbers(value: Any, name: str) -> np.ndarray:
    """Return a result as a program takes it; text stays as it is."""
    return value if is_text(value) else as_array(value, f"what layer {name!r} returned")
